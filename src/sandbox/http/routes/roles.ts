import * as v from 'valibot';
import { roleView } from '../../views/servers.js';
import {
  defaultRole,
  rankOf,
  requireHigherRank,
  requireMember,
  requireMembership,
  requireOwnPermissions,
  requirePermission,
  requireRole,
  roleOf,
} from '../../world/access.js';
import { createRole } from '../../world/create.js';
import { ALL_PERMISSIONS } from '../../world/permissions.js';
import { refuse } from '../../world/refusal.js';
import { emitRobotEvent } from '../../world/robot-events.js';
import type { RoleRow, ServerRow } from '../../world/rows.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param } from '../context.js';
import { definedFields, integer, text } from '../fields.js';
import { noContent } from '../responses.js';

const color = v.nullable(v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #2f9e44')));
const CreateSchema = v.object({
  name: text(1, 32),
  color: v.optional(color),
  permissions: integer(0, ALL_PERMISSIONS),
});
const UpdateSchema = v.object({
  name: v.optional(text(1, 32)),
  color: v.optional(color),
  permissions: v.optional(integer(0, ALL_PERMISSIONS)),
  sortOrder: v.optional(integer(0, 10_000)),
});
const AssignSchema = v.object({ roleId: v.string() });

export const roleRoutes = (api: Api, world: World): void => {
  api.get(
    '/servers/:serverId/roles',
    asUser(world, (c, me) => {
      const { server } = requireMembership(world, me, param(c, 'serverId'));
      return c.json(sortedRoles(server).map((role) => roleView(server, role)));
    }),
  );

  api.post(
    '/servers/:serverId/roles',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { name, color, permissions }) => {
        const { server, role: mine } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_ROLES');
        requireOwnPermissions(mine, permissions);
        // After all other roles, before Member.
        const others = sortedRoles(server).filter(({ rank }) => rank !== 'member');
        const sortOrder = (others.at(-1)?.sortOrder ?? 0) + 1;
        const role = createRole(world, server, { name, color: color ?? null, permissions, sortOrder });
        return c.json(roleView(server, role), 201);
      }),
    ),
  );

  api.patch(
    '/servers/:serverId/roles/:roleId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server, role: mine } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_ROLES');
        const role = requireRole(server, param(c, 'roleId'));
        if (body.permissions !== undefined && role.rank) refuse(400, 'The permissions of a default role are fixed');
        if (body.permissions !== undefined) requireOwnPermissions(mine, body.permissions);
        Object.assign(role, definedFields(body));
        return c.json(roleView(server, role));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/roles/:roleId',
    asUser(world, (c, me) => {
      const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_ROLES');
      const role = requireRole(server, param(c, 'roleId'));
      if (role.rank) refuse(400, 'A default role cannot be deleted');
      const fallback = defaultRole(server, 'member').id;
      for (const member of server.members.values()) if (member.roleId === role.id) member.roleId = fallback;
      server.roles.delete(role.id);
      return noContent();
    }),
  );

  api.put(
    '/servers/:serverId/members/:userId/role',
    asUser(
      world,
      withBody(AssignSchema, (c, me, { roleId }) => {
        const membership = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_ROLES');
        const { server, role: mine } = membership;
        const member = requireMember(server, param(c, 'userId'));
        const role = requireRole(server, roleId);
        if (role.rank === 'owner') refuse(400, 'The Owner role cannot be given away');
        requireHigherRank(membership, me, member.userId);
        if (role.rank === 'admin' && server.ownerId !== me.id) refuse(403, 'Only the owner makes admins');
        requireOwnPermissions(mine, role.permissions);
        const oldRole = roleOf(server, member).name;
        member.roleId = role.id;
        const { userId } = member;
        emitRobotEvent(world, server.id, 'member.role_changed', { userId, oldRole, newRole: role.name });
        return c.json({ userId, roleId, roleName: role.name, role: rankOf(server, userId) });
      }),
    ),
  );
};

const sortedRoles = (server: ServerRow): RoleRow[] =>
  [...server.roles.values()].sort((a, b) => a.sortOrder - b.sortOrder);
