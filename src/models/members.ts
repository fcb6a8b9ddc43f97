import type * as v from 'valibot';
import { maybeText, text, type OpenText } from './fields.js';
import { model } from './model.js';
import type { ServerRoleName } from './roles.js';
import type { UserStatus } from './users.js';

export const ServerMemberSchema = /*#__PURE__*/ model({
  userId: text,
  username: text,
  displayName: maybeText,
  avatarUrl: maybeText,
  role: text as OpenText<ServerRoleName>,
  /** The role that was assigned to them. */
  roleId: maybeText,
  status: text as OpenText<UserStatus>,
  /** ISO 8601. */
  joinedAt: text,
});

/** A user on a server. */
export interface ServerMember extends v.InferOutput<typeof ServerMemberSchema> {}

export const BanSchema = /*#__PURE__*/ model({
  id: text,
  serverId: text,
  userId: text,
  bannedBy: maybeText,
  reason: maybeText,
  /** ISO 8601; `null` for ever. */
  expiresAt: maybeText,
  /** ISO 8601. */
  createdAt: text,
  username: text,
  displayName: maybeText,
  avatarUrl: maybeText,
});

/** A user who cannot come back to a server. */
export interface Ban extends v.InferOutput<typeof BanSchema> {}

export const MuteSchema = /*#__PURE__*/ model({
  id: text,
  serverId: text,
  userId: text,
  mutedBy: maybeText,
  reason: maybeText,
  /** ISO 8601; `null` for ever. */
  expiresAt: maybeText,
  /** ISO 8601. */
  createdAt: text,
  username: text,
  displayName: maybeText,
  avatarUrl: maybeText,
});

/** A member who cannot speak on a server. */
export interface Mute extends v.InferOutput<typeof MuteSchema> {}

/** Why and for how long somebody is banned or muted. */
export interface ModerationBody {
  readonly reason?: string | undefined;
  /** Minutes; absent for ever. */
  readonly duration?: number | undefined;
}
