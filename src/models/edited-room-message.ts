import type * as v from 'valibot';
import { optionalFlag, optionalMaybeText, optionalText, text } from './common.js';
import { MentionSchema } from './mention.js';
import { MessageImageSchema } from './message-image.js';
import { list, maybe, model, optional } from './model.js';
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
  replyTo: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(ReplyToSchema)),
  mentions: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(/*#__PURE__*/ list(MentionSchema))),
  image: /*#__PURE__*/ optional(/*#__PURE__*/ maybe(MessageImageSchema)),
});

/** A message after an edit: whole for a user, only `id`, `roomId`, `content` and `editedAt` for a robot. */
export interface EditedRoomMessage extends v.InferOutput<typeof EditedRoomMessageSchema> {}
