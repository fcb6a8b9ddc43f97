import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { FriendshipId, UserId } from '../models/ids.js';
import {
  FriendListSchema,
  type Friend,
  FriendRequestsSchema,
  type FriendRequests,
  FriendshipSchema,
  type Friendship,
} from '../models/friends.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the caller's friends.
 *
 * `GET /friends`. Users only.
 */
export function listFriends(ctx: UserContext, options?: CallOptions): LagResult<Friend[]> {
  return call(ctx, { name: 'listFriends', path: '/friends', response: FriendListSchema }, options);
}

/**
 * Lists the friend requests that wait for an answer, both ways.
 *
 * `GET /friends/requests`. Users only.
 */
export function listFriendRequests(ctx: UserContext, options?: CallOptions): LagResult<FriendRequests> {
  return call(ctx, { name: 'listFriendRequests', path: '/friends/requests', response: FriendRequestsSchema }, options);
}

/**
 * Asks a user to be friends.
 *
 * `POST /friends/request`. Users only.
 */
export function sendFriendRequest(ctx: UserContext, username: string, options?: CallOptions): LagResult<Friendship> {
  return call(
    ctx,
    {
      name: 'sendFriendRequest',
      method: 'POST',
      path: '/friends/request',
      body: { username },
      idempotent: false,
      response: FriendshipSchema,
    },
    options,
  );
}

/**
 * Accepts a friend request.
 *
 * `POST /friends/accept`. Users only.
 */
export function acceptFriendRequest(
  ctx: UserContext,
  requestId: FriendshipId,
  options?: CallOptions,
): LagResult<Friendship> {
  return call(
    ctx,
    {
      name: 'acceptFriendRequest',
      method: 'POST',
      path: '/friends/accept',
      body: { requestId },
      response: FriendshipSchema,
    },
    options,
  );
}

/**
 * Declines a friend request.
 *
 * `POST /friends/decline`. Users only.
 */
export function declineFriendRequest(
  ctx: UserContext,
  requestId: FriendshipId,
  options?: CallOptions,
): LagResult<void> {
  return call(
    ctx,
    { name: 'declineFriendRequest', method: 'POST', path: '/friends/decline', body: { requestId } },
    options,
  );
}

/**
 * Ends a friendship, or takes a request back.
 *
 * `DELETE /friends/:friendshipId`. Users only. The id is the friendship's, not the user's.
 */
export function removeFriend(ctx: UserContext, friendshipId: FriendshipId, options?: CallOptions): LagResult<void> {
  return call(ctx, { name: 'removeFriend', method: 'DELETE', path: path`/friends/${friendshipId}` }, options);
}

/**
 * Blocks a user.
 *
 * `POST /friends/block`. Users only.
 */
export function blockUser(ctx: UserContext, userId: UserId, options?: CallOptions): LagResult<Friendship> {
  return call(
    ctx,
    { name: 'blockUser', method: 'POST', path: '/friends/block', body: { userId }, response: FriendshipSchema },
    options,
  );
}
