import type * as v from 'valibot';
import { flag, maybeText, text } from './common.js';
import { model } from './model.js';

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
