import type * as v from 'valibot';
import { maybeText, optionalMaybeText, text, number } from './fields.js';
import { MessageImageSchema } from './images.js';
import { maybe, model, optional } from './model.js';
import { ReplyToSchema, messagePage } from './messages.js';
import { UserSchema } from './users.js';

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

export const DmMessagePageSchema = /*#__PURE__*/ messagePage<DmMessage>(DmMessageSchema);

export const DmConversationSchema = /*#__PURE__*/ model({
  id: text,
  otherUser: UserSchema,
  lastMessage: /*#__PURE__*/ maybe(DmMessageSchema),
  /** ISO 8601. */
  createdAt: text,
  unreadCount: /*#__PURE__*/ optional(number),
});

/** A conversation of two users. */
export interface DmConversation extends v.InferOutput<typeof DmConversationSchema> {}
