import type * as v from 'valibot';
import { IncomingFriendRequestSchema } from './incoming-friend-request.js';
import { list, model } from './model.js';
import { OutgoingFriendRequestSchema } from './outgoing-friend-request.js';

export const FriendRequestsSchema = /*#__PURE__*/ model({
  incoming: /*#__PURE__*/ list(IncomingFriendRequestSchema),
  outgoing: /*#__PURE__*/ list(OutgoingFriendRequestSchema),
});

/** The pending requests of the caller. */
export interface FriendRequests extends v.InferOutput<typeof FriendRequestsSchema> {}
