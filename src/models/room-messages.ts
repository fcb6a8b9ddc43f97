import type * as v from 'valibot';
import { text, type OpenText, maybeText, optionalFlag, optionalMaybeText, optionalText } from './fields.js';
import { model, list, maybe, optional } from './model.js';
import { MessageImageSchema } from './images.js';
import { ReplyToSchema, messagePage } from './messages.js';

export const MentionSchema = /*#__PURE__*/ model({
  type: text as OpenText<'user' | 'robot'>,
  id: text,
  name: text,
});

/** Someone that a message mentions. */
export interface Mention extends v.InferOutput<typeof MentionSchema> {}

export const RoomMessageSchema = /*#__PURE__*/ model({
  id: text,
  roomId: text,
  /** Empty or `null` where no user sent it: see `robotId` and `guestId`. */
  userId: maybeText,
  /** The robot's name, where a robot sent it. */
  username: text,
  displayName: maybeText,
  avatarUrl: maybeText,
  content: text,
  /** ISO 8601. */
  createdAt: text,
  /** ISO 8601; absent or `null` while it was never edited. */
  editedAt: optionalMaybeText,
  robotId: optionalMaybeText,
  robotName: optionalMaybeText,
  robotAvatarUrl: optionalMaybeText,
  isBot: optionalFlag,
  /** A guest of an event. */
  guestId: optionalMaybeText,
  guestDisplayName: optionalMaybeText,
  isGuest: optionalFlag,
  replyTo: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(ReplyToSchema)),
  mentions: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(/*#__PURE__*/ list(MentionSchema))),
  image: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(MessageImageSchema)),
});

/** A message in a room, of a user, a robot or a guest. */
export interface RoomMessage extends v.InferOutput<typeof RoomMessageSchema> {}

/** A message to send: text, an image, or both. */
export interface SendRoomMessageBody {
  /** 1 to 2000 characters. */
  readonly content?: string | undefined;
  /** The message that this one replies to. */
  readonly replyToId?: string | undefined;
  /** An image of `uploadImage` with the purpose `chat`. */
  readonly imageId?: string | undefined;
}

export const RoomMessagePageSchema = /*#__PURE__*/ messagePage<RoomMessage>(RoomMessageSchema);

export const EditedRoomMessageSchema = /*#__PURE__*/ model({
  id: text,
  roomId: text,
  userId: optionalMaybeText,
  username: optionalText,
  displayName: optionalMaybeText,
  avatarUrl: optionalMaybeText,
  content: text,
  /** ISO 8601. */
  createdAt: optionalText,
  /** ISO 8601. */
  editedAt: optionalMaybeText,
  robotId: optionalMaybeText,
  robotName: optionalMaybeText,
  robotAvatarUrl: optionalMaybeText,
  isBot: optionalFlag,
  guestId: optionalMaybeText,
  guestDisplayName: optionalMaybeText,
  isGuest: optionalFlag,
  replyTo: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(ReplyToSchema)),
  mentions: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(/*#__PURE__*/ list(MentionSchema))),
  image: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(MessageImageSchema)),
});

/** A message after an edit: whole for a user, only `id`, `roomId`, `content` and `editedAt` for a robot. */
export interface EditedRoomMessage extends v.InferOutput<typeof EditedRoomMessageSchema> {}
