import type * as v from 'valibot';
import { maybeText, number, text, type OpenText } from './common.js';
import { list, model } from './model.js';
import type { ServerRoleName } from './role.js';
import { RoomSchema } from './room.js';
import { ServerMemberSchema } from './server-member.js';

export const ServerDetailsSchema = /*#__PURE__*/ model({
  id: text,
  name: text,
  iconUrl: maybeText,
  iconEmoji: maybeText,
  ownerId: text,
  memberCount: number,
  /** ISO 8601. */
  createdAt: text,
  rooms: /*#__PURE__*/ list(RoomSchema),
  members: /*#__PURE__*/ list(ServerMemberSchema),
  /** What the caller is on this server. */
  myRole: text as OpenText<ServerRoleName>,
});

/** A server with its rooms and members. */
export interface ServerDetails extends v.InferOutput<typeof ServerDetailsSchema> {}
