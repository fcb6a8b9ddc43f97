import type * as v from 'valibot';
import { maybeText, optionalMaybeText, text } from './common.js';
import { MessageImageSchema } from './message-image.js';
import { maybe, model, optional } from './model.js';
import { ReplyToSchema } from './reply-to.js';

export const DmMessageSchema = /*#__PURE__*/ model({
  id: text,
  conversationId: text,
  /** Who sent it. */
  userId: text,
  username: text,
  displayName: maybeText,
  avatarUrl: maybeText,
  content: text,
  /** ISO 8601. */
  createdAt: text,
  /** ISO 8601; absent or `null` while it was never edited. */
  editedAt: optionalMaybeText,
  replyTo: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(ReplyToSchema)),
  image: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(MessageImageSchema)),
});

/** A direct message. */
export interface DmMessage extends v.InferOutput<typeof DmMessageSchema> {}

/** A direct message to send. */
export interface SendDmMessageBody {
  /** 1 to 2000 characters. */
  readonly content: string;
  /** The message that this one replies to. */
  readonly replyToId?: string | undefined;
  /** An image of `uploadImage` with the purpose `chat`. */
  readonly imageId?: string | undefined;
}
