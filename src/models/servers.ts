import type * as v from 'valibot';
import { maybeText, number, text, type OpenText } from './fields.js';
import { model, list } from './model.js';
import type { ServerRoleName } from './roles.js';
import { RoomSchema } from './rooms.js';
import { ServerMemberSchema } from './members.js';

export const ServerSchema = /*#__PURE__*/ model({
  id: text,
  name: text,
  iconUrl: maybeText,
  iconEmoji: maybeText,
  ownerId: text,
  memberCount: number,
  /** ISO 8601. */
  createdAt: text,
});

/** A server: a community with rooms and members. */
export interface Server extends v.InferOutput<typeof ServerSchema> {}

/** A server to create. */
export interface CreateServerBody {
  readonly name: string;
  readonly iconEmoji?: string | null | undefined;
}

/** What to change of a server; what is absent stays, `null` takes away. */
export interface UpdateServerBody {
  readonly name?: string | undefined;
  readonly iconUrl?: string | null | undefined;
  readonly iconEmoji?: string | null | undefined;
}

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

export const ServerIconUploadResponseSchema = /*#__PURE__*/ model({
  iconUrl: text,
});

/** Where the new icon is. */
export interface ServerIconUploadResponse extends v.InferOutput<typeof ServerIconUploadResponseSchema> {}
