import { describe, expect, test } from 'vitest';
import { QUIRK_VALUES } from '../../../src/sandbox/control/quirks.js';
import { createSandbox, type SandboxOptions, type SandboxQuirks } from '../../../src/sandbox/index.js';
import { startForRobots } from '../support.js';

const start = (quirks: Partial<SandboxQuirks>) => startForRobots({ quirks });

describe('a quirk', () => {
  test.each([
    [{ webhookIdPerAttempts: true }, /^the quirk webhookIdPerAttempts must be one of webhookIdPerAttempt, /],
    [{ holdPolls: 'yes' }, /^the quirk holdPolls must be true or false; it is ignored$/],
    [{ messageOrder: 'random' }, /^the quirk messageOrder must be oldest-first or newest-first; it is ignored$/],
    [{ constructor: 1 }, /^the quirk constructor must be one of /],
    ['quirks', /^the option quirks must be an object; it is ignored$/],
  ])('is ignored with a warning if it is not valid: %j', (quirks, warning) => {
    const warnings: string[] = [];
    createSandbox({ quirks, onWarning: (text: string) => warnings.push(text) } as SandboxOptions);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  test('may have each of its values, and may be undefined', () => {
    const warnings: string[] = [];
    for (const [name, values] of Object.entries(QUIRK_VALUES))
      for (const value of [...values, undefined])
        createSandbox({
          quirks: { [name]: value },
          onWarning: (text: string) => warnings.push(text),
        } as SandboxOptions);
    expect(warnings).toEqual([]);
  });
});

/** A robot whose webhook fails, and what it was sent. */
const failingWebhook = async (quirks: Partial<SandboxQuirks>) => {
  const context = await start(quirks);
  const calls: { at: number; id: string; body: string }[] = [];
  context.sandbox.addRobot({
    delivery: {
      handler: async (request) => {
        const id = request.headers.get('webhook-id') ?? '';
        calls.push({ at: context.clock.now(), id, body: await request.text() });
        return new Response(null, { status: 500 });
      },
    },
  });
  /** Lets every attempt happen, and returns the seconds of each after the event. */
  const runAll = async (expected: readonly number[]) => {
    const origin = context.clock.now();
    await context.say('hello');
    for (const seconds of expected) {
      await context.clock.advance(origin + seconds * 1000 - context.clock.now());
      await context.settled();
    }
    await context.clock.advance(7 * 24 * 3_600_000);
    await context.settled();
    return calls.map(({ at }) => (at - origin) / 1000);
  };
  return { ...context, calls, runAll };
};

describe('webhookIdPerAttempt', () => {
  test('gives every attempt an id of its own, and the same body', async () => {
    const { calls, runAll, state } = await failingWebhook({ webhookIdPerAttempt: true });
    await runAll([0, 5, 25, 120, 600, 1800, 3600, 10_800, 28_800, 86_400]);
    expect(calls).toHaveLength(10);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(10);
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    expect(new Set(state.webhookDeliveries.map(({ eventId }) => eventId)).size).toBe(1);
  });
});

describe('webhookDelaysFromAttempt', () => {
  test('counts each delay from the attempt before', async () => {
    const { runAll } = await failingWebhook({ webhookDelaysFromAttempt: true });
    const expected = [0, 5, 30, 150, 750, 2550, 6150, 16_950, 45_750, 132_150];
    expect(await runAll(expected)).toEqual(expected);
  });
});

describe('holdPolls', () => {
  test('off answers a poll without events at once', async () => {
    const { poll, say } = await start({ holdPolls: false });
    expect((await poll()).json).toEqual([]);
    await say('hello');
    expect((await poll()).json).toHaveLength(1);
  });
});

describe('ownMessageEvents', () => {
  test('off keeps a robot’s own messages from it, but not from other robots', async () => {
    const { sandbox, ask, messages, tokens, poll, state } = await start({ ownMessageEvents: false });
    const other = sandbox.addRobot();
    const path = `/robots/@me${messages}`;
    const sent = await ask(path, { token: tokens.robot, json: { content: 'mine' } });
    await ask(`${path}/${sent.json.id}`, { token: tokens.robot, method: 'PATCH', json: { content: 'edited' } });
    await ask(`${path}/${sent.json.id}`, { token: tokens.robot, method: 'DELETE' });
    await ask(messages, { token: tokens.ada, json: { content: 'yours' } });
    const { json } = await poll();
    expect(json).toMatchObject([{ payload: { data: { content: 'yours' } } }]);
    expect(state.robots.find(({ id }) => id === other.id)!.kept).toHaveLength(4);
  });
});

describe('describedEventFields', () => {
  test('off leaves only the fields that the documentation shows', async () => {
    const { sandbox, say, ask, ids, tokens, poll } = await start({ describedEventFields: false });
    await say('hello');
    await ask(`/servers/join/${ids.inviteCode}`, { token: tokens.dan, method: 'POST' });
    sandbox.setStatus(ids.users.ben, 'idle');
    const { json } = await poll();
    expect(json.map(({ payload }: { payload: { data: object } }) => payload.data)).toEqual([
      { roomId: ids.rooms.general, content: 'hello', senderName: 'Ada' },
      { username: 'dan' },
      {},
    ]);
  });
});

describe('messageOrder and cursorOnLastPage', () => {
  test('reverse the messages of a page, and lead to an empty page at the end', async () => {
    const quirks = { messageOrder: 'newest-first', cursorOnLastPage: true } as const;
    const { ask, tokens, state, ids, messages } = await start(quirks);
    const all = state.messages.filter(({ roomId }) => roomId === ids.rooms.general).map(({ id }) => id);
    const seen: string[] = [];
    let cursor: string | null = null;
    let isOver = false;
    while (!isOver) {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const { json } = await ask(`${messages}?limit=100${query}`, { token: tokens.ada });
      seen.push(...json.messages.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
      isOver = !json.hasMore;
    }
    expect(seen).toEqual(all.toReversed());
    expect(cursor).toMatch(/Z$/);
    const { json } = await ask(`${messages}?cursor=${encodeURIComponent(cursor!)}`, { token: tokens.ada });
    expect(json).toEqual({ messages: [], hasMore: false, nextCursor: null });
  });
});

describe('slidingWindows and retryAfterDate', () => {
  test('count from the full minute and name its end as a date', async () => {
    const { ask, tokens, clock } = await start({ slidingWindows: false, retryAfterDate: true });
    const info = () => ask('/robots/@me/info', { token: tokens.robot });
    await clock.advance(45_000);
    for (let n = 0; n < 100; n++) expect((await info()).status).toBe(200);
    const refused = await info();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('Thu, 01 Jan 2026 00:01:00 GMT');
    expect(refused.headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:45 GMT');
    await clock.advance(14_999);
    expect((await info()).status).toBe(429);
    await clock.advance(1);
    for (let n = 0; n < 100; n++) expect((await info()).status).toBe(200);
  });
});

describe('robotUserId', () => {
  test('empty stands in the messages of robots', async () => {
    const { ask, tokens, messages } = await start({ robotUserId: 'empty' });
    const { json } = await ask(`/robots/@me${messages}`, { token: tokens.robot, json: { content: 'hi' } });
    expect(json).toMatchObject({ userId: '', isBot: true });
  });
});

describe('optionalFields', () => {
  test('leave no optional field without a value, or write all of them', async () => {
    const read = async (optionalFields: SandboxQuirks['optionalFields']) => {
      const { ask, tokens, messages, ids } = await start({ optionalFields });
      const message = (await ask(messages, { token: tokens.ada, json: { content: 'hi' } })).json;
      const user = (await ask(`/users/${ids.users.cleo}`, { token: tokens.ada })).json;
      const page = (await ask(`${messages}?cursor=2000-01-01T00:00:00Z`, { token: tokens.ada })).json;
      return { message: Object.keys(message), user, page };
    };
    const [absent, none, mixed] = [await read('absent'), await read('null'), await read('mixed')];
    for (const name of ['editedAt', 'robotId', 'replyTo', 'image']) expect(absent.message).not.toContain(name);
    // Not an optional field.
    expect(absent.message).toContain('avatarUrl');
    expect(absent.user).not.toHaveProperty('steamId');
    expect(absent.page).toEqual({ messages: [], hasMore: false });
    for (const name of ['editedAt', 'robotId', 'guestId', 'isGuest']) expect(none.message).toContain(name);
    expect(none.user).toMatchObject({ steamId: null, flags: null });
    expect(mixed.message).not.toContain('guestId');
    expect(mixed.user).not.toHaveProperty('flags');
  });
});

describe('errorDetails', () => {
  test('off leaves only the text of an error', async () => {
    const { ask, faults } = await start({ errorDetails: false });
    const missing = await ask('/nothing');
    expect(missing).toMatchObject({ status: 404, json: { error: 'Route GET:/nothing not found' } });
    expect(Object.keys(missing.json)).toEqual(['error']);
    expect(missing.headers.get('x-request-id')).toMatch(/./);
    faults.next({ status: 500, body: 'not json' });
    expect((await ask('/health')).text).toBe('not json');
  });
});

describe('userLists', () => {
  test('off answers rooms and members only to robots', async () => {
    const { ask, tokens, ids } = await start({ userLists: false });
    for (const path of [`/servers/${ids.server}/rooms`, `/servers/${ids.server}/members`]) {
      expect((await ask(path, { token: tokens.ada })).status).toBe(404);
      expect((await ask(`/robots/@me${path}`, { token: tokens.robot })).status).toBe(200);
    }
  });
});

describe('sniffUploads', () => {
  test('off refuses uploads of an unknown type', async () => {
    const { ask, tokens } = await start({ sniffUploads: false });
    const upload = (type: string) => {
      const body = new FormData();
      body.append('purpose', 'chat');
      body.append('file', new Blob([new Uint8Array([0xff, 0xd8, 0xff])], { type }));
      return ask('/images', { token: tokens.ada, body });
    };
    expect((await upload('application/octet-stream')).status).toBe(415);
    expect((await upload('image/jpeg')).status).toBe(201);
  });
});
