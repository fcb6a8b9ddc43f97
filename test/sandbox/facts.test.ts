import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.js';
import { knownFieldsOf, OPERATIONS, type OperationCase } from '../operations.table.js';
import { asker, serveForTest, type Ask, type Reply } from './support.js';

// Every documented request, made with plain fetch, gets its documented answer: the status and the fields that are known
// of the API, which are written down in the table of operations and not taken from the code.

interface Scene {
  readonly sandbox: Sandbox;
  readonly send: (who: keyof Sandbox['tokens'], method: string, path: string, json?: unknown) => Promise<Reply>;
}

/** What of a request only the sandbox knows: its caller, what must happen first, ids and a body. */
interface Request {
  readonly as?: 'ada' | 'ben' | 'dan';
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly query?: string;
  readonly ids?: Readonly<Record<string, string>>;
}

const png = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
);

const upload = () => {
  const body = new FormData();
  body.append('file', new Blob([png], { type: 'image/png' }), 'dot.png');
  body.append('purpose', 'chat');
  return body;
};

const weekly = { title: 'Weekly', rrule: 'FREQ=WEEKLY;BYDAY=SU', timezone: 'Europe/Berlin', startTime: '20:00' };
const base64 = { image: btoa(String.fromCharCode(...png)), contentType: 'image/png' };

/** Each operation that needs more than the ids of the seed. */
const REQUESTS: Readonly<Record<string, (scene: Scene) => Request | Promise<Request>>> = {
  updateMe: () => ({ json: { displayName: 'Ada L.' } }),
  setupAccount: () => ({ json: { username: 'ada', displayName: 'Ada' } }),
  uploadAvatar: () => ({ json: base64 }),
  registerPushToken: () => ({ json: { token: 'device', platform: 'ios' } }),
  removePushToken: async ({ send }) => {
    await send('ada', 'POST', '/users/me/push-token', { token: 'device', platform: 'ios' });
    return { json: { token: 'device' } };
  },
  cancelAccountDeletion: async ({ send }) => {
    await send('ada', 'POST', '/users/me/request-deletion');
    return {};
  },
  lookupSteamProfile: () => ({ query: '?q=ben' }),
  importSteamAvatar: () => ({ json: { avatarUrl: 'https://avatars.steamstatic.com/a_full.jpg' } }),
  checkUsername: () => ({ query: '?username=eve' }),
  searchUsers: () => ({ query: '?q=be' }),
  sendFriendRequest: () => ({ as: 'dan', json: { username: 'ada' } }),
  acceptFriendRequest: ({ sandbox }) => ({ json: { requestId: sandbox.ids.friendRequest } }),
  declineFriendRequest: ({ sandbox }) => ({ json: { requestId: sandbox.ids.friendRequest } }),
  removeFriend: ({ sandbox }) => ({ ids: { friendshipId: sandbox.state.friendships[0]!.id } }),
  blockUser: ({ sandbox }) => ({ json: { userId: sandbox.ids.users.dan } }),
  createDm: ({ sandbox }) => ({ json: { userId: sandbox.ids.users.ben } }),
  sendDmMessage: () => ({ json: { content: 'hi' } }),
  editDmMessage: ({ sandbox }) => ({ json: { content: 'edited' }, ids: { messageId: ownDmMessage(sandbox) } }),
  deleteDmMessage: ({ sandbox }) => ({ ids: { messageId: ownDmMessage(sandbox) } }),
  createServer: () => ({ as: 'ben', json: { name: 'Cellar' } }),
  updateServer: () => ({ json: { name: 'Port' } }),
  uploadServerIcon: () => ({ json: base64 }),
  leaveServer: () => ({ as: 'ben' }),
  revokeInvite: ({ sandbox }) => ({ ids: { inviteId: sandbox.state.invites[0]!.id } }),
  joinServer: () => ({ as: 'dan' }),
  inviteFriend: async ({ send, sandbox }) => {
    const { json } = await send('dan', 'POST', '/friends/request', { username: 'ada' });
    await send('ada', 'POST', '/friends/accept', { requestId: json.id });
    return { json: { userId: sandbox.ids.users.dan } };
  },
  listBans: async ({ send, sandbox: { ids } }) => {
    await send('ada', 'POST', `/servers/${ids.server}/bans/${ids.users.dan}`, {});
    return {};
  },
  unbanMember: async ({ send, sandbox: { ids } }) => {
    await send('ada', 'POST', `/servers/${ids.server}/bans/${ids.users.ben}`, {});
    return {};
  },
  listMutes: async ({ send, sandbox: { ids } }) => {
    await send('ada', 'POST', `/servers/${ids.server}/mutes/${ids.users.ben}`, {});
    return {};
  },
  unmuteMember: async ({ send, sandbox: { ids } }) => {
    await send('ada', 'POST', `/servers/${ids.server}/mutes/${ids.users.ben}`, {});
    return {};
  },
  createRole: () => ({ json: { name: 'Host', permissions: 256 } }),
  updateRole: () => ({ json: { name: 'Guard' } }),
  assignRole: ({ sandbox }) => ({ json: { roleId: sandbox.ids.roles.moderator } }),
  createRoom: () => ({ json: { name: 'Stage' } }),
  updateRoom: () => ({ json: { name: 'Loud' } }),
  sendRoomMessage: () => ({ json: { content: 'hi @ben' } }),
  editRoomMessage: () => ({ json: { content: 'edited' } }),
  createEvent: () => ({ json: { title: 'Quiz', startsAt: '2026-01-02T20:00:00Z' } }),
  updateEvent: () => ({ json: { title: 'Relaunch' } }),
  rsvpEvent: () => ({ json: { status: 'going' } }),
  createEventTemplate: () => ({ json: weekly }),
  updateEventTemplate: () => ({ json: { title: 'Monthly' } }),
  uploadImage: () => ({ body: upload() }),
};

