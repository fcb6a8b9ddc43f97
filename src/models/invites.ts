import * as v from 'valibot';
import {
  flag,
  nullableNumber,
  nullableText,
  number,
  positiveInteger,
  positiveNumber,
  requiredId,
  text,
  type Text,
} from './fields.js';
import type { InviteId, UserId } from './ids.js';

/** An invite to a server. */
export interface Invite {
  /** The id that `revokeInvite` takes. */
  id: InviteId;
  /** The code that `joinServer` and `previewInvite` take. */
  code: string;
  createdBy: UserId;
  /** `null` for no limit. */
  maxUses: number | null;
  uses: number;
  /** ISO 8601; `null` if the invite does not expire. */
  expiresAt: string | null;
  /** ISO 8601. */
  createdAt: string;
}

export const InviteSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<InviteId>,
  code: text,
  createdBy: text as Text<UserId>,
  maxUses: nullableNumber,
  uses: number,
  expiresAt: nullableText,
  createdAt: text,
});

export const InviteListSchema = /*#__PURE__*/ v.array(InviteSchema);

/** The limits of an invite. */
export interface CreateInviteBody {
  /** Absent for no limit. */
  readonly maxUses?: number | undefined;
  /** Absent for an invite that does not expire. */
  readonly expiresInHours?: number | undefined;
}

export const CreateInviteBodySchema = /*#__PURE__*/ v.object({
  maxUses: /*#__PURE__*/ v.optional(positiveInteger),
  expiresInHours: /*#__PURE__*/ v.optional(positiveNumber),
});

/** What someone with the code sees before joining. */
export interface InvitePreview {
  serverName: string;
  serverIconUrl: string | null;
  serverIconEmoji: string | null;
  memberCount: number;
  memberLimit: number;
  isFull: boolean;
  /** Whether the invite can be used now. */
  valid: boolean;
}

export const InvitePreviewSchema = /*#__PURE__*/ v.looseObject({
  serverName: text,
  serverIconUrl: nullableText,
  serverIconEmoji: nullableText,
  memberCount: number,
  memberLimit: number,
  isFull: flag,
  valid: flag,
});

/** The friend to invite. */
export interface InviteFriendBody {
  readonly userId: UserId;
}

export const InviteFriendBodySchema = /*#__PURE__*/ v.object({ userId: /*#__PURE__*/ requiredId<UserId>() });

/** Whether the invite was sent to the friend. */
export interface InviteFriendResponse {
  sent: boolean;
}

export const InviteFriendResponseSchema = /*#__PURE__*/ v.looseObject({ sent: flag });
