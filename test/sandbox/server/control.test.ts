import { createParser } from 'eventsource-parser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { empty, serve } from '../../support/server.js';
import { asker, messagesPath, serveForTest } from '../support.js';

// What a program in another language sees: plain HTTP.

const start = async (options: Parameters<typeof serveForTest>[0] = {}) => {
  const { url, sandbox } = await serveForTest(options);
  const ask = asker(url);
  const control = (path: string, json?: unknown, method = json === undefined ? 'GET' : 'POST') =>
    ask(`/_sandbox${path}`, { method, ...(json !== undefined && { json }) });
  return { ...sandbox, sandbox, url, ask, control, messages: messagesPath(sandbox) };
};

describe('GET /_sandbox', () => {
  test('lists tokens, ids and operations', async () => {
    const { control, tokens, ids } = await start();
    const { status, json } = await control('');
    expect(status).toBe(200);
    expect(json).toMatchObject({ tokens, ids, now: '2026-01-01T00:00:00.000Z' });
    expect(json.operations).toEqual(expect.arrayContaining(['getMe', 'sendRoomMessage', 'pollRobotEvents']));
  });
});

describe('POST /_sandbox/reset', () => {
  test('goes back to the seed with the same tokens', async () => {
    const { control, ask, tokens, messages, state } = await start();
    const before = state.messages.length;
    await ask(messages, { token: tokens.ada, json: { content: 'hi' } });
    await control('/faults', { status: 500 });
    const { status, json } = await control('/reset', undefined, 'POST');
    expect(status).toBe(200);
    expect(json.tokens).toEqual(tokens);
    expect(state.messages).toHaveLength(before);
    expect((await control('/faults')).json).toEqual({ pending: [], unmatched: [] });
    expect((await control('/requests')).json).toEqual([]);
    expect((await ask('/users/me', { token: tokens.ada })).status).toBe(200);
  });
});

describe('/_sandbox/faults', () => {
  test('queues faults, lists them and forgets them', async () => {
    const { control, ask, tokens } = await start();
    const fault = { match: { operation: 'getMe' }, status: 503, retryAfter: 2, times: 'always' };
    expect(await control('/faults', fault)).toMatchObject({
      status: 201,
      json: { pending: [fault], unmatched: [fault] },
    });
    const reply = await ask('/users/me', { token: tokens.ada });
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await ask('/servers/me', { token: tokens.ada })).status).toBe(200);
    expect((await control('/faults')).json).toEqual({ pending: [fault], unmatched: [] });
    expect((await control('/faults', undefined, 'DELETE')).json).toEqual({ pending: [], unmatched: [] });
    expect((await ask('/users/me', { token: tokens.ada })).status).toBe(200);
  });

  test('shows faults of the same process as JSON', async () => {
    const { control, faults } = await start();
    faults.next({ match: { path: /dms/ }, status: 500, times: Infinity });
    faults.next({ match: () => true, delayMs: Infinity });
    expect((await control('/faults')).json.pending).toEqual([
      { match: { path: '/dms/' }, status: 500, times: 'always' },
      { match: '() => true', delayMs: 'forever' },
    ]);
  });

  test.each([
    [{ status: '500' }, 'status: must be a number'],
    [{ statusCode: 500 }, /^statusCode: /],
    [
      { match: { operation: 'listServer' }, status: 500 },
      /^match: the fault can match no request\. .*Did you mean listServers/,
    ],
    [{ match: { method: 'GET', path: '/servers' }, reset: true }, /^match: .*no such route/],
    [{ match: 'getMe' }, /^match: /],
    [{ times: -1 }, /^times: /],
    [[], /must be an object/],
    [{}, /^has no effect: give one of status, /],
    [{ match: { operation: 'getMe' }, times: 2 }, /^has no effect/],
    ['fault', /./],
  ])('refuses %j with 400', async (fault, message) => {
    const { control, faults } = await start();
    const { status, json } = await control('/faults', fault);
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: 'Bad Request', message: expect.stringMatching(message), statusCode: 400 });
    expect(faults.pending).toEqual([]);
  });
});