const ownDmMessage = ({ state, ids }: Sandbox): string =>
  state.dmMessages.find(({ conversationId, userId }) => conversationId === ids.dm && userId === ids.users.ada)!.id;

const ownMessage = ({ state, ids }: Sandbox, robot: boolean): string =>
  state.messages.find(
    ({ roomId, robotId, userId }) =>
      roomId === ids.rooms.general && (robot ? robotId === ids.robot : userId === ids.users.ada),
  )!.id;

/** Ids that the seed has. */
const seedIds = (sandbox: Sandbox, isRobot: boolean): Record<string, string> => {
  const { ids } = sandbox;
  return {
    serverId: ids.server,
    roomId: ids.rooms.general,
    messageId: ownMessage(sandbox, isRobot),
    userId: ids.users.ben,
    conversationId: ids.dm,
    code: ids.inviteCode,
    roleId: ids.roles.moderator,
    eventId: ids.event,
    guestId: ids.guest,
    templateId: ids.eventTemplate,
  };
};

/** What does not fit the documented fields: missing, `null` where that is not documented, or of another type. */
const misfits = (actual: unknown, documented: unknown, place: string): string[] => {
  if (Array.isArray(documented))
    return Array.isArray(actual)
      ? actual.flatMap((item, index) => misfits(item, documented[0], `${place}[${index}]`))
      : [`${place} is no list`];
  if (typeof documented === 'object' && documented !== null) {
    if (typeof actual !== 'object' || actual === null) return [`${place} is no object`];
    const { mayBeAbsent, mayBeNull, isUnknown } = knownFieldsOf(documented);
    return Object.entries(documented).flatMap(([name, value]) => {
      const found = (actual as Record<string, unknown>)[name];
      if (isUnknown.has(name)) return [];
      if (found === undefined) return mayBeAbsent.has(name) ? [] : [`${place}.${name} is missing`];
      if (found === null) return mayBeNull.has(name) ? [] : [`${place}.${name} is null`];
      return value === null ? [] : misfits(found, value, `${place}.${name}`);
    });
  }
  return typeof actual === typeof documented ? [] : [`${place} is ${typeof actual}, not ${typeof documented}`];
};

