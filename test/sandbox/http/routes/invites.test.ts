import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations, HOUR_MS } from '../../scenes.js';

describeOperations('invites', {
  listInvites: {
    does: 'lists the active invites to the owner and admins',
    works: async ({ ada, cleo, dan, ids, pass }) => {
      const codes = async (ctx: lag.UserContext) =>
        (await valueOf(lag.listInvites(ctx, ids.server))).map(({ code }) => code);
      expect(await valueOf(lag.listInvites(ada, ids.server))).toMatchObject([{ code: ids.inviteCode, uses: 2 }]);
      const once = await valueOf(lag.createInvite(cleo, ids.server, { maxUses: 1 }));
      const short = await valueOf(lag.createInvite(cleo, ids.server, { expiresInHours: 1 }));
      const revoked = await valueOf(lag.createInvite(cleo, ids.server));
      expect(await codes(cleo)).toEqual([ids.inviteCode, once.code, short.code, revoked.code]);
      await valueOf(lag.joinServer(dan, once.code));
      await valueOf(lag.revokeInvite(cleo, ids.server, revoked.id));
      expect(await codes(ada)).toEqual([ids.inviteCode, short.code]);
      await pass(HOUR_MS);
      expect(await codes(ada)).toEqual([ids.inviteCode]);
    },
    refuses: [
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.listInvites(dan, ids.server)],
      ['a member who may create invites', 'permission', ({ ben, ids }) => lag.listInvites(ben, ids.server)],
      [
        'a member with a role that users made',
        'permission',
        ({ ada, ben, ids }) =>
          lag
            .createRole(ada, ids.server, { name: 'Most', permissions: lag.Permission.MANAGE_SERVER })
            .andThen(({ id }) => lag.assignRole(ada, ids.server, ids.users.ben, id))
            .andThen(() => lag.listInvites(ben, ids.server)),
      ],
    ],
  },
  createInvite: {
    does: 'limits uses and time if the caller asks for it',
    works: async ({ ben, ids, clock }) => {
      const forever = await valueOf(lag.createInvite(ben, ids.server));
      expect(forever).toMatchObject({ createdBy: ids.users.ben, maxUses: null, uses: 0, expiresAt: null });
      const short = await valueOf(lag.createInvite(ben, ids.server, { maxUses: 3, expiresInHours: 1.5 }));
      expect(short).toMatchObject({ maxUses: 3, expiresAt: new Date(clock.now() + 1.5 * HOUR_MS).toISOString() });
    },
    refuses: [
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.createInvite(dan, ids.server)],
      ['one for nobody', 'api', ({ ben, ids }) => lag.createInvite(ben, ids.server, { maxUses: 0 })],
      ['one for no time', 'api', ({ ben, ids }) => lag.createInvite(ben, ids.server, { expiresInHours: 0 })],
    ],
  },
  revokeInvite: {
    does: 'lets the creator and the owner revoke',
    works: async ({ ada, ben, dan, ids }) => {
      const mine = await valueOf(lag.createInvite(ben, ids.server));
      const other = await valueOf(lag.createInvite(ben, ids.server));
      await valueOf(lag.revokeInvite(ben, ids.server, mine.id));
      await valueOf(lag.revokeInvite(ada, ids.server, other.id));
      for (const { code } of [mine, other]) expect((await errorOf(lag.joinServer(dan, code))).kind).toBe('not_found');
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids, state }) => lag.revokeInvite(ben, ids.server, state.invites[0]!.id)],
      [
        'one of another server',
        'not_found',
        ({ dan, ids, state }) => lag.revokeInvite(dan, ids.otherServer, state.invites[0]!.id),
      ],
    ],
  },
  previewInvite: {
    does: 'describes the server to anyone',
    works: async ({ stranger, robot, ada, ids, pass }) => {
      for (const ctx of [stranger, robot])
        expect(await valueOf(lag.previewInvite(ctx, ids.inviteCode))).toMatchObject({
          serverName: 'Harbour',
          serverIconEmoji: '⚓',
          memberCount: 3,
          isFull: false,
          valid: true,
        });
      const { code } = await valueOf(lag.createInvite(ada, ids.server, { expiresInHours: 1 }));
      await pass(HOUR_MS);
      expect((await valueOf(lag.previewInvite(stranger, code))).valid).toBe(false);
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.previewInvite(ada, 'nothing')]],
  },
  joinServer: {
    does: 'makes the caller a member and counts the use',
    works: async ({ dan, ids, state }) => {
      expect(await valueOf(lag.joinServer(dan, ids.inviteCode))).toMatchObject({ id: ids.server, memberCount: 4 });
      expect((await valueOf(lag.getServer(dan, ids.server))).myRole).toBe('member');
      expect(state.invites[0]!.uses).toBe(3);
    },
    refuses: [
      ['a member', 'conflict', ({ ben, ids }) => lag.joinServer(ben, ids.inviteCode)],
      ['an unknown invite', 'not_found', ({ dan }) => lag.joinServer(dan, 'nothing')],
      [
        'one who is banned',
        'permission',
        ({ ada, dan, ids }) =>
          lag.banMember(ada, ids.server, ids.users.dan).andThen(() => lag.joinServer(dan, ids.inviteCode)),
      ],
      [
        'an invite that is used up',
        'not_found',
        ({ ada, dan, ids, addUser }) =>
          lag
            .createInvite(ada, ids.server, { maxUses: 1 })
            .andThen(({ code }) =>
              lag
                .joinServer(lag.createContext(addUser().token, { baseUrl: ada.baseUrl }), code)
                .andThen(() => lag.joinServer(dan, code)),
            ),
      ],
      [
        'a full server',
        'conflict',
        ({ dan, ids, addMember }) => {
          for (let n = 0; n < 97; n++) addMember({ serverId: ids.server, userId: `extra${n}` });
          return lag.joinServer(dan, ids.inviteCode);
        },
      ],
    ],
  },
  inviteFriend: {
    does: 'sends the friend a code that works',
    works: async (w) => {
      const { ada, dan, ids } = w;
      const { id } = await valueOf(lag.sendFriendRequest(dan, 'ada'));
      await valueOf(lag.acceptFriendRequest(ada, id));
      expect(await valueOf(lag.inviteFriend(ada, ids.server, ids.users.dan))).toEqual({ sent: true });
      const [dm] = await valueOf(lag.listDms(dan));
      const code = /\S+$/.exec(dm!.lastMessage!.content)![0];
      expect((await valueOf(lag.joinServer(dan, code))).id).toBe(ids.server);
    },
    refuses: [
      ['one who is no friend', 'permission', ({ ada, ids }) => lag.inviteFriend(ada, ids.server, ids.users.dan)],
      ['a member', 'conflict', ({ ada, ids }) => lag.inviteFriend(ada, ids.server, ids.users.ben)],
    ],
  },
});
