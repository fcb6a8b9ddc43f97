import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations, quiet, say } from '../../scenes.js';

describeOperations('roles', {
  listRoles: {
    does: 'sorts the roles',
    works: async ({ ben, ids }) => {
      const roles = await valueOf(lag.listRoles(ben, ids.server));
      expect(roles.map(({ name, isDefault }) => [name, isDefault])).toEqual([
        ['Owner', true],
        ['Admin', true],
        ['Moderator', false],
        ['Member', true],
      ]);
    },
    refuses: [['one who is not in it', 'permission', ({ dan, ids }) => lag.listRoles(dan, ids.server)]],
  },
  createRole: {
    does: 'puts a role before Member',
    works: async ({ cleo, ids }) => {
      const body = {
        name: 'Host',
        color: '#ff0000',
        permissions: lag.Permission.MANAGE_EVENTS | lag.Permission.CREATE_INVITES,
      };
      expect(await valueOf(lag.createRole(cleo, ids.server, body))).toMatchObject({ ...body, isDefault: false });
      expect((await valueOf(lag.listRoles(cleo, ids.server))).map(({ name }) => name)).toEqual([
        'Owner',
        'Admin',
        'Moderator',
        'Host',
        'Member',
      ]);
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.createRole(ben, ids.server, { name: 'Host', permissions: 0 })],
      [
        'bits that there are not',
        'api',
        ({ ada, ids }) => lag.createRole(ada, ids.server, { name: 'Host', permissions: 2048 }),
      ],
      [
        'bits that one does not have',
        'permission',
        ({ ada, ben, ids }) =>
          lag
            .createRole(ada, ids.server, { name: 'Roles', permissions: lag.Permission.MANAGE_ROLES })
            .andThen(({ id }) => lag.assignRole(ada, ids.server, ids.users.ben, id))
            .andThen(() => lag.createRole(ben, ids.server, { name: 'More', permissions: lag.Permission.BAN_MEMBERS })),
      ],
    ],
  },
  updateRole: {
    does: 'changes a role, and the name of a default role',
    works: async ({ ada, ben, ids }) => {
      const changes = { name: 'Guard', permissions: lag.Permission.BAN_MEMBERS, sortOrder: 2000 };
      expect(await valueOf(lag.updateRole(ada, ids.server, ids.roles.moderator, changes))).toMatchObject(changes);
      expect((await valueOf(lag.listRoles(ben, ids.server))).at(-1)!.name).toBe('Guard');
      expect((await valueOf(lag.updateRole(ada, ids.server, ids.roles.member, { name: 'Crew' }))).name).toBe('Crew');
    },
    refuses: [
      [
        'the permissions of a default one',
        'api',
        ({ ada, ids }) => lag.updateRole(ada, ids.server, ids.roles.member, { permissions: 0 }),
      ],
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.updateRole(ada, ids.server, 'r1', { name: 'x' })],
    ],
  },
  deleteRole: {
    does: 'makes its members plain members',
    works: async ({ ada, ids, state }) => {
      await valueOf(lag.assignRole(ada, ids.server, ids.users.ben, ids.roles.moderator));
      expect(await valueOf(lag.deleteRole(ada, ids.server, ids.roles.moderator))).toBeUndefined();
      expect(state.members.find(({ username }) => username === 'ben')).toMatchObject({ roleId: ids.roles.member });
    },
    refuses: [['a default one', 'api', ({ ada, ids }) => lag.deleteRole(ada, ids.server, ids.roles.admin)]],
  },
  assignRole: {
    does: 'gives a member the permissions of the role',
    works: async (w) => {
      const { ada, ben, ids } = w;
      const message = await say(w, w.cleo);
      expect((await errorOf(lag.deleteRoomMessage(ben, ...quiet(w), message.id))).kind).toBe('permission');
      expect(await valueOf(lag.assignRole(ada, ids.server, ids.users.ben, ids.roles.moderator))).toEqual({
        userId: ids.users.ben,
        roleId: ids.roles.moderator,
        roleName: 'Moderator',
        role: 'member',
      });
      await valueOf(lag.deleteRoomMessage(ben, ...quiet(w), message.id));
      expect(await valueOf(lag.assignRole(ada, ids.server, ids.users.ben, ids.roles.admin))).toMatchObject({
        role: 'admin',
      });
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.assignRole(ben, ids.server, ids.users.cleo, ids.roles.member)],
      ['Owner', 'api', ({ ada, ids }) => lag.assignRole(ada, ids.server, ids.users.ben, ids.roles.owner)],
      [
        'Admin by an admin',
        'permission',
        ({ cleo, ids }) => lag.assignRole(cleo, ids.server, ids.users.ben, ids.roles.admin),
      ],
      [
        'to the owner',
        'permission',
        ({ cleo, ids }) => lag.assignRole(cleo, ids.server, ids.users.ada, ids.roles.member),
      ],
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.assignRole(ada, ids.server, ids.users.ben, 'r1')],
    ],
  },
});
