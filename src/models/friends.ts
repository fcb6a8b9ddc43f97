import type * as v from 'valibot';
import { text, type OpenText } from './fields.js';
import { model, list } from './model.js';
import { UserSchema } from './users.js';

/** State of a friendship. */
export type FriendshipStatus = 'pending' | 'accepted' | 'blocked';

export const FriendshipSchema = /*#__PURE__*/ model({
  id: text,
  /** Who asked. */
  requesterId: text,
  /** Who was asked. */
  addresseeId: text,
  status: text as OpenText<FriendshipStatus>,
  /** ISO 8601. */
  createdAt: text,
  /** ISO 8601. */
  updatedAt: text,
});

/** What is between two users: a request, a friendship or a block. */
export interface Friendship extends v.InferOutput<typeof FriendshipSchema> {}

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

export const FriendRequestsSchema = /*#__PURE__*/ model({
  incoming: /*#__PURE__*/ list(IncomingFriendRequestSchema),
  outgoing: /*#__PURE__*/ list(OutgoingFriendRequestSchema),
});

/** The pending requests of the caller. */
export interface FriendRequests extends v.InferOutput<typeof FriendRequestsSchema> {}
