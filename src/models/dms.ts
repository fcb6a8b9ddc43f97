import * as v from 'valibot';
import { nullableText, number, optionalText, requiredId, text, type Text } from './fields.js';
import type { ConversationId, ImageId, MessageId, UserId } from './ids.js';
import { MessageImageSchema, type MessageImage } from './images.js';
import { MessageContentSchema, messagePage, ReplyToSchema, type ReplyTo } from './messages.js';
import { UserSchema, type User } from './users.js';

/** A direct message. */
export interface DmMessage {
  id: MessageId;
  conversationId: ConversationId;
  /** The user who sent it. */
  userId: UserId;
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
  content: string;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601; absent or `null` if the message was never edited. */
  editedAt?: string | null | undefined;
  replyTo?: ReplyTo | null | undefined;
  image?: MessageImage | null | undefined;
}

export const DmMessageSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<MessageId>,
  conversationId: text as Text<ConversationId>,
  userId: text as Text<UserId>,
  username: text,
  displayName: nullableText,
  avatarUrl: nullableText,
  content: text,
  createdAt: text,
  editedAt: optionalText,
  replyTo: /*#__PURE__*/ v.nullish(ReplyToSchema),
  image: /*#__PURE__*/ v.nullish(MessageImageSchema),
});

/** A page of direct messages, oldest first. */
export const DmMessagePageSchema = /*#__PURE__*/ messagePage(DmMessageSchema);

/** A direct message to send. */
export interface SendDmMessageBody {
  /** 1 to 2000 characters. */
  readonly content: string;
  /** The message that this one replies to. */
  readonly replyToId?: MessageId | undefined;
  /** An image that was uploaded with `uploadImage` for the purpose `chat`. */
  readonly imageId?: ImageId | undefined;
}

export const SendDmMessageBodySchema = /*#__PURE__*/ v.object({
  content: MessageContentSchema,
  replyToId: /*#__PURE__*/ v.optional(/*#__PURE__*/ requiredId<MessageId>()),
  imageId: /*#__PURE__*/ v.optional(/*#__PURE__*/ requiredId<ImageId>()),
});

/** A conversation of two users. */
export interface DmConversation {
  id: ConversationId;
  otherUser: User;
  lastMessage: DmMessage | null;
  /** ISO 8601. */
  createdAt: string;
  unreadCount?: number | null | undefined;
}

export const DmConversationSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<ConversationId>,
  otherUser: UserSchema,
  lastMessage: /*#__PURE__*/ v.nullable(DmMessageSchema),
  createdAt: text,
  unreadCount: /*#__PURE__*/ v.nullish(number),
});

export const DmConversationListSchema = /*#__PURE__*/ v.array(DmConversationSchema);

/** The user to start a conversation with. */
export interface CreateDmBody {
  readonly userId: UserId;
}

export const CreateDmBodySchema = /*#__PURE__*/ v.object({ userId: /*#__PURE__*/ requiredId<UserId>() });
