import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations, HOUR_MS, quiet, say } from '../../scenes.js';

describeOperations('members', {
  listMembers: {
    does: 'lists members for users and robots',
    works: async ({ ben, robot, ids }) => {
      for (const ctx of [ben, robot])
        expect((await valueOf(lag.listMembers(ctx, ids.server))).map(({ username }) => username)).toEqual([
          'ada',
          'ben',
          'cleo',
        ]);
    },
    refuses: [
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.listMembers(dan, ids.server)],
      ['a robot of another server', 'permission', ({ robot, ids }) => lag.listMembers(robot, ids.otherServer)],
      [
        'a robot without read_members',
        'permission',
        ({ ada, ids, addRobot }) =>
          lag.listMembers(
            lag.createContext(addRobot({ permissions: ['read_rooms'] }).token, { baseUrl: ada.baseUrl }),
            ids.server,
          ),
      ],
    ],
  },
  kickMember: {
    does: 'removes a member, who may come back',
    works: async ({ ada, cleo, ben, ids }) => {
      expect(await valueOf(lag.kickMember(cleo, ids.server, ids.users.ben))).toBeUndefined();
      expect((await errorOf(lag.getServer(ben, ids.server))).kind).toBe('permission');
      await valueOf(lag.kickMember(ada, ids.server, ids.users.cleo));
      await valueOf(lag.joinServer(ben, ids.inviteCode));
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.kickMember(ben, ids.server, ids.users.cleo)],
      ['of the owner', 'permission', ({ cleo, ids }) => lag.kickMember(cleo, ids.server, ids.users.ada)],
      ['of oneself', 'permission', ({ cleo, ids }) => lag.kickMember(cleo, ids.server, ids.users.cleo)],
      ['of one who is not in it', 'not_found', ({ cleo, ids }) => lag.kickMember(cleo, ids.server, ids.users.dan)],
    ],
  },
  listBans: {
    does: 'lists bans until they expire',
    works: async ({ ada, ids, pass }) => {
      await valueOf(lag.banMember(ada, ids.server, ids.users.dan, { duration: 10 }));
      expect(await valueOf(lag.listBans(ada, ids.server))).toMatchObject([
        { username: 'dan', bannedBy: ids.users.ada },
      ]);
      await pass(600_000);
      expect(await valueOf(lag.listBans(ada, ids.server))).toEqual([]);
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.listBans(ben, ids.server)]],
  },
  banMember: {
    does: 'keeps a user out until the ban expires',
    works: async ({ cleo, ben, ids, clock, pass }) => {
      const ban = await valueOf(lag.banMember(cleo, ids.server, ids.users.ben, { reason: 'noise', duration: 60 }));
      expect(ban).toMatchObject({
        userId: ids.users.ben,
        bannedBy: ids.users.cleo,
        reason: 'noise',
        expiresAt: new Date(clock.now() + HOUR_MS).toISOString(),
      });
      expect((await errorOf(lag.joinServer(ben, ids.inviteCode))).kind).toBe('permission');
      await pass(HOUR_MS - 1);
      expect((await errorOf(lag.joinServer(ben, ids.inviteCode))).kind).toBe('permission');
      await pass(1);
      await valueOf(lag.joinServer(ben, ids.inviteCode));
      expect((await valueOf(lag.banMember(cleo, ids.server, ids.users.ben))).expiresAt).toBeNull();
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.banMember(ben, ids.server, ids.users.dan)],
      [
        'of an admin by an admin',
        'permission',
        (w) => {
          w.addMember({ serverId: w.ids.server, userId: w.ids.users.dan, role: 'admin' });
          return lag.banMember(w.cleo, w.ids.server, w.ids.users.dan);
        },
      ],
      ['of nobody', 'not_found', ({ ada, ids }) => lag.banMember(ada, ids.server, 'nobody')],
      ['for no time', 'api', ({ ada, ids }) => lag.banMember(ada, ids.server, ids.users.ben, { duration: 0 })],
      [
        'of one who is banned',
        'conflict',
        ({ ada, ids }) =>
          lag.banMember(ada, ids.server, ids.users.ben).andThen(() => lag.banMember(ada, ids.server, ids.users.ben)),
      ],
    ],
  },
  unbanMember: {
    does: 'lets the user join again',
    works: async ({ ada, ben, ids }) => {
      await valueOf(lag.banMember(ada, ids.server, ids.users.ben));
      expect(await valueOf(lag.unbanMember(ada, ids.server, ids.users.ben))).toBeUndefined();
      await valueOf(lag.joinServer(ben, ids.inviteCode));
    },
    refuses: [
      ['one who is not banned', 'not_found', ({ ada, ids }) => lag.unbanMember(ada, ids.server, ids.users.ben)],
    ],
  },
  listMutes: {
    does: 'lists the mutes in force',
    works: async ({ ada, ids }) => {
      await valueOf(lag.muteMember(ada, ids.server, ids.users.ben));
      expect(await valueOf(lag.listMutes(ada, ids.server))).toMatchObject([
        { username: 'ben', mutedBy: ids.users.ada },
      ]);
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.listMutes(ben, ids.server)]],
  },
  muteMember: {
    does: 'silences a member until the mute expires',
    works: async (w) => {
      const { cleo, ben, ids, pass } = w;
      const mute = await valueOf(lag.muteMember(cleo, ids.server, ids.users.ben, { duration: 5 }));
      expect(mute).toMatchObject({ userId: ids.users.ben, mutedBy: ids.users.cleo, reason: null });
      expect((await errorOf(lag.sendRoomMessage(ben, ...quiet(w), { content: 'hm' }))).kind).toBe('permission');
      await pass(300_000);
      await say(w);
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.muteMember(ben, ids.server, ids.users.cleo)],
      ['of one who is not in it', 'not_found', ({ ada, ids }) => lag.muteMember(ada, ids.server, ids.users.dan)],
    ],
  },
  unmuteMember: {
    does: 'lets the member speak again',
    works: async (w) => {
      await valueOf(lag.muteMember(w.ada, w.ids.server, w.ids.users.ben));
      expect(await valueOf(lag.unmuteMember(w.ada, w.ids.server, w.ids.users.ben))).toBeUndefined();
      await say(w);
    },
    refuses: [
      ['one who is not muted', 'not_found', ({ ada, ids }) => lag.unmuteMember(ada, ids.server, ids.users.ben)],
    ],
  },
});
