import * as v from 'valibot';
import { number, text } from './common.js';
import { DmMessageSchema } from './dm-message.js';
import { model } from './model.js';
import { UserSchema } from './user.js';

export const DmConversationSchema = /*#__PURE__*/ model({
  id: text,
  otherUser: UserSchema,
  lastMessage: /*#__PURE__*/ v.nullable(DmMessageSchema),
  /** ISO 8601. */
  createdAt: text,
  unreadCount: /*#__PURE__*/ v.optional(number),
});

/** A conversation of two users. */
export interface DmConversation extends v.InferOutput<typeof DmConversationSchema> {}
