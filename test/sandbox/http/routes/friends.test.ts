import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations, unauthorized } from '../../scenes.js';

describeOperations('friends', {
  listFriends: {
    does: 'lists a friendship for both friends',
    works: async ({ ada, ben, cleo, ids }) => {
      expect(await valueOf(lag.listFriends(ada))).toMatchObject([{ id: ids.users.ben, user: { username: 'ben' } }]);
      expect(await valueOf(lag.listFriends(ben))).toMatchObject([{ user: { username: 'ada' } }]);
      expect(await valueOf(lag.listFriends(cleo))).toEqual([]);
    },
    refuses: [unauthorized(({ me }) => lag.listFriends(me))],
  },
  listFriendRequests: {
    does: 'separates incoming and outgoing requests',
    works: async ({ ada, cleo, ids }) => {
      const request = { id: ids.friendRequest, status: 'pending' };
      expect(await valueOf(lag.listFriendRequests(ada))).toMatchObject({
        incoming: [{ ...request, from: { username: 'cleo' } }],
        outgoing: [],
      });
      expect(await valueOf(lag.listFriendRequests(cleo))).toMatchObject({
        incoming: [],
        outgoing: [{ ...request, to: { username: 'ada' } }],
      });
    },
    refuses: [unauthorized(({ me }) => lag.listFriendRequests(me))],
  },
  sendFriendRequest: {
    does: 'asks a user, whatever the case of the name',
    works: async ({ ben, dan, ids }) => {
      const sent = await valueOf(lag.sendFriendRequest(dan, 'Ben'));
      expect(sent).toMatchObject({ requesterId: ids.users.dan, addresseeId: ids.users.ben, status: 'pending' });
      expect((await valueOf(lag.listFriendRequests(ben))).incoming).toHaveLength(1);
    },
    refuses: [
      ['an unknown user', 'not_found', ({ dan }) => lag.sendFriendRequest(dan, 'nobody')],
      ['oneself', 'api', ({ dan }) => lag.sendFriendRequest(dan, 'dan')],
      ['a friend', 'conflict', ({ ben }) => lag.sendFriendRequest(ben, 'ada')],
      ['one who was asked', 'conflict', ({ cleo }) => lag.sendFriendRequest(cleo, 'ada')],
      ['one who asked', 'conflict', ({ ada }) => lag.sendFriendRequest(ada, 'cleo')],
      [
        'one who blocked',
        'permission',
        ({ ben, dan, ids }) => lag.blockUser(ben, ids.users.dan).andThen(() => lag.sendFriendRequest(dan, 'ben')),
      ],
    ],
  },
  acceptFriendRequest: {
    does: 'makes two users friends',
    works: async ({ ada, cleo, ids }) => {
      expect((await valueOf(lag.acceptFriendRequest(ada, ids.friendRequest))).status).toBe('accepted');
      expect(await valueOf(lag.listFriends(cleo))).toHaveLength(1);
      expect((await valueOf(lag.listFriendRequests(ada))).incoming).toEqual([]);
    },
    refuses: [
      ['an unknown one', 'not_found', ({ ada }) => lag.acceptFriendRequest(ada, 'r1')],
      ['one’s own', 'permission', ({ cleo, ids }) => lag.acceptFriendRequest(cleo, ids.friendRequest)],
      [
        'one that is accepted',
        'conflict',
        ({ ada, ids }) =>
          lag
            .acceptFriendRequest(ada, ids.friendRequest)
            .andThen(() => lag.acceptFriendRequest(ada, ids.friendRequest)),
      ],
    ],
  },
  declineFriendRequest: {
    does: 'removes the request, so that it can be sent again',
    works: async ({ ada, cleo, ids }) => {
      expect(await valueOf(lag.declineFriendRequest(ada, ids.friendRequest))).toBeUndefined();
      expect((await valueOf(lag.listFriendRequests(cleo))).outgoing).toEqual([]);
      expect((await valueOf(lag.sendFriendRequest(cleo, 'ada'))).status).toBe('pending');
    },
    refuses: [
      ['one of others', 'permission', ({ dan, ids }) => lag.declineFriendRequest(dan, ids.friendRequest)],
      [
        'one that is gone',
        'not_found',
        ({ ada, ids }) =>
          lag
            .declineFriendRequest(ada, ids.friendRequest)
            .andThen(() => lag.declineFriendRequest(ada, ids.friendRequest)),
      ],
    ],
  },
  removeFriend: {
    does: 'ends a friendship, takes back a request and lifts a block',
    works: async ({ ada, ben, cleo, ids }) => {
      const [friend] = await valueOf(lag.listFriends(ben));
      expect(await valueOf(lag.removeFriend(ben, friend!.friendshipId))).toBeUndefined();
      expect(await valueOf(lag.listFriends(ada))).toEqual([]);
      await valueOf(lag.removeFriend(cleo, ids.friendRequest));
      expect((await valueOf(lag.listFriendRequests(ada))).incoming).toEqual([]);
      const block = await valueOf(lag.blockUser(ada, ids.users.ben));
      expect((await errorOf(lag.removeFriend(ben, block.id))).kind).toBe('permission');
      await valueOf(lag.removeFriend(ada, block.id));
      await valueOf(lag.sendFriendRequest(ben, 'ada'));
    },
    refuses: [
      ['one of others', 'not_found', ({ dan, ids }) => lag.removeFriend(dan, ids.friendRequest)],
      ['a request to oneself', 'permission', ({ ada, ids }) => lag.removeFriend(ada, ids.friendRequest)],
    ],
  },
  blockUser: {
    does: 'ends the friendship and blocks once',
    works: async ({ ada, ben, ids, state }) => {
      const block = await valueOf(lag.blockUser(ada, ids.users.ben));
      expect(block).toMatchObject({ requesterId: ids.users.ada, addresseeId: ids.users.ben, status: 'blocked' });
      expect(await valueOf(lag.blockUser(ada, ids.users.ben))).toEqual(block);
      expect(await valueOf(lag.listFriends(ben))).toEqual([]);
      expect((await errorOf(lag.sendDmMessage(ben, ids.dm, { content: 'why?' }))).kind).toBe('permission');
      expect((await valueOf(lag.blockUser(ben, ids.users.ada))).id).not.toBe(block.id);
      expect(state.friendships.filter(({ status }) => status === 'blocked')).toHaveLength(2);
    },
    refuses: [
      ['an unknown user', 'not_found', ({ ada }) => lag.blockUser(ada, 'nobody')],
      ['oneself', 'api', ({ ada, ids }) => lag.blockUser(ada, ids.users.ada)],
    ],
  },
});
