import type * as v from 'valibot';
import { flag, maybeText, number, text } from './common.js';
import { model } from './model.js';

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
