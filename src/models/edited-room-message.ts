import * as v from 'valibot';
import { optionalFlag, optionalMaybeText, optionalText, text } from './common.js';
import { MentionSchema } from './mention.js';
import { MessageImageSchema } from './message-image.js';
import { list, model } from './model.js';
import { ReplyToSchema } from './reply-to.js';

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
  replyTo: /*#__PURE__*/ v.optional(/*#__PURE__*/ v.nullable(ReplyToSchema)),
  mentions: /*#__PURE__*/ v.optional(/*#__PURE__*/ v.nullable(/*#__PURE__*/ list(MentionSchema))),
  image: /*#__PURE__*/ v.optional(/*#__PURE__*/ v.nullable(MessageImageSchema)),
});

/** A message after an edit: whole for a user, only `id`, `roomId`, `content` and `editedAt` for a robot. */
export interface EditedRoomMessage extends v.InferOutput<typeof EditedRoomMessageSchema> {}
