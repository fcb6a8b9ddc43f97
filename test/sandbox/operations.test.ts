import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as lag from '../../src/index.js';
import type { RobotContext, UserContext } from '../../src/context.js';
import type { LagErrorKind } from '../../src/errors.js';
import type { LagResult } from '../../src/pipeline/types.js';
import { createManualClock, type Sandbox } from '../../src/sandbox/index.js';
import { serveSandbox, type ServedSandbox } from '../../src/sandbox/node.js';
import { OPERATIONS } from '../operations.table.js';
import { errorOf, valueOf } from '../support/results.js';

// Every operation against the sandbox over real HTTP, through the public functions: where it works, and where it does not.

interface World extends Sandbox {
  ada: UserContext;
  ben: UserContext;
  cleo: UserContext;
  dan: UserContext;
  robot: RobotContext;
  /** Of nobody. */
  stranger: UserContext;
  /** Goes on by so many milliseconds. */
  pass: (ms: number) => Promise<void>;
}

type Refusal = readonly [what: string, kind: LagErrorKind, call: (world: World) => LagResult<unknown>];

interface Scenario {
  works: (world: World) => Promise<void>;
  refuses: readonly Refusal[];
}

let served: ServedSandbox;
let world: World;

beforeEach(async () => {
  served = (await serveSandbox({ clock: createManualClock() }))._unsafeUnwrap();
  const { sandbox, url: baseUrl } = served;
  const { tokens } = sandbox;
  const options = { baseUrl, maxRetries: 0 };
  world = {
    ...sandbox,
    ada: lag.createContext(tokens.ada, options),
    ben: lag.createContext(tokens.ben, options),
    cleo: lag.createContext(tokens.cleo, options),
    dan: lag.createContext(tokens.dan, options),
    robot: lag.createContext(tokens.robot, options),
    stranger: lag.createContext('lag_pat_unknown', options),
    pass: (ms) => sandbox.clock.advance(ms),
  };
});

afterEach(() => served.close());

const png = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
);
const hour = 3_600_000;
const day = 24 * hour;
const inDays = (days: number) => new Date(createManualClock().now() + days * day).toISOString();
const weekly = { title: 'Weekly', rrule: 'FREQ=WEEKLY;BYDAY=SU', timezone: 'America/New_York', startTime: '02:30' };

/** Of who has no account. */
const unauthorized = (call: (world: World & { me: UserContext }) => LagResult<unknown>): Refusal => [
  'an unknown token',
  'auth',
  (w) => call({ ...w, me: w.stranger }),
];

const room = ({ ids }: World) => [ids.server, ids.rooms.general] as const;
const quiet = ({ ids }: World) => [ids.server, ids.rooms.quiet] as const;
/** A message in the quiet room, of that author. */
const said = (w: World, by: lag.LagContext = w.ben, content = 'hello') =>
  valueOf(lag.sendRoomMessage(by, ...quiet(w), { content }));
const messageOf = ({ state, ids }: World, userId: string) =>
  state.messages.find((message) => message.roomId === ids.rooms.general && message.userId === userId)!.id;
const dmMessageOf = ({ state, ids }: World, userId: string) =>
  state.dmMessages.find((message) => message.conversationId === ids.dm && message.userId === userId)!.id;
const uploaded = (w: World) => valueOf(lag.uploadImage(w.ben, png, { purpose: 'chat', alt: 'a dot' }));
const befriend = async (w: World) => {
  await valueOf(lag.acceptFriendRequest(w.ada, w.ids.friendRequest));
};