const start = async () => {
  const { url, sandbox } = await serveForTest();
  const ask = asker(url);
  const send: Scene['send'] = (who, method, path, json) =>
    ask(path, { token: sandbox.tokens[who], method, ...(json !== undefined && { json }) });
  return { ask, sandbox, send };
};

const path = (pattern: string, ids: Readonly<Record<string, string>>): string =>
  pattern.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? `no-${name}`);

const expectDocumented = ({ name, status, answer }: OperationCase, reply: Reply, documented = answer) => {
  expect(reply.status, reply.text).toBe(status);
  expect(reply.headers.get('x-request-id')).toMatch(/./);
  if (status === 204) expect(reply.text).toBe('');
  else expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
  if (documented !== undefined) expect(misfits(reply.json, documented, name)).toEqual([]);
};

describe('a user’s request', () => {
  test.each(OPERATIONS)('$method $path gets the answer of $name', async (operation) => {
    const { ask, sandbox, send } = await start();
    const {
      as = 'ada',
      json,
      body,
      query = '',
      ids = {},
    } = await (REQUESTS[operation.name]?.({ sandbox, send }) ?? {});
    const known = { ...seedIds(sandbox, false), ...ids };
    if (operation.path.includes(':imageId'))
      known['imageId'] = (await ask('/images', { token: sandbox.tokens.ada, body: upload() })).json.id;
    const request: Ask = { token: sandbox.tokens[as], method: operation.method };
    const reply = await ask(path(operation.path, known) + query, {
      ...request,
      ...(json !== undefined && { json }),
      ...(body !== undefined && { body }),
    });
    expectDocumented(operation, reply);
  });
});

describe('a robot’s request', () => {
  test.each(OPERATIONS.filter(({ robot }) => robot === 'rewrite'))(
    '$method /robots/@me$path gets the answer of $name',
    async (operation) => {
      const { ask, sandbox, send } = await start();
      const { json } = await (REQUESTS[operation.name]?.({ sandbox, send }) ?? {});
      const reply = await ask(`/robots/@me${path(operation.path, seedIds(sandbox, true))}`, {
        token: sandbox.tokens.robot,
        method: operation.method,
        ...(json !== undefined && { json }),
      });
      expectDocumented(operation, reply, operation.robotAnswer ?? operation.answer);
    },
  );

  test('GET /robots/@me/info gets the robot’s description', async () => {
    const { ask, sandbox } = await start();
    const operation = OPERATIONS.find(({ name }) => name === 'getIdentity')!;
    const reply = await ask('/robots/@me/info', { token: sandbox.tokens.robot });
    expectDocumented(operation, reply, operation.robotAnswer);
  });

  test('to poll and to stream gets events in the documented form', async () => {
    const { ask, sandbox } = await start();
    sandbox.setStatus(sandbox.ids.users.ben, 'idle');
    const { json } = await ask('/robots/@me/events/poll', { token: sandbox.tokens.robot });
    expect(json).toEqual([
      {
        id: expect.any(String),
        eventType: 'presence.update',
        payload: {
          type: 'presence.update',
          serverId: sandbox.ids.server,
          timestamp: expect.stringMatching(/Z$/),
          data: { userId: sandbox.ids.users.ben, status: 'idle' },
        },
        createdAt: expect.stringMatching(/Z$/),
      },
    ]);
    expect((await ask('/robots/@me/events/sse', { token: sandbox.tokens.robot })).status).toBe(409);
  });
});

test('public requests need no token, and system-status takes any', async () => {
  const { ask, sandbox } = await start();
  for (const route of ['/health', '/version', `/servers/invite/${sandbox.ids.inviteCode}`])
    expect((await ask(route)).status).toBe(200);
  expect((await ask('/system-status')).status).toBe(401);
  for (const token of [sandbox.tokens.ada, sandbox.tokens.robot])
    expect((await ask('/system-status', { token })).status).toBe(200);
});