describe('/_sandbox/clock', () => {
  test('moves the time, and waits for the webhooks that became due', async () => {
    const { control, sandbox, ids } = await start();
    const target = await serve(empty(500));
    sandbox.addRobot({ delivery: { url: target.url }, events: ['presence.update'] });
    sandbox.setStatus(ids.users.ben, 'idle');
    await sandbox.settled();
    expect(target.requests).toHaveLength(1);
    expect(await control('/clock', { advanceMs: 5000 })).toMatchObject({
      status: 200,
      json: { now: '2026-01-01T00:00:05.000Z' },
    });
    expect(target.requests).toHaveLength(2);
    expect((await control('/clock')).json).toEqual({ now: '2026-01-01T00:00:05.000Z' });
  });

  test.each([[{}], [{ advanceMs: -1 }], [{ advanceMs: 1e18 }], [{ advanceMs: '5' }], [{ advanceMs: 1, to: 5 }]])(
    'refuses %j with 400',
    async (body) => {
      const { control, clock } = await start();
      expect((await control('/clock', body)).status).toBe(400);
      expect(clock.now()).toBe(Date.UTC(2026, 0, 1));
    },
  );
});

describe('POST /_sandbox/robots', () => {
  test('creates a robot that polls', async () => {
    const { control, ask, ids } = await start();
    const { status, json } = await control('/robots', { name: 'Helper', permissions: ['read_rooms'] });
    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.any(String),
      serverId: ids.server,
      token: expect.stringMatching(/^lag_robot_sandbox/),
      webhookSecret: null,
    });
    expect((await ask('/robots/@me/info', { token: json.token })).json).toMatchObject({
      id: json.id,
      name: 'Helper',
      permissions: ['read_rooms'],
    });
    expect((await ask(`/robots/@me/servers/${ids.server}/members`, { token: json.token })).status).toBe(403);
  });

  test('creates a robot with an event stream, which can be disconnected', async () => {
    const { control, url } = await start();
    const { json } = await control('/robots', { delivery: 'sse' });
    const headers = { authorization: `Robot ${json.token}` };
    const stream = await fetch(`${url}/robots/@me/events/sse`, { headers });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    expect((await control(`/robots/${json.id}/disconnect`, undefined, 'POST')).json).toEqual({ ok: true });
    expect(await ended).toMatch(/connected/);
    expect((await control('/robots/nobody/disconnect', undefined, 'POST')).status).toBe(404);
  });

  test('creates a robot with a webhook', async () => {
    const { control, sandbox, ids } = await start();
    const target = await serve(empty(204));
    const secret = `whsec_${btoa('a secret of twenty-four!')}`;
    const { json } = await control('/robots', { delivery: { url: target.url, secret }, events: ['presence.update'] });
    expect(json.webhookSecret).toBe(secret);
    sandbox.setStatus(ids.users.ben, 'idle');
    await sandbox.settled();
    expect(target.requests).toMatchObject([{ method: 'POST', headers: { 'user-agent': 'Lag-Webhooks/1.0' } }]);
  });

  test.each([
    [{ delivery: 'push' }, /^delivery: must be "poll", "sse" or/],
    [{ delivery: { url: 'ftp://x' } }, /^delivery/],
    [{ delivery: { url: 'no url' } }, /^delivery/],
    [{ permissions: ['everything'] }, /^permissions/],
    [{ events: ['room.exploded'] }, /^events/],
    [{ name: '' }, /^name/],
    [{ name: 'x'.repeat(33) }, /^name/],
    [{ nmae: 'x' }, /^nmae/],
  ])('refuses %j with 400', async (robot, message) => {
    const { control, state } = await start();
    const { status, json } = await control('/robots', robot);
    expect(status).toBe(400);
    expect(json.message).toMatch(message);
    expect(state.robots).toHaveLength(1);
  });
});

