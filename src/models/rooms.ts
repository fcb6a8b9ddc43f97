import * as v from 'valibot';
import { flag, nullableNumber, nullableText, positiveInteger, requiredText, text, type Text } from './fields.js';
import type { RoomId, ServerId, UserId } from './ids.js';

/** Someone in the voice call of a room. */
export interface Participant {
  userId: UserId;
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
  isMuted: boolean;
  isDeafened: boolean;
  isSpeaking: boolean;
  /** ISO 8601. */
  joinedAt: string;
}

export const ParticipantSchema = /*#__PURE__*/ v.looseObject({
  userId: text as Text<UserId>,
  username: text,
  displayName: nullableText,
  avatarUrl: nullableText,
  isMuted: flag,
  isDeafened: flag,
  isSpeaking: flag,
  joinedAt: text,
});

/** A voice room that is also a text channel. */
export interface Room {
  id: RoomId;
  serverId: ServerId;
  name: string | null;
  /** The user who created the room. */
  createdBy: UserId;
  /** How many users fit in the voice call; `null` for no limit. */
  maxParticipants: number | null;
  /** Who is in the voice call now. */
  participants: Participant[];
  /** ISO 8601. */
  createdAt: string;
}

export const RoomSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<RoomId>,
  serverId: text as Text<ServerId>,
  name: nullableText,
  createdBy: text as Text<UserId>,
  maxParticipants: nullableNumber,
  participants: /*#__PURE__*/ v.array(ParticipantSchema),
  createdAt: text,
});

export const RoomListSchema = /*#__PURE__*/ v.array(RoomSchema);

/** A room to create. */
export interface CreateRoomBody {
  readonly name: string;
  /** How many users fit in the voice call; absent for no limit. */
  readonly maxParticipants?: number | undefined;
}

export const CreateRoomBodySchema = /*#__PURE__*/ v.object({
  name: requiredText,
  maxParticipants: /*#__PURE__*/ v.optional(positiveInteger),
});

/** What to change in a room. Absent fields stay as they are. */
export interface UpdateRoomBody {
  readonly name?: string | undefined;
  /** How many users fit in the voice call. */
  readonly maxParticipants?: number | undefined;
}

export const UpdateRoomBodySchema = /*#__PURE__*/ v.partial(CreateRoomBodySchema);