const scenarios: Record<string, Scenario> = {
  getHealth: {
    works: async ({ stranger }) => expect(await valueOf(lag.getHealth(stranger))).toMatchObject({ status: 'ok' }),
    refuses: [
      [
        'an outage',
        'server',
        ({ faults, ada }) => {
          faults.next({ status: 503, retryAfter: 1 });
          return lag.getHealth(ada);
        },
      ],
    ],
  },
  getVersion: {
    works: async ({ stranger }) =>
      expect(await valueOf(lag.getVersion(stranger))).toEqual({ version: expect.any(String) }),
    refuses: [
      [
        'a proxy',
        'rate_limit',
        ({ faults, ada }) => {
          faults.next({ status: 429, retryAfter: 2 });
          return lag.getVersion(ada);
        },
      ],
    ],
  },
  getSystemStatus: {
    works: async ({ ada, robot }) => {
      for (const ctx of [ada, robot]) expect((await valueOf(lag.getSystemStatus(ctx))).outage).toBe(false);
    },
    refuses: [unauthorized(({ me }) => lag.getSystemStatus(me))],
  },
  getConfig: {
    works: async ({ ada }) =>
      expect((await valueOf(lag.getConfig(ada))).features).toHaveProperty('events.enabled', true),
    refuses: [unauthorized(({ me }) => lag.getConfig(me))],
  },
  getIdentity: {
    works: async ({ ada, robot, ids }) => {
      expect(await valueOf(lag.getIdentity(ada))).toMatchObject({
        kind: 'user',
        id: ids.users.ada,
        displayName: 'Ada',
      });
      expect(await valueOf(lag.getIdentity(robot))).toMatchObject({
        kind: 'robot',
        id: ids.robot,
        displayName: 'Beacon',
        serverId: ids.server,
        active: true,
      });
    },
    refuses: [unauthorized(({ me }) => lag.getIdentity(me))],
  },
  getMe: {
    works: async ({ ada }) =>
      expect(await valueOf(lag.getMe(ada))).toMatchObject({ username: 'ada', flags: { suspended: false } }),
    refuses: [unauthorized(({ me }) => lag.getMe(me))],
  },
  updateMe: {
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
    works: async (w) => {
      const { token } = w.addUser();
      const fresh = lag.createContext(token, { baseUrl: w.ada.baseUrl });
      const account = { username: 'newcomer', displayName: 'New' };
      expect(await valueOf(lag.setupAccount(fresh, account))).toMatchObject(account);
      expect(await valueOf(lag.setupAccount(fresh, account))).toMatchObject(account);
    },
    refuses: [
      ['a taken name', 'conflict', ({ dan }) => lag.setupAccount(dan, { username: 'ADA', displayName: 'Me' })],
      ['a name that is too short', 'api', ({ dan }) => lag.setupAccount(dan, { username: 'a', displayName: 'Me' })],
    ],
  },
  uploadAvatar: {
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
    works: async ({ ada }) => {
      await valueOf(lag.registerPushToken(ada, { token: 'device', platform: 'ios' }));
      expect(await valueOf(lag.removePushToken(ada, 'device'))).toEqual({ ok: true });
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.removePushToken(ada, 'device')]],
  },
  requestAccountDeletion: {
    works: async (w) => {
      const { ada, ben, dan, ids, state, pass } = w;
      expect((await valueOf(lag.requestAccountDeletion(ben))).username).toBe('ben');
      await pass(day);
      await valueOf(lag.requestAccountDeletion(ben));
      await valueOf(lag.requestAccountDeletion(dan));
      await pass(6 * day - 1);
      await valueOf(lag.getMe(ben));
      await pass(1);
      expect((await errorOf(lag.getMe(ben))).kind).toBe('auth');
      expect((await errorOf(lag.getUser(ada, ids.users.ben))).kind).toBe('not_found');
      expect((await valueOf(lag.getServer(ada, ids.server))).memberCount).toBe(2);
      expect(await valueOf(lag.listFriends(ada))).toEqual([]);
      expect(await valueOf(lag.listDms(ada))).toEqual([]);
      expect((await valueOf(lag.listRoomMessages(ada, ...room(w)))).messages).toHaveLength(50);
      await pass(day);
      expect(state.servers.map(({ name }) => name)).toEqual(['Harbour']);
    },
    refuses: [unauthorized(({ me }) => lag.requestAccountDeletion(me))],
  },
  cancelAccountDeletion: {
    works: async ({ ben, state, pass }) => {
      await valueOf(lag.requestAccountDeletion(ben));
      await pass(3 * day);
      await valueOf(lag.cancelAccountDeletion(ben));
      await pass(30 * day);
      await valueOf(lag.getMe(ben));
      expect(state.users.every(({ deletionScheduledAt }) => deletionScheduledAt === null)).toBe(true);
    },
    refuses: [['none under way', 'conflict', ({ ben }) => lag.cancelAccountDeletion(ben)]],
  },
  lookupSteamProfile: {
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
    works: async ({ ada, ben }) => {
      expect(await valueOf(lag.getSteamActivity(ada))).toEqual({ gameName: null });
      expect(await valueOf(lag.getSteamActivity(ben))).toEqual({ gameName: expect.any(String) });
    },
    refuses: [unauthorized(({ me }) => lag.getSteamActivity(me))],
  },
  checkUsername: {
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
    works: async ({ ada, addUser }) => {
      expect((await valueOf(lag.searchUsers(ada, 'CLE'))).map(({ username }) => username)).toEqual(['cleo']);
      for (let n = 0; n < 30; n++) addUser({ username: `many${n}` });
      expect(await valueOf(lag.searchUsers(ada, 'many'))).toHaveLength(20);
    },
    refuses: [['nothing', 'api', ({ ada }) => lag.searchUsers(ada, '')]],
  },
  getUser: {
    works: async ({ ada, ids }) => {
      const ben = await valueOf(lag.getUser(ada, ids.users.ben));
      expect(ben).toMatchObject({ username: 'ben', status: 'in-game' });
      expect(ben).not.toHaveProperty('flags');
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.getUser(ada, 'nobody')]],
  },

  listFriends: {
    works: async ({ ada, ben, cleo, ids }) => {
      expect(await valueOf(lag.listFriends(ada))).toMatchObject([{ id: ids.users.ben, user: { username: 'ben' } }]);
      expect(await valueOf(lag.listFriends(ben))).toMatchObject([{ user: { username: 'ada' } }]);
      expect(await valueOf(lag.listFriends(cleo))).toEqual([]);
    },
    refuses: [unauthorized(({ me }) => lag.listFriends(me))],
  },
  listFriendRequests: {
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

  listDms: {
    works: async ({ ada, ben, dan, ids }) => {
      const [dm] = await valueOf(lag.listDms(ben));
      expect(dm).toMatchObject({ id: ids.dm, otherUser: { username: 'ada' }, lastMessage: { conversationId: ids.dm } });
      expect(dm!.unreadCount).toBeGreaterThan(0);
      await valueOf(lag.listDmMessages(ben, ids.dm));
      expect((await valueOf(lag.listDms(ben)))[0]!.unreadCount).toBe(0);
      await valueOf(lag.sendDmMessage(ada, ids.dm, { content: 'there?' }));
      expect((await valueOf(lag.listDms(ben)))[0]!.unreadCount).toBe(1);
      expect(await valueOf(lag.listDms(dan))).toEqual([]);
    },
    refuses: [unauthorized(({ me }) => lag.listDms(me))],
  },
  createDm: {
    works: async (w) => {
      await befriend(w);
      const made = await valueOf(lag.createDm(w.cleo, w.ids.users.ada));
      expect(made).toMatchObject({ otherUser: { username: 'ada' }, lastMessage: null, unreadCount: 0 });
      expect((await valueOf(lag.createDm(w.ada, w.ids.users.cleo))).id).toBe(made.id);
      expect((await valueOf(lag.createDm(w.ben, w.ids.users.ada))).id).toBe(w.ids.dm);
    },
    refuses: [
      ['no friend', 'permission', ({ ben, ids }) => lag.createDm(ben, ids.users.cleo)],
      ['one who only asked', 'permission', ({ ada, ids }) => lag.createDm(ada, ids.users.cleo)],
      ['an unknown user', 'not_found', ({ ada }) => lag.createDm(ada, 'nobody')],
    ],
  },
  getDm: {
    works: async ({ ada, ids }) =>
      expect(await valueOf(lag.getDm(ada, ids.dm))).toMatchObject({ otherUser: { username: 'ben' } }),
    refuses: [
      ['one of others', 'permission', ({ cleo, ids }) => lag.getDm(cleo, ids.dm)],
      ['an unknown one', 'not_found', ({ ada }) => lag.getDm(ada, 'd1')],
    ],
  },
  listDmMessages: {
    works: async ({ ada, ids }) => {
      const all = await valueOf(lag.collectItems(lag.iterateDmMessages(ada, ids.dm, { limit: 25 }), Infinity));
      expect(new Set(all.map(({ id }) => id)).size).toBe(60);
      expect((await valueOf(lag.listDmMessages(ada, ids.dm, { limit: 7 }))).messages).toHaveLength(7);
    },
    refuses: [['of others', 'permission', ({ cleo, ids }) => lag.listDmMessages(cleo, ids.dm)]],
  },
  sendDmMessage: {
    works: async (w) => {
      const first = await valueOf(lag.sendDmMessage(w.ada, w.ids.dm, { content: 'hi' }));
      const { id: imageId } = await uploaded(w);
      const reply = await valueOf(lag.sendDmMessage(w.ben, w.ids.dm, { content: '', replyToId: first.id, imageId }));
      expect(reply).toMatchObject({
        replyTo: { id: first.id, content: 'hi', username: 'ada' },
        image: { id: imageId },
      });
      expect((await valueOf(lag.listDmMessages(w.ada, w.ids.dm))).messages.slice(-2)).toEqual([first, reply]);
    },
    refuses: [
      ['into one of others', 'permission', ({ cleo, ids }) => lag.sendDmMessage(cleo, ids.dm, { content: 'hi' })],
      ['nothing', 'api', ({ ada, ids }) => lag.sendDmMessage(ada, ids.dm, { content: '' })],
      [
        'to who is no friend any more',
        'permission',
        ({ ada, ids }) =>
          lag
            .listFriends(ada)
            .andThen(([friend]) => lag.removeFriend(ada, friend!.friendshipId))
            .andThen(() => lag.sendDmMessage(ada, ids.dm, { content: 'hi' })),
      ],
      [
        'in reply to what is elsewhere',
        'not_found',
        (w) => lag.sendDmMessage(w.ada, w.ids.dm, { content: 'hi', replyToId: messageOf(w, w.ids.users.ben) }),
      ],
    ],
  },
  editDmMessage: {
    works: async ({ ada, ids }) => {
      const { id } = await valueOf(lag.sendDmMessage(ada, ids.dm, { content: 'hi' }));
      const edited = await valueOf(lag.editDmMessage(ada, ids.dm, id, { content: 'hello' }));
      expect(edited).toMatchObject({ id, content: 'hello', editedAt: expect.any(String) });
    },
    refuses: [
      [
        'one of the other',
        'permission',
        (w) => lag.editDmMessage(w.ada, w.ids.dm, dmMessageOf(w, w.ids.users.ben), { content: 'x' }),
      ],
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.editDmMessage(ada, ids.dm, 'm1', { content: 'x' })],
    ],
  },
  deleteDmMessage: {
    works: async ({ ada, ben, ids }) => {
      const { id } = await valueOf(lag.sendDmMessage(ada, ids.dm, { content: 'hi' }));
      expect(await valueOf(lag.deleteDmMessage(ada, ids.dm, id))).toBeUndefined();
      expect((await valueOf(lag.listDmMessages(ben, ids.dm))).messages.map((message) => message.id)).not.toContain(id);
    },
    refuses: [
      ['one of the other', 'permission', (w) => lag.deleteDmMessage(w.ada, w.ids.dm, dmMessageOf(w, w.ids.users.ben))],
    ],
  },

  listServers: {
    works: async ({ ada, dan }) => {
      expect(await valueOf(lag.listServers(ada))).toMatchObject([{ name: 'Harbour', memberCount: 3 }]);
      expect(await valueOf(lag.listServers(dan))).toMatchObject([{ name: 'Workshop', memberCount: 1 }]);
    },
    refuses: [unauthorized(({ me }) => lag.listServers(me))],
  },
  createServer: {
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
    works: async ({ cleo, ids }) =>
      expect(await valueOf(lag.updateServer(cleo, ids.server, { name: 'Port', iconEmoji: null }))).toMatchObject({
        name: 'Port',
        iconEmoji: null,
      }),
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.updateServer(ben, ids.server, { name: 'Mine' })]],
  },
  uploadServerIcon: {
    works: async ({ ada, ids }) => {
      const { iconUrl } = await valueOf(lag.uploadServerIcon(ada, ids.server, png));
      expect((await valueOf(lag.getServer(ada, ids.server))).iconUrl).toBe(iconUrl);
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.uploadServerIcon(ben, ids.server, png)]],
  },
  deleteServer: {
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
    works: async ({ ben, ids, state }) => {
      await valueOf(lag.rsvpEvent(ben, ids.server, ids.event, 'going'));
      expect(await valueOf(lag.leaveServer(ben, ids.server))).toBeUndefined();
      expect((await errorOf(lag.listRooms(ben, ids.server))).kind).toBe('permission');
      expect(state.events[0]!.rsvpCounts.going).toBe(0);
    },
    refuses: [['the owner', 'permission', ({ ada, ids }) => lag.leaveServer(ada, ids.server)]],
  },

  listInvites: {
    works: async ({ ben, ids }) =>
      expect(await valueOf(lag.listInvites(ben, ids.server))).toMatchObject([{ code: ids.inviteCode, uses: 2 }]),
    refuses: [['one who is not in it', 'permission', ({ dan, ids }) => lag.listInvites(dan, ids.server)]],
  },
  createInvite: {
    works: async ({ ben, ids, clock }) => {
      const forever = await valueOf(lag.createInvite(ben, ids.server));
      expect(forever).toMatchObject({ createdBy: ids.users.ben, maxUses: null, uses: 0, expiresAt: null });
      const short = await valueOf(lag.createInvite(ben, ids.server, { maxUses: 3, expiresInHours: 1.5 }));
      expect(short).toMatchObject({ maxUses: 3, expiresAt: new Date(clock.now() + 1.5 * hour).toISOString() });
    },
    refuses: [
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.createInvite(dan, ids.server)],
      ['one for nobody', 'api', ({ ben, ids }) => lag.createInvite(ben, ids.server, { maxUses: 0 })],
      ['one for no time', 'api', ({ ben, ids }) => lag.createInvite(ben, ids.server, { expiresInHours: 0 })],
    ],
  },
  revokeInvite: {
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
      await pass(hour);
      expect((await valueOf(lag.previewInvite(stranger, code))).valid).toBe(false);
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.previewInvite(ada, 'nothing')]],
  },
  joinServer: {
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

  listMembers: {
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
    works: async ({ cleo, ben, ids, clock, pass }) => {
      const ban = await valueOf(lag.banMember(cleo, ids.server, ids.users.ben, { reason: 'noise', duration: 60 }));
      expect(ban).toMatchObject({
        userId: ids.users.ben,
        bannedBy: ids.users.cleo,
        reason: 'noise',
        expiresAt: new Date(clock.now() + hour).toISOString(),
      });
      expect((await errorOf(lag.joinServer(ben, ids.inviteCode))).kind).toBe('permission');
      await pass(hour - 1);
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
    works: async ({ ada, ids }) => {
      await valueOf(lag.muteMember(ada, ids.server, ids.users.ben));
      expect(await valueOf(lag.listMutes(ada, ids.server))).toMatchObject([
        { username: 'ben', mutedBy: ids.users.ada },
      ]);
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.listMutes(ben, ids.server)]],
  },
  muteMember: {
    works: async (w) => {
      const { cleo, ben, ids, pass } = w;
      const mute = await valueOf(lag.muteMember(cleo, ids.server, ids.users.ben, { duration: 5 }));
      expect(mute).toMatchObject({ userId: ids.users.ben, mutedBy: ids.users.cleo, reason: null });
      expect((await errorOf(lag.sendRoomMessage(ben, ...quiet(w), { content: 'hm' }))).kind).toBe('permission');
      await pass(300_000);
      await said(w);
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.muteMember(ben, ids.server, ids.users.cleo)],
      ['of one who is not in it', 'not_found', ({ ada, ids }) => lag.muteMember(ada, ids.server, ids.users.dan)],
    ],
  },
  unmuteMember: {
    works: async (w) => {
      await valueOf(lag.muteMember(w.ada, w.ids.server, w.ids.users.ben));
      expect(await valueOf(lag.unmuteMember(w.ada, w.ids.server, w.ids.users.ben))).toBeUndefined();
      await said(w);
    },
    refuses: [
      ['one who is not muted', 'not_found', ({ ada, ids }) => lag.unmuteMember(ada, ids.server, ids.users.ben)],
    ],
  },

  listRoles: {
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
    works: async ({ ada, ids, state }) => {
      await valueOf(lag.assignRole(ada, ids.server, ids.users.ben, ids.roles.moderator));
      expect(await valueOf(lag.deleteRole(ada, ids.server, ids.roles.moderator))).toBeUndefined();
      expect(state.members.find(({ username }) => username === 'ben')).toMatchObject({ roleId: ids.roles.member });
    },
    refuses: [['a default one', 'api', ({ ada, ids }) => lag.deleteRole(ada, ids.server, ids.roles.admin)]],
  },
  assignRole: {
    works: async (w) => {
      const { ada, ben, ids } = w;
      const message = await said(w, w.cleo);
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

  listRooms: {
    works: async ({ ben, robot, ids, joinVoice }) => {
      joinVoice({ roomId: ids.rooms.music, userId: ids.users.ben });
      for (const ctx of [ben, robot]) {
        const rooms = await valueOf(lag.listRooms(ctx, ids.server));
        expect(rooms.map(({ name, participants }) => [name, participants.map(({ username }) => username)])).toEqual([
          ['General', []],
          ['Music', ['ben']],
          ['Quiet', []],
        ]);
      }
    },
    refuses: [
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.listRooms(dan, ids.server)],
      ['a robot of another server', 'permission', ({ robot, ids }) => lag.listRooms(robot, ids.otherServer)],
    ],
  },
  createRoom: {
    works: async ({ ada, ids }) => {
      const room = await valueOf(lag.createRoom(ada, ids.server, { name: 'Stage', maxParticipants: 12 }));
      expect(room).toMatchObject({ name: 'Stage', maxParticipants: 12, createdBy: ids.users.ada, participants: [] });
      await valueOf(lag.sendRoomMessage(ada, ids.server, room.id, { content: 'first' }));
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.createRoom(ben, ids.server, { name: 'Mine' })],
      [
        'one for nobody',
        'api',
        ({ ada, ids }) => lag.createRoom(ada, ids.server, { name: 'Stage', maxParticipants: 0 }),
      ],
    ],
  },
  updateRoom: {
    works: async ({ cleo, ids }) =>
      expect(await valueOf(lag.updateRoom(cleo, ids.server, ids.rooms.quiet, { name: 'Loud' }))).toMatchObject({
        name: 'Loud',
        maxParticipants: 4,
      }),
    refuses: [
      [
        'one of another server',
        'not_found',
        ({ ada, ids }) => lag.updateRoom(ada, ids.server, ids.otherRoom, { name: 'x' }),
      ],
    ],
  },
  deleteRoom: {
    works: async ({ ada, ben, ids, state }) => {
      expect(await valueOf(lag.deleteRoom(ada, ids.server, ids.rooms.general))).toBeUndefined();
      expect((await errorOf(lag.listRoomMessages(ben, ids.server, ids.rooms.general))).kind).toBe('not_found');
      expect(state.messages).toHaveLength(40);
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.deleteRoom(ben, ids.server, ids.rooms.quiet)]],
  },

  listRoomMessages: {
    works: async (w) => {
      for (const ctx of [w.ben, w.robot]) {
        const all = await valueOf(lag.collectItems(lag.iterateRoomMessages(ctx, ...room(w), { limit: 80 }), Infinity));
        expect(new Set(all.map(({ id }) => id)).size).toBe(300);
        expect(all.some(({ replyTo }) => replyTo)).toBe(true);
        expect(
          all.filter(({ isBot }) => isBot).every(({ robotId, userId }) => robotId === w.ids.robot && !userId),
        ).toBe(true);
      }
    },
    refuses: [
      ['one who is not in it', 'permission', (w) => lag.listRoomMessages(w.dan, ...room(w))],
      ['an unknown room', 'not_found', ({ ada, ids }) => lag.listRoomMessages(ada, ids.server, 'r1')],
      [
        'a robot of another server',
        'permission',
        ({ robot, ids }) => lag.listRoomMessages(robot, ids.otherServer, ids.otherRoom),
      ],
    ],
  },
  sendRoomMessage: {
    works: async (w) => {
      const { ben, robot, ids } = w;
      const first = await said(w, ben, 'hello @ada and @beacon, @nobody');
      expect(first).toMatchObject({
        userId: ids.users.ben,
        mentions: [
          { type: 'user', id: ids.users.ada, name: 'ada' },
          { type: 'robot', id: ids.robot, name: 'Beacon' },
        ],
      });
      const reply = await valueOf(lag.sendRoomMessage(robot, ...quiet(w), { content: 'hi', replyToId: first.id }));
      expect(reply).toMatchObject({
        userId: null,
        robotId: ids.robot,
        username: 'Beacon',
        displayName: 'Beacon',
        isBot: true,
      });
      expect(reply.replyTo).toMatchObject({ id: first.id, username: 'ben' });
      const { id: imageId } = await uploaded(w);
      const picture = await valueOf(lag.sendRoomMessage(ben, ...quiet(w), { imageId, replyToId: reply.id }));
      expect(picture).toMatchObject({
        content: '',
        image: { id: imageId, width: 1, height: 1 },
        replyTo: { isBot: true },
      });
      expect((await valueOf(lag.listRoomMessages(ben, ...quiet(w)))).messages).toEqual([first, reply, picture]);
    },
    refuses: [
      ['one who is not in it', 'permission', (w) => lag.sendRoomMessage(w.dan, ...room(w), { content: 'hi' })],
      ['nothing', 'api', (w) => lag.sendRoomMessage(w.ben, ...room(w), {})],
      ['too much', 'api', (w) => lag.sendRoomMessage(w.robot, ...room(w), { content: 'x'.repeat(2001) })],
      ['an unknown image', 'not_found', (w) => lag.sendRoomMessage(w.ben, ...room(w), { imageId: 'i1' })],
      [
        'an image of another',
        'permission',
        (w) =>
          lag
            .uploadImage(w.ada, png, { purpose: 'chat' })
            .andThen(({ id }) => lag.sendRoomMessage(w.ben, ...room(w), { imageId: id })),
      ],
      [
        'a robot without send_messages',
        'permission',
        (w) =>
          lag.sendRoomMessage(
            lag.createContext(w.addRobot({ permissions: ['read_messages'] }).token, { baseUrl: w.ada.baseUrl }),
            ...room(w),
            { content: 'hi' },
          ),
      ],
      [
        'a robot that is disabled',
        'permission',
        (w) =>
          lag.sendRoomMessage(
            lag.createContext(w.addRobot({ active: false }).token, { baseUrl: w.ada.baseUrl }),
            ...room(w),
            {
              content: 'hi',
            },
          ),
      ],
      [
        'a robot that says too much',
        'rate_limit',
        (w) => {
          const send = () => lag.sendRoomMessage(w.robot, ...room(w), { content: 'hi' });
          return Array.from({ length: 9 })
            .reduce<LagResult<unknown>>((sent) => sent.andThen(send), send())
            .andThen(send);
        },
      ],
    ],
  },
  editRoomMessage: {
    works: async (w) => {
      const { id } = await said(w);
      await w.pass(1000);
      const edited = await valueOf(lag.editRoomMessage(w.ben, ...quiet(w), id, { content: 'hallo' }));
      expect(edited).toMatchObject({ id, content: 'hallo', editedAt: new Date(w.clock.now()).toISOString() });
      const own = await said(w, w.robot);
      const { id: roomId } = { id: w.ids.rooms.quiet };
      expect(await valueOf(lag.editRoomMessage(w.robot, ...quiet(w), own.id, { content: 'beep' }))).toEqual({
        id: own.id,
        roomId,
        content: 'beep',
        editedAt: new Date(w.clock.now()).toISOString(),
      });
    },
    refuses: [
      [
        'one of another, even by the owner',
        'permission',
        (w) => lag.editRoomMessage(w.ada, ...room(w), messageOf(w, w.ids.users.ben), { content: 'x' }),
      ],
      [
        'one of a user by a robot',
        'permission',
        (w) => lag.editRoomMessage(w.robot, ...room(w), messageOf(w, w.ids.users.ben), { content: 'x' }),
      ],
      [
        'to nothing',
        'api',
        (w) => lag.editRoomMessage(w.ben, ...room(w), messageOf(w, w.ids.users.ben), { content: '' }),
      ],
    ],
  },
  deleteRoomMessage: {
    works: async (w) => {
      const [mine, moderated, own] = [await said(w), await said(w), await said(w, w.robot)];
      const reply = await valueOf(lag.sendRoomMessage(w.ada, ...quiet(w), { content: 're', replyToId: mine.id }));
      await valueOf(lag.deleteRoomMessage(w.ben, ...quiet(w), mine.id));
      await valueOf(lag.deleteRoomMessage(w.cleo, ...quiet(w), moderated.id));
      await valueOf(lag.deleteRoomMessage(w.robot, ...quiet(w), own.id));
      const { messages } = await valueOf(lag.listRoomMessages(w.ada, ...quiet(w)));
      expect(messages).toEqual([{ ...reply, replyTo: null }]);
      expect((await errorOf(lag.deleteRoomMessage(w.ben, ...quiet(w), mine.id))).kind).toBe('not_found');
    },
    refuses: [
      ['one of another', 'permission', (w) => lag.deleteRoomMessage(w.ben, ...room(w), messageOf(w, w.ids.users.ada))],
      [
        'one of a user by a robot',
        'permission',
        (w) => lag.deleteRoomMessage(w.robot, ...room(w), messageOf(w, w.ids.users.ada)),
      ],
    ],
  },

  listEvents: {
    works: async ({ ben, ids, pass, clock }) => {
      const titles = async () =>
        (await valueOf(lag.listEvents(ben, ids.server))).map(({ title, status }) => [title, status]);
      expect(await titles()).toEqual([['Launch party', 'scheduled']]);
      await pass(3 * day);
      expect(await titles()).toEqual([['Launch party', 'active']]);
      // Tuesday the 6th is less than 48 hours off.
      await pass(Date.UTC(2026, 0, 4, 18, 31) - clock.now());
      expect(await titles()).toEqual([['Weekly meet-up', 'scheduled']]);
      expect(await titles()).toHaveLength(1);
    },
    refuses: [['one who is not in it', 'permission', ({ dan, ids }) => lag.listEvents(dan, ids.server)]],
  },
  createEvent: {
    works: async ({ cleo, ids }) => {
      const body = { title: 'Quiz', description: 'Ten rounds.', startsAt: inDays(2), endsAt: inDays(2.1) };
      expect(await valueOf(lag.createEvent(cleo, ids.server, { ...body, externalAccessEnabled: true }))).toMatchObject({
        ...body,
        status: 'scheduled',
        creatorUsername: 'cleo',
        shareCode: expect.stringMatching(/./),
        rsvpCounts: { going: 0, maybe: 0, notGoing: 0 },
        myRsvp: null,
        templateId: null,
      });
    },
    refuses: [
      [
        'a member',
        'permission',
        ({ ben, ids }) => lag.createEvent(ben, ids.server, { title: 'Quiz', startsAt: inDays(1) }),
      ],
      [
        'one that is over',
        'api',
        ({ ada, ids }) => lag.createEvent(ada, ids.server, { title: 'Quiz', startsAt: inDays(-1) }),
      ],
      [
        'one that ends first',
        'api',
        ({ ada, ids }) => lag.createEvent(ada, ids.server, { title: 'Quiz', startsAt: inDays(2), endsAt: inDays(1) }),
      ],
      ['at no time', 'api', ({ ada, ids }) => lag.createEvent(ada, ids.server, { title: 'Quiz', startsAt: 'soon' })],
    ],
  },
  getEvent: {
    works: async ({ ben, ids }) =>
      expect(await valueOf(lag.getEvent(ben, ids.server, ids.event))).toMatchObject({
        title: 'Launch party',
        myRsvp: 'going',
        rsvpCounts: { going: 1 },
      }),
    refuses: [['an unknown one', 'not_found', ({ ben, ids }) => lag.getEvent(ben, ids.server, 'e1')]],
  },
  updateEvent: {
    works: async ({ ada, ids }) => {
      const changes = { title: 'Relaunch', startsAt: inDays(4), endsAt: inDays(5) };
      expect(await valueOf(lag.updateEvent(ada, ids.server, ids.event, changes))).toMatchObject({
        ...changes,
        description: 'Bring a song.',
      });
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.updateEvent(ben, ids.server, ids.event, { title: 'x' })],
      [
        'a start after its end',
        'api',
        ({ ada, ids }) => lag.updateEvent(ada, ids.server, ids.event, { startsAt: inDays(9) }),
      ],
    ],
  },
  cancelEvent: {
    works: async ({ ada, ben, ids, pass, clock }) => {
      expect(await valueOf(lag.cancelEvent(ada, ids.server, ids.event))).toEqual({
        status: 'cancelled',
        deletesAt: new Date(clock.now() + day).toISOString(),
      });
      expect((await valueOf(lag.getEvent(ben, ids.server, ids.event))).status).toBe('cancelled');
      expect(await valueOf(lag.listEvents(ben, ids.server))).toEqual([]);
      await pass(day);
      expect((await errorOf(lag.getEvent(ben, ids.server, ids.event))).kind).toBe('not_found');
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.cancelEvent(ben, ids.server, ids.event)],
      [
        'one that is cancelled',
        'conflict',
        ({ ada, ids }) =>
          lag.cancelEvent(ada, ids.server, ids.event).andThen(() => lag.cancelEvent(ada, ids.server, ids.event)),
      ],
    ],
  },
  rsvpEvent: {
    works: async ({ ben, cleo, ids }) => {
      await valueOf(lag.rsvpEvent(cleo, ids.server, ids.event, 'maybe'));
      expect(await valueOf(lag.rsvpEvent(ben, ids.server, ids.event, 'not_going'))).toEqual({
        status: 'not_going',
        counts: { going: 0, maybe: 1, notGoing: 1 },
      });
    },
    refuses: [
      ['another answer', 'api', ({ ben, ids }) => lag.rsvpEvent(ben, ids.server, ids.event, 'perhaps' as 'maybe')],
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.rsvpEvent(dan, ids.server, ids.event, 'going')],
      [
        'one that is cancelled',
        'conflict',
        ({ ada, ids }) =>
          lag.cancelEvent(ada, ids.server, ids.event).andThen(() => lag.rsvpEvent(ada, ids.server, ids.event, 'going')),
      ],
    ],
  },
  toggleEventExternalAccess: {
    works: async ({ ada, ids }) => {
      const toggle = () => valueOf(lag.toggleEventExternalAccess(ada, ids.server, ids.event));
      expect(await toggle()).toMatchObject({ externalAccessEnabled: false, shareCode: null });
      expect(await toggle()).toMatchObject({ externalAccessEnabled: true, shareCode: expect.stringMatching(/./) });
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.toggleEventExternalAccess(ben, ids.server, ids.event)]],
  },

  listEventGuests: {
    works: async ({ ada, ids }) =>
      expect(await valueOf(lag.listEventGuests(ada, ids.server, ids.event))).toMatchObject([
        { id: ids.guest, displayName: 'Grace', status: 'pending' },
      ]),
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.listEventGuests(ben, ids.server, ids.event)]],
  },
  admitEventGuest: {
    works: async ({ ada, ids, state }) => {
      expect(await valueOf(lag.admitEventGuest(ada, ids.server, ids.event, ids.guest))).toEqual({ status: 'admitted' });
      expect(state.guests[0]).toMatchObject({ eventId: ids.event, status: 'admitted' });
    },
    refuses: [
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.admitEventGuest(ada, ids.server, ids.event, 'g1')],
      [
        'one who was rejected',
        'conflict',
        ({ ada, ids }) =>
          lag
            .rejectEventGuest(ada, ids.server, ids.event, ids.guest)
            .andThen(() => lag.admitEventGuest(ada, ids.server, ids.event, ids.guest)),
      ],
    ],
  },
  rejectEventGuest: {
    works: async ({ ada, ids, addGuest, state }) => {
      const { id } = addGuest({ eventId: ids.event, displayName: 'Heidi' });
      expect(await valueOf(lag.rejectEventGuest(ada, ids.server, ids.event, id))).toEqual({ status: 'rejected' });
      expect(state.guests.map(({ displayName, status }) => [displayName, status])).toEqual([
        ['Grace', 'pending'],
        ['Heidi', 'rejected'],
      ]);
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.rejectEventGuest(ben, ids.server, ids.event, ids.guest)],
    ],
  },

  listEventTemplates: {
    works: async ({ ben, ids }) =>
      expect(await valueOf(lag.listEventTemplates(ben, ids.server))).toMatchObject([
        // A Tuesday, in winter time.
        { title: 'Weekly meet-up', startTime: '19:30', nextOccurrenceAt: '2026-01-06T18:30:00.000Z' },
      ]),
    refuses: [['one who is not in it', 'permission', ({ dan, ids }) => lag.listEventTemplates(dan, ids.server)]],
  },
  createEventTemplate: {
    works: async ({ ada, ids, pass, clock }) => {
      const next = async () =>
        (await valueOf(lag.listEventTemplates(ada, ids.server))).find(({ id }) => id === made.id)!.nextOccurrenceAt;
      const made = await valueOf(lag.createEventTemplate(ada, ids.server, { ...weekly, durationMinutes: 60 }));
      expect(made).toMatchObject({ ...weekly, durationMinutes: 60, nextOccurrenceAt: '2026-01-04T07:30:00.000Z' });
      // 02:30 is not a time of that Sunday in New York: the clocks go from 02:00 to 03:00.
      await pass(Date.UTC(2026, 2, 7) - clock.now());
      expect(await next()).toBe('2026-03-15T06:30:00.000Z');
      await pass(Date.UTC(2026, 9, 24) - clock.now());
      expect(await next()).toBe('2026-10-25T06:30:00.000Z');
      await pass(Date.UTC(2026, 9, 31) - clock.now());
      expect(await next()).toBe('2026-11-01T07:30:00.000Z');
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.createEventTemplate(ben, ids.server, weekly)],
      [
        'a rule that is none',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, rrule: 'weekly' }),
      ],
      [
        'a rule that never comes true',
        'api',
        ({ ada, ids }) =>
          lag.createEventTemplate(ada, ids.server, { ...weekly, rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }),
      ],
      [
        'a rule by the second',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, rrule: 'FREQ=SECONDLY' }),
      ],
      [
        'an unknown time zone',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, timezone: 'Mars/Olympus' }),
      ],
      [
        'a time that is none',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, startTime: '25:00' }),
      ],
    ],
  },
  updateEventTemplate: {
    works: async ({ ada, ids, pass, clock, state }) => {
      await pass(Date.UTC(2026, 0, 5) - clock.now());
      const made = await valueOf(lag.listEvents(ada, ids.server));
      expect(made).toMatchObject([
        { title: 'Weekly meet-up', startsAt: '2026-01-06T18:30:00.000Z', templateId: ids.eventTemplate },
      ]);
      const changes = { rrule: 'RRULE:FREQ=DAILY', startTime: '08:00', timezone: 'Asia/Tokyo' };
      expect(await valueOf(lag.updateEventTemplate(ada, ids.server, ids.eventTemplate, changes))).toMatchObject({
        title: 'Weekly meet-up',
        rrule: 'FREQ=DAILY',
        nextOccurrenceAt: '2026-01-05T23:00:00.000Z',
      });
      await valueOf(lag.listEvents(ada, ids.server));
      expect(state.events.filter(({ templateId }) => templateId).map(({ startsAt }) => startsAt)).toEqual([
        '2026-01-05T23:00:00.000Z',
        '2026-01-06T23:00:00.000Z',
      ]);
    },
    refuses: [
      [
        'a rule that is none',
        'api',
        ({ ada, ids }) =>
          lag.updateEventTemplate(ada, ids.server, ids.eventTemplate, { rrule: 'FREQ=WEEKLY;BYDAY=XX' }),
      ],
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.updateEventTemplate(ada, ids.server, 't1', { title: 'x' })],
    ],
  },
  deleteEventTemplate: {
    works: async ({ ada, ids, pass, clock }) => {
      await pass(Date.UTC(2026, 0, 5) - clock.now());
      expect(await valueOf(lag.listEvents(ada, ids.server))).toHaveLength(1);
      expect(await valueOf(lag.deleteEventTemplate(ada, ids.server, ids.eventTemplate))).toEqual({ ok: true });
      expect(await valueOf(lag.listEvents(ada, ids.server))).toEqual([]);
      expect(await valueOf(lag.listEventTemplates(ada, ids.server))).toEqual([]);
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.deleteEventTemplate(ben, ids.server, ids.eventTemplate)],
    ],
  },

  uploadImage: {
    works: async (w) => {
      expect(await uploaded(w)).toMatchObject({
        uploaderId: w.ids.users.ben,
        contentType: 'image/png',
        size: png.length,
        width: 1,
        height: 1,
        purpose: 'chat',
        alt: 'a dot',
        processingStatus: 'pending',
        variants: null,
      });
    },
    refuses: [
      unauthorized(({ me }) => lag.uploadImage(me, png, { purpose: 'chat' })),
      ['another purpose', 'api', ({ ada }) => lag.uploadImage(ada, png, { purpose: 'fun' as 'chat' })],
      [
        'what is no image',
        'api',
        ({ ada }) => lag.uploadImage(ada, png, { purpose: 'chat', contentType: 'application/pdf' }),
      ],
      ['nothing', 'api', ({ ada }) => lag.uploadImage(ada, new Blob([], { type: 'image/png' }), { purpose: 'chat' })],
    ],
  },
  getImage: {
    works: async (w) => {
      const { id } = await uploaded(w);
      await w.pass(200);
      expect(await valueOf(lag.getImage(w.ada, id))).toMatchObject({
        id,
        processingStatus: 'ready',
        variants: { thumbnail: { width: 1, height: 1 } },
        blurhash: expect.any(String),
      });
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.getImage(ada, 'i1')]],
  },
  getImageStatus: {
    works: async (w) => {
      const bad = await valueOf(
        lag.uploadImage(w.ben, new Uint8Array([1, 2, 3]), { purpose: 'chat', contentType: 'image/png' }),
      );
      const gif = new Uint8Array(2 * 1024 * 1024);
      gif.set(new TextEncoder().encode('GIF89a'));
      const good = await valueOf(lag.uploadImage(w.ben, gif, { purpose: 'general' }));
      const statuses = async () =>
        Promise.all([bad, good].map(async ({ id }) => (await valueOf(lag.getImageStatus(w.ben, id))).processingStatus));
      expect(await statuses()).toEqual(['pending', 'pending']);
      await w.pass(100);
      expect(await statuses()).toEqual(['processing', 'processing']);
      await w.pass(100);
      expect(await statuses()).toEqual(['failed', 'ready']);
      expect((await valueOf(lag.getImage(w.ben, good.id))).contentType).toBe('video/mp4');
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.getImageStatus(ada, 'i1')]],
  },
  deleteImage: {
    works: async (w) => {
      const { id } = await uploaded(w);
      expect(await valueOf(lag.deleteImage(w.ben, id))).toBeUndefined();
      expect((await errorOf(lag.getImage(w.ben, id))).kind).toBe('not_found');
    },
    refuses: [
      [
        'one of another',
        'permission',
        (w) => lag.uploadImage(w.ben, png, { purpose: 'chat' }).andThen(({ id }) => lag.deleteImage(w.ada, id)),
      ],
    ],
  },
};

test('every operation is here', () => {
  expect(new Set(Object.keys(scenarios))).toEqual(new Set(OPERATIONS.map(({ name }) => name)));
});

describe.each(Object.entries(scenarios))('%s', (_, { works, refuses }) => {
  test('works', () => works(world));

  test.each(refuses)('refuses %s: %s', async (_what, kind, call) => {
    const refused = call(world);
    // No request has come yet.
    const before = JSON.stringify(world.state);
    expect(await errorOf(refused)).toMatchObject({ kind, requestId: expect.stringMatching(/./) });
    // A refusal changes nothing; other calls that led to it may have.
    if (world.requests.length === 1) expect(JSON.stringify(world.state) === before).toBe(true);
  });
});
