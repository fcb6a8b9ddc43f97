import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { DAY_MS, describeOperations, inDays, general, png, unauthorized } from '../../scenes.js';

describeOperations('users', {
  getMe: {
    does: 'shows the user their own flags',
    works: async ({ ada }) =>
      expect(await valueOf(lag.getMe(ada))).toMatchObject({ username: 'ada', flags: { suspended: false } }),
    refuses: [unauthorized(({ me }) => lag.getMe(me))],
  },
  updateMe: {
    does: 'changes the profile',
    works: async ({ ada, state }) => {
      const changes = { displayName: 'Ada L.', avatarUrl: 'https://example.com/a.png', steamId: null };
      expect(await valueOf(lag.updateMe(ada, changes))).toMatchObject(changes);
      expect(state.users.find(({ username }) => username === 'ada')).toMatchObject(changes);
    },
    refuses: [
      ['a URL that is none', 'api', ({ ada }) => lag.updateMe(ada, { avatarUrl: 'not a url' })],
      ['a Steam id that is none', 'api', ({ ada }) => lag.updateMe(ada, { steamId: 'ada' })],
    ],
  },
  setupAccount: {
    does: 'names an account once',
    works: async (w) => {
      const { token } = w.addUser();
      const fresh = lag.createContext(token, { baseUrl: w.ada.baseUrl });
      const account = { username: 'newcomer', displayName: 'New' };
      expect(await valueOf(lag.setupAccount(fresh, account))).toMatchObject(account);
      for (const again of [account, { username: 'another', displayName: 'Other' }])
        expect((await errorOf(lag.setupAccount(fresh, again))).kind).toBe('conflict');
      expect(await valueOf(lag.getMe(fresh))).toMatchObject(account);
    },
    refuses: [
      ['a taken name', 'conflict', ({ dan }) => lag.setupAccount(dan, { username: 'ADA', displayName: 'Me' })],
      ['a name that is too short', 'api', ({ dan }) => lag.setupAccount(dan, { username: 'a', displayName: 'Me' })],
    ],
  },
  uploadAvatar: {
    does: 'sets a new avatar',
    works: async ({ ada }) => {
      const { avatarUrl } = await valueOf(lag.uploadAvatar(ada, png));
      expect((await valueOf(lag.getMe(ada))).avatarUrl).toBe(avatarUrl);
    },
    refuses: [
      unauthorized(({ me }) => lag.uploadAvatar(me, png)),
      ['what is no image', 'api', ({ ada }) => lag.uploadAvatar(ada, png, { contentType: 'text/plain' })],
    ],
  },
  registerPushToken: {
    does: 'remembers a device',
    works: async ({ ada }) =>
      expect(await valueOf(lag.registerPushToken(ada, { token: 'device', platform: 'android' }))).toEqual({ ok: true }),
    refuses: [
      [
        'another platform',
        'api',
        ({ ada }) => lag.registerPushToken(ada, { token: 'device', platform: 'web' as 'ios' }),
      ],
    ],
  },
  removePushToken: {
    does: 'forgets a device',
    works: async ({ ada }) => {
      await valueOf(lag.registerPushToken(ada, { token: 'device', platform: 'ios' }));
      expect(await valueOf(lag.removePushToken(ada, 'device'))).toEqual({ ok: true });
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.removePushToken(ada, 'device')]],
  },
  requestAccountDeletion: {
    does: 'removes the account with its servers and friendships after seven days',
    works: async (w) => {
      const { ada, ben, dan, ids, state, pass } = w;
      expect((await valueOf(lag.requestAccountDeletion(ben))).username).toBe('ben');
      await pass(DAY_MS);
      await valueOf(lag.requestAccountDeletion(ben));
      await valueOf(lag.requestAccountDeletion(dan));
      await pass(6 * DAY_MS - 1);
      await valueOf(lag.getMe(ben));
      await pass(1);
      expect((await errorOf(lag.getMe(ben))).kind).toBe('auth');
      expect((await errorOf(lag.getUser(ada, ids.users.ben))).kind).toBe('not_found');
      expect((await valueOf(lag.getServer(ada, ids.server))).memberCount).toBe(2);
      expect(await valueOf(lag.listFriends(ada))).toEqual([]);
      expect(await valueOf(lag.listDms(ada))).toEqual([]);
      expect((await valueOf(lag.listRoomMessages(ada, ...general(w)))).messages).toHaveLength(50);
      await pass(DAY_MS);
      expect(state.servers.map(({ name }) => name)).toEqual(['Harbour']);
    },
    refuses: [unauthorized(({ me }) => lag.requestAccountDeletion(me))],
  },
  cancelAccountDeletion: {
    does: 'keeps the account',
    works: async ({ ben, ids, state, pass }) => {
      expect(await valueOf(lag.requestAccountDeletion(ben))).not.toHaveProperty('deletionScheduledAt');
      expect(state.accountDeletions).toEqual([{ userId: ids.users.ben, deletesAt: inDays(7) }]);
      await pass(3 * DAY_MS);
      await valueOf(lag.cancelAccountDeletion(ben));
      await pass(30 * DAY_MS);
      await valueOf(lag.getMe(ben));
      expect(state.accountDeletions).toEqual([]);
    },
    refuses: [['none under way', 'conflict', ({ ben }) => lag.cancelAccountDeletion(ben)]],
  },
  lookupSteamProfile: {
    does: 'finds a profile by id, vanity name and URL',
    works: async ({ dan }) => {
      const id = '76561198000000002';
      for (const query of [
        id,
        'ben',
        `https://steamcommunity.com/profiles/${id}/`,
        'https://steamcommunity.com/id/ben',
      ])
        expect(await valueOf(lag.lookupSteamProfile(dan, query))).toMatchObject({ steamId: id, personaName: 'Ben' });
    },
    refuses: [
      ['an unknown one', 'not_found', ({ dan }) => lag.lookupSteamProfile(dan, 'cleo')],
      ['nothing', 'api', ({ dan }) => lag.lookupSteamProfile(dan, ' ')],
    ],
  },
  importSteamAvatar: {
    does: 'takes the avatar of a Steam profile',
    works: async ({ ben }) => {
      const { avatarUrl } = await valueOf(lag.lookupSteamProfile(ben, 'ben'));
      const mine = await valueOf(lag.importSteamAvatar(ben, avatarUrl!));
      expect((await valueOf(lag.getMe(ben))).avatarUrl).toBe(mine.avatarUrl);
    },
    refuses: [
      ['a picture from elsewhere', 'api', ({ ben }) => lag.importSteamAvatar(ben, 'https://example.com/a.png')],
    ],
  },
  getSteamActivity: {
    does: 'names the game of a user who is linked to Steam and in a game',
    works: async ({ ada, ben }) => {
      expect(await valueOf(lag.getSteamActivity(ada))).toEqual({ gameName: null });
      expect(await valueOf(lag.getSteamActivity(ben))).toEqual({ gameName: expect.any(String) });
    },
    refuses: [unauthorized(({ me }) => lag.getSteamActivity(me))],
  },
  checkUsername: {
    does: 'tells whether a valid name is free',
    works: async ({ ada }) => {
      for (const [name, available] of [
        ['newcomer', true],
        ['Ben', false],
        ['no spaces', false],
      ] as const)
        expect(await valueOf(lag.checkUsername(ada, name))).toEqual({ available });
    },
    refuses: [['nothing', 'api', ({ ada }) => lag.checkUsername(ada, '')]],
  },
  searchUsers: {
    does: 'finds at most 20 users, by username only',
    works: async ({ ada, addUser }) => {
      expect((await valueOf(lag.searchUsers(ada, 'CLE'))).map(({ username }) => username)).toEqual(['cleo']);
      addUser({ username: 'eve', displayName: 'Queen of Hearts' });
      expect(await valueOf(lag.searchUsers(ada, 'hearts'))).toEqual([]);
      for (let n = 0; n < 30; n++) addUser({ username: `many${n}` });
      expect(await valueOf(lag.searchUsers(ada, 'many'))).toHaveLength(20);
    },
    refuses: [['nothing', 'api', ({ ada }) => lag.searchUsers(ada, '')]],
  },
  getUser: {
    does: 'shows another user without their flags',
    works: async ({ ada, ids }) => {
      const ben = await valueOf(lag.getUser(ada, ids.users.ben));
      expect(ben).toMatchObject({ username: 'ben', status: 'in-game' });
      expect(ben).not.toHaveProperty('flags');
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.getUser(ada, 'nobody')]],
  },
});
