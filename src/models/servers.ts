import * as v from 'valibot';
import {
  nullableText,
  number,
  optionalText,
  requiredText,
  text,
  type Open,
  type OpenText,
  type Text,
} from './fields.js';
import type { ServerId, UserId } from './ids.js';
import { ServerMemberSchema, type ServerMember } from './members.js';
import type { ServerRoleName } from './roles.js';
import { RoomSchema, type Room } from './rooms.js';

/** A server: a community with rooms and members. */
export interface Server {
  id: ServerId;
  name: string;
  iconUrl: string | null;
  iconEmoji: string | null;
  ownerId: UserId;
  memberCount: number;
  /** ISO 8601. */
  createdAt: string;
}

export const ServerSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<ServerId>,
  name: text,
  iconUrl: nullableText,
  iconEmoji: nullableText,
  ownerId: text as Text<UserId>,
  memberCount: number,
  createdAt: text,
});

export const ServerListSchema = /*#__PURE__*/ v.array(ServerSchema);

/** A server to create. */
export interface CreateServerBody {
  readonly name: string;
  readonly iconEmoji?: string | null | undefined;
}

export const CreateServerBodySchema = /*#__PURE__*/ v.object({
  name: requiredText,
  iconEmoji: optionalText,
});

/** What to change in a server. Absent fields stay as they are; `null` removes the icon. */
export interface UpdateServerBody {
  readonly name?: string | undefined;
  readonly iconUrl?: string | null | undefined;
  readonly iconEmoji?: string | null | undefined;
}

export const UpdateServerBodySchema = /*#__PURE__*/ v.object({
  name: /*#__PURE__*/ v.optional(requiredText),
  iconUrl: optionalText,
  iconEmoji: optionalText,
});

/** A server with its rooms and members. */
export interface ServerDetails {
  id: ServerId;
  name: string;
  iconUrl: string | null;
  iconEmoji: string | null;
  ownerId: UserId;
  memberCount: number;
  /** ISO 8601. */
  createdAt: string;
  rooms: Room[];
  members: ServerMember[];
  /** The caller's role on this server. */
  myRole: Open<ServerRoleName>;
}

export const ServerDetailsSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<ServerId>,
  name: text,
  iconUrl: nullableText,
  iconEmoji: nullableText,
  ownerId: text as Text<UserId>,
  memberCount: number,
  createdAt: text,
  rooms: /*#__PURE__*/ v.array(RoomSchema),
  members: /*#__PURE__*/ v.array(ServerMemberSchema),
  myRole: text as OpenText<ServerRoleName>,
});

/** The URL of the new icon. */
export interface ServerIconUploadResponse {
  iconUrl: string;
}

export const ServerIconUploadResponseSchema = /*#__PURE__*/ v.looseObject({ iconUrl: text });
