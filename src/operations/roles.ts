import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { RoleId, ServerId, UserId } from '../models/ids.js';
import {
  RoleSchema,
  RoleListSchema,
  type CreateRoleBody,
  type Role,
  type UpdateRoleBody,
  RoleAssignmentSchema,
  type RoleAssignment,
} from '../models/roles.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the roles of a server, sorted by `sortOrder`.
 *
 * `GET /servers/:serverId/roles`. Users only.
 */
export function listRoles(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<Role[]> {
  return call(ctx, { name: 'listRoles', path: path`/servers/${serverId}/roles`, response: RoleListSchema }, options);
}

/**
 * Makes a role. `permissions` are bits of `Permission`.
 *
 * `POST /servers/:serverId/roles`. Users only.
 */
export function createRole(
  ctx: UserContext,
  serverId: ServerId,
  body: CreateRoleBody,
  options?: CallOptions,
): LagResult<Role> {
  return call(
    ctx,
    {
      name: 'createRole',
      method: 'POST',
      path: path`/servers/${serverId}/roles`,
      body,
      idempotent: false,
      response: RoleSchema,
    },
    options,
  );
}

/**
 * Changes a role.
 *
 * `PATCH /servers/:serverId/roles/:roleId`. Users only. The permissions of Owner, Admin and Member are fixed: an `api`
 * error with status 400.
 */
export function updateRole(
  ctx: UserContext,
  serverId: ServerId,
  roleId: RoleId,
  body: UpdateRoleBody,
  options?: CallOptions,
): LagResult<Role> {
  return call(
    ctx,
    {
      name: 'updateRole',
      method: 'PATCH',
      path: path`/servers/${serverId}/roles/${roleId}`,
      body,
      response: RoleSchema,
    },
    options,
  );
}

/**
 * Deletes a role.
 *
 * `DELETE /servers/:serverId/roles/:roleId`. Users only.
 */
export function deleteRole(
  ctx: UserContext,
  serverId: ServerId,
  roleId: RoleId,
  options?: CallOptions,
): LagResult<void> {
  return call(ctx, { name: 'deleteRole', method: 'DELETE', path: path`/servers/${serverId}/roles/${roleId}` }, options);
}

/**
 * Gives a member a role.
 *
 * `PUT /servers/:serverId/members/:userId/role`. Users only.
 */
export function assignRole(
  ctx: UserContext,
  serverId: ServerId,
  userId: UserId,
  roleId: RoleId,
  options?: CallOptions,
): LagResult<RoleAssignment> {
  return call(
    ctx,
    {
      name: 'assignRole',
      method: 'PUT',
      path: path`/servers/${serverId}/members/${userId}/role`,
      body: { roleId },
      response: RoleAssignmentSchema,
    },
    options,
  );
}
