import type * as v from 'valibot';
import { maybeText, text, type OpenText } from './common.js';
import { model } from './model.js';
import type { ServerRoleName } from './role.js';
import type { UserStatus } from './user.js';

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
