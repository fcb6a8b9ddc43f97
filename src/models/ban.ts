import type * as v from 'valibot';
import { maybeText, text } from './common.js';
import { model } from './model.js';

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
