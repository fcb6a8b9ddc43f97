import type * as v from 'valibot';
import { number, text } from './common.js';
import { DmMessageSchema } from './dm-message.js';
import { maybe, model, optional } from './model.js';
import { UserSchema } from './user.js';

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
