import type * as v from 'valibot';
import { maybeText, text } from './common.js';
import { model } from './model.js';

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
