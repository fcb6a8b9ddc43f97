import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import type { FriendshipStatus } from './friendship.js';
import { model } from './model.js';
import { UserSchema } from './user.js';

export const OutgoingFriendRequestSchema = /*#__PURE__*/ model({
  /** What `removeFriend` takes to cancel it. */
  id: text,
  requesterId: text,
  addresseeId: text,
  status: text as OpenText<FriendshipStatus>,
  /** ISO 8601. */
  createdAt: text,
  /** ISO 8601. */
  updatedAt: text,
  to: UserSchema,
});

/** A request that the caller sent. */
export interface OutgoingFriendRequest extends v.InferOutput<typeof OutgoingFriendRequestSchema> {}
