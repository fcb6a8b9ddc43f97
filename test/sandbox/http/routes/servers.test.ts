import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations, png, unauthorized } from '../../scenes.js';

describeOperations('servers', {
  listServers: {
    does: 'lists the servers of the caller',
    works: async ({ ada, dan }) => {
      expect(await valueOf(lag.listServers(ada))).toMatchObject([{ name: 'Harbour', memberCount: 3 }]);
      expect(await valueOf(lag.listServers(dan))).toMatchObject([{ name: 'Workshop', memberCount: 1 }]);
    },
    refuses: [unauthorized(({ me }) => lag.listServers(me))],
  },
  createServer: {
    does: 'creates a server with a room and the default roles',
    works: async ({ ben, ids }) => {
      const { id } = await valueOf(lag.createServer(ben, { name: 'Cellar', iconEmoji: '🍷' }));
      expect(await valueOf(lag.getServer(ben, id))).toMatchObject({
        name: 'Cellar',
        iconEmoji: '🍷',
        ownerId: ids.users.ben,
        myRole: 'owner',
        rooms: [{ name: 'General' }],
      });
      expect((await valueOf(lag.listRoles(ben, id))).map(({ name }) => name)).toEqual(['Owner', 'Admin', 'Member']);
    },
    refuses: [
      ['a second one', 'permission', ({ ada }) => lag.createServer(ada, { name: 'Another' })],
      ['one without a name', 'api', ({ ben }) => lag.createServer(ben, { name: ' ' })],
    ],
  },
  getServer: {
    does: 'lists rooms and members, and the role of the caller',
    works: async ({ ben, cleo, ids }) => {
      const server = await valueOf(lag.getServer(ben, ids.server));
      expect(server.myRole).toBe('member');
      expect(server.rooms.map(({ name }) => name)).toEqual(['General', 'Music', 'Quiet']);
      expect(server.members.map(({ username, role }) => [username, role])).toEqual([
        ['ada', 'owner'],
        ['ben', 'member'],
        ['cleo', 'admin'],
      ]);
      expect((await valueOf(lag.getServer(cleo, ids.server))).myRole).toBe('admin');
    },
    refuses: [
      ['one that one is not in', 'permission', ({ dan, ids }) => lag.getServer(dan, ids.server)],
      ['an unknown one', 'not_found', ({ ada }) => lag.getServer(ada, 's1')],
    ],
  },
  updateServer: {
    does: 'changes name and icon',
    works: async ({ cleo, ids }) =>
      expect(await valueOf(lag.updateServer(cleo, ids.server, { name: 'Port', iconEmoji: null }))).toMatchObject({
        name: 'Port',
        iconEmoji: null,
      }),
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.updateServer(ben, ids.server, { name: 'Mine' })]],
  },
  uploadServerIcon: {
    does: 'sets a new icon',
    works: async ({ ada, ids }) => {
      const { iconUrl } = await valueOf(lag.uploadServerIcon(ada, ids.server, png));
      expect((await valueOf(lag.getServer(ada, ids.server))).iconUrl).toBe(iconUrl);
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.uploadServerIcon(ben, ids.server, png)]],
  },
  deleteServer: {
    does: 'removes the server with its invites and robots',
    works: async ({ ada, ben, robot, ids, state }) => {
      expect(await valueOf(lag.deleteServer(ada, ids.server))).toBeUndefined();
      expect((await errorOf(lag.getServer(ada, ids.server))).kind).toBe('not_found');
      expect(await valueOf(lag.listServers(ben))).toEqual([]);
      expect((await errorOf(lag.previewInvite(ben, ids.inviteCode))).kind).toBe('not_found');
      expect((await errorOf(lag.getIdentity(robot))).kind).toBe('auth');
      expect([state.servers.length, state.robots.length, state.invites.length]).toEqual([1, 0, 0]);
    },
    refuses: [
      ['an admin', 'permission', ({ cleo, ids }) => lag.deleteServer(cleo, ids.server)],
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.deleteServer(dan, ids.server)],
    ],
  },
  leaveServer: {
    does: 'ends the membership with its replies to events',
    works: async ({ ben, ids, state }) => {
      await valueOf(lag.rsvpEvent(ben, ids.server, ids.event, 'going'));
      expect(await valueOf(lag.leaveServer(ben, ids.server))).toBeUndefined();
      expect((await errorOf(lag.listRooms(ben, ids.server))).kind).toBe('permission');
      expect(state.events[0]!.rsvpCounts.going).toBe(0);
    },
    refuses: [['the owner', 'permission', ({ ada, ids }) => lag.leaveServer(ada, ids.server)]],
  },
});
