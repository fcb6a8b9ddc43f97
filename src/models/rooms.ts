import type * as v from 'valibot';
import { flag, maybeText, text, maybeNumber } from './fields.js';
import { model, list } from './model.js';

export const ParticipantSchema = /*#__PURE__*/ model({
  userId: text,
  username: text,
  displayName: maybeText,
  avatarUrl: maybeText,
  isMuted: flag,
  isDeafened: flag,
  isSpeaking: flag,
  /** ISO 8601. */
  joinedAt: text,
});

/** Someone who is in a room's voice call. */
export interface Participant extends v.InferOutput<typeof ParticipantSchema> {}

export const RoomSchema = /*#__PURE__*/ model({
  id: text,
  serverId: text,
  name: maybeText,
  createdBy: text,
  /** How many may be in voice; `null` for no limit. */
  maxParticipants: maybeNumber,
  participants: /*#__PURE__*/ list(ParticipantSchema),
  /** ISO 8601. */
  createdAt: text,
});

/** A voice room that is also a text channel. */
export interface Room extends v.InferOutput<typeof RoomSchema> {}

/** A room to create. */
export interface CreateRoomBody {
  readonly name: string;
  /** How many may be in voice; absent for no limit. */
  readonly maxParticipants?: number | undefined;
}

/** What to change of a room; what is absent stays. */
export interface UpdateRoomBody {
  readonly name?: string | undefined;
  /** How many may be in voice. */
  readonly maxParticipants?: number | undefined;
}
