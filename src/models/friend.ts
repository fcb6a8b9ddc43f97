import type * as v from 'valibot';
import { text } from './common.js';
import { model } from './model.js';
import { UserSchema } from './user.js';

export const FriendSchema = /*#__PURE__*/ model({
  id: text,
  user: UserSchema,
  /** What `removeFriend` takes. */
  friendshipId: text,
  /** ISO 8601. */
  since: text,
});

/** A friend of the caller. */
export interface Friend extends v.InferOutput<typeof FriendSchema> {}
