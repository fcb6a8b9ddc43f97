import * as v from 'valibot';
import {
  nullableText,
  optionalFlag,
  optionalText,
  requiredId,
  text,
  type Open,
  type OpenText,
  type Text,
} from './fields.js';
import type { EventGuestId, ImageId, MessageId, RobotId, RoomId, UserId } from './ids.js';
import { MessageImageSchema, type MessageImage } from './images.js';
import { MessageContentSchema, messagePage, ReplyToSchema, type ReplyTo } from './messages.js';

/** Someone whom a message mentions. */
export interface Mention {
  type: Open<'user' | 'robot'>;
  /** The id of the user or the robot. */
  id: string;
  name: string;
}

export const MentionSchema = /*#__PURE__*/ v.looseObject({
  type: text as OpenText<'user' | 'robot'>,
  id: text,
  name: text,
});

/** A message in a room, from a user, a robot or a guest. */
export interface RoomMessage {
  id: MessageId;
  roomId: RoomId;
  /** Empty or `null` when a robot or a guest sent it: see `robotId` and `guestId`. */
  userId: UserId | null;
  /** The robot's name when a robot sent it. */
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
  content: string;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601; absent or `null` if the message was never edited. */
  editedAt?: string | null | undefined;
  /** The robot that sent it. */
  robotId?: RobotId | null | undefined;
  robotName?: string | null | undefined;
  robotAvatarUrl?: string | null | undefined;
  /** Whether a robot sent it. */
  isBot?: boolean | null | undefined;
  /** The guest of an event who sent it. */
  guestId?: EventGuestId | null | undefined;
  guestDisplayName?: string | null | undefined;
  /** Whether a guest of an event sent it. */
  isGuest?: boolean | null | undefined;
  replyTo?: ReplyTo | null | undefined;
  mentions?: Mention[] | null | undefined;
  image?: MessageImage | null | undefined;
}

export const RoomMessageSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<MessageId>,
  roomId: text as Text<RoomId>,
  userId: /*#__PURE__*/ v.nullable(text as Text<UserId>),
  username: text,
  displayName: nullableText,
  avatarUrl: nullableText,
  content: text,
  createdAt: text,
  editedAt: optionalText,
  robotId: /*#__PURE__*/ v.nullish(text as Text<RobotId>),
  robotName: optionalText,
  robotAvatarUrl: optionalText,
  isBot: optionalFlag,
  guestId: /*#__PURE__*/ v.nullish(text as Text<EventGuestId>),
  guestDisplayName: optionalText,
  isGuest: optionalFlag,
  replyTo: /*#__PURE__*/ v.nullish(ReplyToSchema),
  mentions: /*#__PURE__*/ v.nullish(/*#__PURE__*/ v.array(MentionSchema)),
  image: /*#__PURE__*/ v.nullish(MessageImageSchema),
});

/** A page of messages of a room, oldest first. */
export const RoomMessagePageSchema = /*#__PURE__*/ messagePage(RoomMessageSchema);

/** A message to send: text, an image, or both. */
export interface SendRoomMessageBody {
  /** 1 to 2000 characters. */
  readonly content?: string | undefined;
  /** The message that this one replies to. */
  readonly replyToId?: MessageId | undefined;
  /** An image that was uploaded with `uploadImage` for the purpose `chat`. */
  readonly imageId?: ImageId | undefined;
}

export const SendRoomMessageBodySchema = /*#__PURE__*/ v.object({
  content: /*#__PURE__*/ v.optional(MessageContentSchema),
  replyToId: /*#__PURE__*/ v.optional(/*#__PURE__*/ requiredId<MessageId>()),
  imageId: /*#__PURE__*/ v.optional(/*#__PURE__*/ requiredId<ImageId>()),
});

/** A message after an edit: complete for a user; only `id`, `roomId`, `content` and `editedAt` for a robot. */
export interface EditedRoomMessage {
  id: MessageId;
  roomId: RoomId;
  userId?: UserId | null | undefined;
  username?: string | null | undefined;
  displayName?: string | null | undefined;
  avatarUrl?: string | null | undefined;
  content: string;
  /** ISO 8601. */
  createdAt?: string | null | undefined;
  /** ISO 8601. */
  editedAt?: string | null | undefined;
  /** The robot that sent it. */
  robotId?: RobotId | null | undefined;
  robotName?: string | null | undefined;
  robotAvatarUrl?: string | null | undefined;
  /** Whether a robot sent it. */
  isBot?: boolean | null | undefined;
  /** The guest of an event who sent it. */
  guestId?: EventGuestId | null | undefined;
  guestDisplayName?: string | null | undefined;
  /** Whether a guest of an event sent it. */
  isGuest?: boolean | null | undefined;
  replyTo?: ReplyTo | null | undefined;
  mentions?: Mention[] | null | undefined;
  image?: MessageImage | null | undefined;
}

export const EditedRoomMessageSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<MessageId>,
  roomId: text as Text<RoomId>,
  userId: /*#__PURE__*/ v.nullish(text as Text<UserId>),
  username: optionalText,
  displayName: optionalText,
  avatarUrl: optionalText,
  content: text,
  createdAt: optionalText,
  editedAt: optionalText,
  robotId: /*#__PURE__*/ v.nullish(text as Text<RobotId>),
  robotName: optionalText,
  robotAvatarUrl: optionalText,
  isBot: optionalFlag,
  guestId: /*#__PURE__*/ v.nullish(text as Text<EventGuestId>),
  guestDisplayName: optionalText,
  isGuest: optionalFlag,
  replyTo: /*#__PURE__*/ v.nullish(ReplyToSchema),
  mentions: /*#__PURE__*/ v.nullish(/*#__PURE__*/ v.array(MentionSchema)),
  image: /*#__PURE__*/ v.nullish(MessageImageSchema),
});
