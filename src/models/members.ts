import * as v from 'valibot';
import { nullableText, positiveNumber, text, type Open, type OpenText, type Text } from './fields.js';
import type { RoleId, ServerId, UserId } from './ids.js';
import type { ServerRoleName } from './roles.js';
import type { UserStatus } from './users.js';

/** A user on a server. */
export interface ServerMember {
  userId: UserId;
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
  role: Open<ServerRoleName>;
  /** The role that was assigned to the member. */
  roleId: RoleId | null;
  status: Open<UserStatus>;
  /** ISO 8601. */
  joinedAt: string;
}

export const ServerMemberSchema = /*#__PURE__*/ v.looseObject({
  userId: text as Text<UserId>,
  username: text,
  displayName: nullableText,
  avatarUrl: nullableText,
  role: text as OpenText<ServerRoleName>,
  roleId: /*#__PURE__*/ v.nullable(text as Text<RoleId>),
  status: text as OpenText<UserStatus>,
  joinedAt: text,
});

export const ServerMemberListSchema = /*#__PURE__*/ v.array(ServerMemberSchema);

/** A user who was banned from a server. */
export interface Ban {
  id: string;
  serverId: ServerId;
  /** The user who is banned. */
  userId: UserId;
  /** The user who banned them. */
  bannedBy: UserId | null;
  reason: string | null;
  /** ISO 8601; `null` for a permanent ban. */
  expiresAt: string | null;
  /** ISO 8601. */
  createdAt: string;
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
}

export const BanSchema = /*#__PURE__*/ v.looseObject({
  id: text,
  serverId: text as Text<ServerId>,
  userId: text as Text<UserId>,
  bannedBy: /*#__PURE__*/ v.nullable(text as Text<UserId>),
  reason: nullableText,
  expiresAt: nullableText,
  createdAt: text,
  username: text,
  displayName: nullableText,
  avatarUrl: nullableText,
});

export const BanListSchema = /*#__PURE__*/ v.array(BanSchema);

/** A member who was muted on a server. */
export interface Mute {
  id: string;
  serverId: ServerId;
  /** The member who is muted. */
  userId: UserId;
  /** The user who muted them. */
  mutedBy: UserId | null;
  reason: string | null;
  /** ISO 8601; `null` for a permanent mute. */
  expiresAt: string | null;
  /** ISO 8601. */
  createdAt: string;
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
}

export const MuteSchema = /*#__PURE__*/ v.looseObject({
  id: text,
  serverId: text as Text<ServerId>,
  userId: text as Text<UserId>,
  mutedBy: /*#__PURE__*/ v.nullable(text as Text<UserId>),
  reason: nullableText,
  expiresAt: nullableText,
  createdAt: text,
  username: text,
  displayName: nullableText,
  avatarUrl: nullableText,
});

export const MuteListSchema = /*#__PURE__*/ v.array(MuteSchema);

/** Why and for how long a user is banned or muted. */
export interface ModerationBody {
  readonly reason?: string | undefined;
  /** Minutes; absent for a permanent ban or mute. */
  readonly duration?: number | undefined;
}

export const ModerationBodySchema = /*#__PURE__*/ v.object({
  reason: /*#__PURE__*/ v.optional(text),
  duration: /*#__PURE__*/ v.optional(positiveNumber),
});
