import * as v from 'valibot';
import {
  flag,
  nullableText,
  number,
  requiredId,
  requiredText,
  text,
  type Open,
  type OpenText,
  type Text,
} from './fields.js';
import type { RoleId, ServerId, UserId } from './ids.js';

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

/** One of the bits in `Permission`. */
export type PermissionBit = (typeof Permission)[keyof typeof Permission];

/**
 * Tells whether a role's `permissions` contain a permission.
 *
 * Only that bit counts: `MANAGE_SERVER` does not imply the other permissions.
 */
export const hasPermission = (permissions: number, permission: PermissionBit): boolean =>
  // Anything but numbers may throw when it is divided.
  typeof permissions === 'number' &&
  typeof permission === 'number' &&
  // Division instead of `&`, which would cut off bits from 32 upwards.
  Math.floor(permissions / permission) % 2 === 1;

/** The kind of a member's role, whatever the server's own roles are called. */
export type ServerRoleName = 'owner' | 'admin' | 'member';

/** A role of a server. */
export interface Role {
  id: RoleId;
  serverId: ServerId;
  name: string;
  color: string | null;
  /** Bits of `Permission`; test them with `hasPermission`. */
  permissions: number;
  /** Roles are sorted by it. */
  sortOrder: number;
  /** Whether it is one of Owner, Admin and Member, whose permissions are fixed. */
  isDefault: boolean;
  /** ISO 8601. */
  createdAt: string;
}

export const RoleSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<RoleId>,
  serverId: text as Text<ServerId>,
  name: text,
  color: nullableText,
  permissions: number,
  sortOrder: number,
  isDefault: flag,
  createdAt: text,
});

export const RoleListSchema = /*#__PURE__*/ v.array(RoleSchema);

const permissionBits = /*#__PURE__*/ v.pipe(number, /*#__PURE__*/ v.safeInteger(), /*#__PURE__*/ v.minValue(0));

/** A role to create. */
export interface CreateRoleBody {
  readonly name: string;
  readonly color?: string | undefined;
  /** Bits of `Permission`. */
  readonly permissions: number;
}

export const CreateRoleBodySchema = /*#__PURE__*/ v.object({
  name: requiredText,
  color: /*#__PURE__*/ v.optional(text),
  permissions: permissionBits,
});

/** What to change in a role. Absent fields stay as they are. */
export interface UpdateRoleBody {
  readonly name?: string | undefined;
  readonly color?: string | undefined;
  /** Bits of `Permission`. */
  readonly permissions?: number | undefined;
  readonly sortOrder?: number | undefined;
}

export const UpdateRoleBodySchema = /*#__PURE__*/ v.object({
  name: /*#__PURE__*/ v.optional(requiredText),
  color: /*#__PURE__*/ v.optional(text),
  permissions: /*#__PURE__*/ v.optional(permissionBits),
  sortOrder: /*#__PURE__*/ v.optional(/*#__PURE__*/ v.pipe(number, /*#__PURE__*/ v.safeInteger())),
});

/** The role to assign to a member. */
export interface AssignRoleBody {
  readonly roleId: RoleId;
}

export const AssignRoleBodySchema = /*#__PURE__*/ v.object({ roleId: /*#__PURE__*/ requiredId<RoleId>() });

/** The role that a member has now. */
export interface RoleAssignment {
  userId: UserId;
  roleId: RoleId;
  roleName: string;
  role: Open<ServerRoleName>;
}

export const RoleAssignmentSchema = /*#__PURE__*/ v.looseObject({
  userId: text as Text<UserId>,
  roleId: text as Text<RoleId>,
  roleName: text,
  role: text as OpenText<ServerRoleName>,
});
