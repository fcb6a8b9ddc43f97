import * as v from 'valibot';
import { requiredId, requiredText, text, type Open, type OpenText, type Text } from './fields.js';
import type { FriendshipId, UserId } from './ids.js';
import { UserSchema, type User } from './users.js';

/** The state of a friendship. */
export type FriendshipStatus = 'pending' | 'accepted' | 'blocked';

/** The relation of two users: a request, a friendship or a block. */
export interface Friendship {
  id: FriendshipId;
  /** The user who sent the request. */
  requesterId: UserId;
  /** The user who received the request. */
  addresseeId: UserId;
  status: Open<FriendshipStatus>;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601. */
  updatedAt: string;
}

export const FriendshipSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<FriendshipId>,
  requesterId: text as Text<UserId>,
  addresseeId: text as Text<UserId>,
  status: text as OpenText<FriendshipStatus>,
  createdAt: text,
  updatedAt: text,
});

/** A friend of the caller. */
export interface Friend {
  id: string;
  user: User;
  /** The id that `removeFriend` takes. */
  friendshipId: FriendshipId;
  /** ISO 8601. */
  since: string;
}

export const FriendSchema = /*#__PURE__*/ v.looseObject({
  id: text,
  user: UserSchema,
  friendshipId: text as Text<FriendshipId>,
  since: text,
});

export const FriendListSchema = /*#__PURE__*/ v.array(FriendSchema);

/** A request that the caller may accept or decline. */
export interface IncomingFriendRequest {
  /** The id that `acceptFriendRequest` and `declineFriendRequest` take. */
  id: FriendshipId;
  requesterId: UserId;
  addresseeId: UserId;
  status: Open<FriendshipStatus>;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601. */
  updatedAt: string;
  from: User;
}

export const IncomingFriendRequestSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<FriendshipId>,
  requesterId: text as Text<UserId>,
  addresseeId: text as Text<UserId>,
  status: text as OpenText<FriendshipStatus>,
  createdAt: text,
  updatedAt: text,
  from: UserSchema,
});

/** A request that the caller sent. */
export interface OutgoingFriendRequest {
  /** The id that `removeFriend` takes to cancel the request. */
  id: FriendshipId;
  requesterId: UserId;
  addresseeId: UserId;
  status: Open<FriendshipStatus>;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601. */
  updatedAt: string;
  to: User;
}

export const OutgoingFriendRequestSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<FriendshipId>,
  requesterId: text as Text<UserId>,
  addresseeId: text as Text<UserId>,
  status: text as OpenText<FriendshipStatus>,
  createdAt: text,
  updatedAt: text,
  to: UserSchema,
});

/** The caller's pending requests. */
export interface FriendRequests {
  incoming: IncomingFriendRequest[];
  outgoing: OutgoingFriendRequest[];
}

export const FriendRequestsSchema = /*#__PURE__*/ v.looseObject({
  incoming: /*#__PURE__*/ v.array(IncomingFriendRequestSchema),
  outgoing: /*#__PURE__*/ v.array(OutgoingFriendRequestSchema),
});

/** Whom to send a friend request. */
export interface SendFriendRequestBody {
  readonly username: string;
}

export const SendFriendRequestBodySchema = /*#__PURE__*/ v.object({ username: requiredText });

/** Which request to accept or decline. */
export interface AnswerFriendRequestBody {
  readonly requestId: FriendshipId;
}

export const AnswerFriendRequestBodySchema = /*#__PURE__*/ v.object({
  requestId: /*#__PURE__*/ requiredId<FriendshipId>(),
});

/** The user to block. */
export interface BlockUserBody {
  readonly userId: UserId;
}

export const BlockUserBodySchema = /*#__PURE__*/ v.object({ userId: /*#__PURE__*/ requiredId<UserId>() });
