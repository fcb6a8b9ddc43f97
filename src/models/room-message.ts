import type * as v from 'valibot';
import { maybeText, optionalFlag, optionalMaybeText, text } from './common.js';
import { MentionSchema } from './mention.js';
import { MessageImageSchema } from './message-image.js';
import { list, maybe, model, optional } from './model.js';
import { ReplyToSchema } from './reply-to.js';

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
