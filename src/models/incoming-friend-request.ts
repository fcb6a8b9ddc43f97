import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import type { FriendshipStatus } from './friendship.js';
import { model } from './model.js';
import { UserSchema } from './user.js';

export const IncomingFriendRequestSchema = /*#__PURE__*/ model({
  /** What `acceptFriendRequest` and `declineFriendRequest` take. */
  id: text,
  requesterId: text,
  addresseeId: text,
  status: text as OpenText<FriendshipStatus>,
  /** ISO 8601. */
  createdAt: text,
  /** ISO 8601. */
  updatedAt: text,
  from: UserSchema,
});

/** A request that the caller may accept or decline. */
export interface IncomingFriendRequest extends v.InferOutput<typeof IncomingFriendRequestSchema> {}
