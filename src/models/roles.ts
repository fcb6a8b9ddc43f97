import type * as v from 'valibot';
import { flag, maybeText, number, text, type OpenText } from './fields.js';
import { model } from './model.js';

/** The bits of a role's `permissions`: `Permission.KICK_MEMBERS | Permission.BAN_MEMBERS`. */
export const Permission = {
  MANAGE_SERVER: 1,
  MANAGE_ROLES: 2,
  MANAGE_ROOMS: 4,
  MANAGE_MESSAGES: 8,
  MANAGE_MEMBERS: 16,
  KICK_MEMBERS: 32,
  BAN_MEMBERS: 64,
  MUTE_MEMBERS: 128,
  MANAGE_EVENTS: 256,
  MENTION_EVERYONE: 512,
  CREATE_INVITES: 1024,
} as const;

/** What a member is on a server, apart from roles that the server made. */
export type ServerRoleName = 'owner' | 'admin' | 'member';

export const RoleSchema = /*#__PURE__*/ model({
  id: text,
  serverId: text,
  name: text,
  color: maybeText,
  /** Bits of `Permission`. */
  permissions: number,
  /** Roles come sorted by it. */
  sortOrder: number,
  /** Whether it is one of Owner, Admin and Member, whose permissions are fixed. */
  isDefault: flag,
  /** ISO 8601. */
  createdAt: text,
});

/** A role of a server. */
export interface Role extends v.InferOutput<typeof RoleSchema> {}

/** A role to create. */
export interface CreateRoleBody {
  readonly name: string;
  readonly color?: string | undefined;
  /** Bits of `Permission`. */
  readonly permissions: number;
}

/** What to change of a role; what is absent stays. */
export interface UpdateRoleBody {
  readonly name?: string | undefined;
  readonly color?: string | undefined;
  /** Bits of `Permission`. */
  readonly permissions?: number | undefined;
  readonly sortOrder?: number | undefined;
}

export const RoleAssignmentSchema = /*#__PURE__*/ model({
  userId: text,
  roleId: text,
  roleName: text,
  role: text as OpenText<ServerRoleName>,
});

/** The role that a member has now. */
export interface RoleAssignment extends v.InferOutput<typeof RoleAssignmentSchema> {}
