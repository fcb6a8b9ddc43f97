import * as v from 'valibot';
import { friendshipView, userView } from '../../views/users.js';
import { findFriendship, findUserByName, isBlocked, requireUser } from '../../world/access.js';
import { refuse } from '../../world/refusal.js';
import type { FriendshipRow } from '../../world/rows.js';
import { toIso } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param } from '../context.js';
import { noContent } from '../responses.js';

const RequestSchema = v.object({ username: v.string() });
const AnswerSchema = v.object({ requestId: v.string() });
const BlockSchema = v.object({ userId: v.string() });

export const friendRoutes = (api: Api, world: World): void => {
  const addFriendship = (requesterId: string, addresseeId: string, status: FriendshipRow['status']): FriendshipRow => {
    const now = world.clock.now();
    const row = { id: world.random.id(), requesterId, addresseeId, status, createdAt: now, updatedAt: now };
    world.friendships.set(row.id, row);
    return row;
  };

  const requirePendingRequest = (meId: string, requestId: string): FriendshipRow => {
    const row = world.friendships.get(requestId);
    if (!row || row.status === 'blocked') return refuse(404, 'Friend request not found');
    if (row.addresseeId !== meId) refuse(403, 'You can answer only friend requests that were sent to you');
    if (row.status !== 'pending') refuse(409, 'The friend request was answered already');
    return row;
  };

  api.get(
    '/friends',
    asUser(world, (c, me) => {
      const rows = [...world.friendships.values()].filter(
        (row) => row.status === 'accepted' && [row.requesterId, row.addresseeId].includes(me.id),
      );
      return c.json(
        rows.map((row) => {
          const user = userView(requireUser(world, row.requesterId === me.id ? row.addresseeId : row.requesterId));
          return { id: user.id, user, friendshipId: row.id, since: toIso(row.updatedAt) };
        }),
      );
    }),
  );

  api.get(
    '/friends/requests',
    asUser(world, (c, me) => {
      const pending = [...world.friendships.values()].filter((row) => row.status === 'pending');
      const user = (id: string) => userView(requireUser(world, id));
      return c.json({
        incoming: pending
          .filter((row) => row.addresseeId === me.id)
          .map((row) => ({ ...friendshipView(row), from: user(row.requesterId) })),
        outgoing: pending
          .filter((row) => row.requesterId === me.id)
          .map((row) => ({ ...friendshipView(row), to: user(row.addresseeId) })),
      });
    }),
  );

  api.post(
    '/friends/request',
    asUser(
      world,
      withBody(RequestSchema, (c, me, { username }) => {
        const other = findUserByName(world, username) ?? refuse(404, 'User not found');
        if (other === me) refuse(400, 'You cannot be your own friend');
        if (isBlocked(world, me.id, other.id)) refuse(403, 'One of you blocked the other');
        const row = findFriendship(world, me.id, other.id);
        if (row)
          refuse(409, row.status === 'accepted' ? 'You are friends already' : 'There is a friend request already');
        return c.json(friendshipView(addFriendship(me.id, other.id, 'pending')), 201);
      }),
    ),
  );

  api.post(
    '/friends/accept',
    asUser(
      world,
      withBody(AnswerSchema, (c, me, { requestId }) => {
        const row = requirePendingRequest(me.id, requestId);
        row.status = 'accepted';
        row.updatedAt = world.clock.now();
        return c.json(friendshipView(row));
      }),
    ),
  );

  api.post(
    '/friends/decline',
    asUser(
      world,
      withBody(AnswerSchema, (c, me, { requestId }) => {
        world.friendships.delete(requirePendingRequest(me.id, requestId).id);
        return c.json({ ok: true });
      }),
    ),
  );

  api.post(
    '/friends/block',
    asUser(
      world,
      withBody(BlockSchema, (c, me, { userId }) => {
        const other = requireUser(world, userId);
        if (other === me) refuse(400, 'You cannot block yourself');
        const existing = findFriendship(world, me.id, userId);
        if (existing) world.friendships.delete(existing.id);
        const blocked = [...world.friendships.values()].find(
          (row) => row.status === 'blocked' && row.requesterId === me.id && row.addresseeId === userId,
        );
        return c.json(friendshipView(blocked ?? addFriendship(me.id, userId, 'blocked')));
      }),
    ),
  );

  api.delete(
    '/friends/:friendshipId',
    asUser(world, (c, me) => {
      const row = world.friendships.get(param(c, 'friendshipId'));
      if (!row || ![row.requesterId, row.addresseeId].includes(me.id)) return refuse(404, 'Friendship not found');
      if (row.status !== 'accepted' && row.requesterId !== me.id)
        refuse(403, row.status === 'blocked' ? 'Only the user who blocked can unblock' : 'Decline the request instead');
      world.friendships.delete(row.id);
      return noContent();
    }),
  );
};