describe('POST /_sandbox/users', () => {
  test('creates a user whose token works', async () => {
    const { control, ask } = await start();
    const { status, json } = await control('/users', { username: 'eve' });
    expect(status).toBe(201);
    expect((await ask('/users/me', { token: json.token })).json).toMatchObject({ id: json.id, username: 'eve' });
    expect((await control('/users', { username: 'no spaces' })).status).toBe(400);
  });
});

describe('GET /_sandbox/requests', () => {
  test('lists requests to the API without secrets, all or after one', async () => {
    const { control, ask, tokens } = await start();
    await ask('/users/me', { token: tokens.ada });
    await ask('/servers/me', { token: tokens.ada });
    const { json, text } = await control('/requests');
    expect(json).toMatchObject([
      { id: 'req_000001', method: 'GET', path: '/users/me', operation: 'getMe', status: 200, faulty: false },
      { id: 'req_000002', operation: 'listServers' },
    ]);
    expect(text).not.toContain(tokens.ada);
    expect((await control('/requests?after=req_000001')).json).toMatchObject([{ id: 'req_000002' }]);
    expect((await control('/requests?after=req_000002')).json).toEqual([]);
    expect((await control('/requests?after=req_forgotten')).json).toHaveLength(2);
  });
});

describe('GET /_sandbox/state and /_sandbox/messages', () => {
  test('show what the sandbox holds', async () => {
    const { control, state, ask, tokens, messages } = await start();
    expect((await control('/state')).json).toEqual(JSON.parse(JSON.stringify(state)));
    const some = (await control('/state?lists=servers,robots')).json;
    expect(some).toEqual(JSON.parse(JSON.stringify({ servers: state.servers, robots: state.robots })));
    for (const lists of ['nothing', 'servers,constructor', ''])
      expect((await control(`/state?lists=${lists}`)).status).toBe(400);
    await ask(messages, { token: tokens.ada, json: { content: 'the newest' } });
    const newest = (await control('/messages?limit=3')).json;
    expect(newest).toHaveLength(3);
    expect(newest.at(-1)).toMatchObject({ content: 'the newest' });
    expect((await control('/messages')).json).toHaveLength(20);
    for (const limit of ['0', 'x', '1.5', '5000']) expect((await control(`/messages?limit=${limit}`)).status).toBe(400);
  });
});

describe('GET /_sandbox/live', () => {
  test('streams each request as it is answered, until the client leaves', async () => {
    const { url, ask, tokens } = await start();
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const response = await fetch(`${url}/_sandbox/live`, { signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const seen: { operation: string; status: number }[] = [];
    const parser = createParser({ onEvent: ({ data }) => void seen.push(JSON.parse(data)) });
    const ended = (async () => {
      for await (const text of response.body!.pipeThrough(new TextDecoderStream())) parser.feed(text);
    })();
    ended.catch(() => {});
    await ask('/users/me', { token: tokens.ada });
    await ask('/nothing');
    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen).toMatchObject([
      { operation: 'getMe', status: 200 },
      { operation: null, status: 404 },
    ]);
    abort.abort();
    await expect(ended).rejects.toThrow();
    expect((await ask('/version')).status).toBe(200);
  });
});

test('control requests are not in the log, meet no fault and need no token', async () => {
  const { control, faults, requests } = await start();
  faults.next({ status: 500, times: 'always' });
  for (const path of ['', '/faults', '/requests', '/state']) expect((await control(path)).status).toBe(200);
  expect(requests).toEqual([]);
});

test.each([
  ['POST', '/state'],
  ['GET', '/reset'],
  ['GET', '/nothing'],
  ['PUT', '/faults'],
])('%s /_sandbox%s is 404 with the documented error', async (method, path) => {
  const { control } = await start();
  expect(await control(path, undefined, method)).toMatchObject({
    status: 404,
    json: { error: 'Not Found', statusCode: 404 },
  });
});

test('a control body that is not JSON is 400, and one that is too long 413', async () => {
  const { ask } = await start();
  expect((await ask('/_sandbox/faults', { body: '{"status":' })).status).toBe(400);
  expect((await ask('/_sandbox/faults', { body: 'x'.repeat(100_000) })).status).toBe(413);
});
