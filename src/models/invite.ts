import type * as v from 'valibot';
import { maybeNumber, maybeText, number, text } from './common.js';
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
