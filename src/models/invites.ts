import type * as v from 'valibot';
import { maybeNumber, maybeText, number, text, flag } from './fields.js';
import { model } from './model.js';

export const InviteSchema = /*#__PURE__*/ model({
  /** What `revokeInvite` takes. */
  id: text,
  /** What `joinServer` and `previewInvite` take. */
  code: text,
  createdBy: text,
  /** `null` for no limit. */
  maxUses: maybeNumber,
  uses: number,
  /** ISO 8601; `null` for never. */
  expiresAt: maybeText,
  /** ISO 8601. */
  createdAt: text,
});

/** An invite to a server. */
export interface Invite extends v.InferOutput<typeof InviteSchema> {}

/** The bounds of an invite. */
export interface CreateInviteBody {
  /** Absent for no limit. */
  readonly maxUses?: number | undefined;
  /** Absent for never. */
  readonly expiresInHours?: number | undefined;
}

export const InvitePreviewSchema = /*#__PURE__*/ model({
  serverName: text,
  serverIconUrl: maybeText,
  serverIconEmoji: maybeText,
  memberCount: number,
  memberLimit: number,
  isFull: flag,
  /** Whether the invite can be used now. */
  valid: flag,
});

/** What somebody with the code sees before joining. */
export interface InvitePreview extends v.InferOutput<typeof InvitePreviewSchema> {}

export const InviteFriendResponseSchema = /*#__PURE__*/ model({
  sent: flag,
});

/** Whether the friend was sent the invite. */
export interface InviteFriendResponse extends v.InferOutput<typeof InviteFriendResponseSchema> {}
