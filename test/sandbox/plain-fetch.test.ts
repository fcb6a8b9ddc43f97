import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createManualClock, createSandbox } from '../../src/sandbox/index.js';
import { asker, messagesPath, serveForTest, type Reply } from './support.js';

// What a client sees that knows nothing of this package.

const names: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
};

const expectEnvelope = (reply: Reply, status: number): void => {
  expect(reply.json).toEqual({ error: names[status], message: expect.stringMatching(/./), statusCode: status });
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
  expect(reply.headers.get('x-request-id')).toMatch(/./);
};

const start = async () => {
  const { url, sandbox } = await serveForTest();
  return { sandbox, ask: asker(url), ...sandbox, messages: messagesPath(sandbox), url };
};

describe('answers', () => {
  test('are JSON with a request id of their own', async () => {
    const { ask, tokens, requests } = await start();
    const [first, second] = [await ask('/users/me', { token: tokens.ada }), await ask('/health')];
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
    expect(first.json).toMatchObject({ username: 'ada', displayName: 'Ada', createdAt: expect.stringMatching(/Z$/) });
    expect(second.json).toEqual({ status: 'ok', version: expect.any(String), timestamp: '2026-01-01T00:00:00.000Z' });
    const ids = [first, second].map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(2);
    expect(requests.map(({ id }) => id)).toEqual(ids);
  });

  test('to a HEAD are those to a GET, without the body', async () => {
    const { ask, tokens } = await start();
    const reply = await ask('/users/me', { token: tokens.ada, method: 'HEAD' });
    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(reply.headers.get('x-request-id')).toMatch(/./);
  });

  test.each([
    ['an unknown route', 'GET', '/nothing/here'],
    ['a trailing slash', 'GET', '/users/me/'],
    ['a method that the route does not have', 'PUT', '/users/me'],
    ['a method of another protocol', 'PROPFIND', '/users/me'],
    ['a path that is not well encoded', 'GET', '/users/%E0%A4%A'],
  ])('to %s are 404', async (_, method, path) => {
    const { ask, tokens } = await start();
    expectEnvelope(await ask(path, { token: tokens.ada, method }), 404);
  });

  test('to what is no HTTP leave the server standing', async () => {
    const { url, ask } = await start();
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(text));
        let answer = '';
        socket.on('data', (data) => (answer += data)).on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw('GET /users/me HTTP/1.1\r\nhost: a b/c\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 (.|\r\n)*x-request-id(.|\r\n)*"statusCode":400/i,
    );
    expect(await raw('TRACE /users/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(await raw('GET http://elsewhere.example/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 200 /,
    );
    expect((await ask('/health')).status).toBe(200);
  });
});

describe('credentials', () => {
  test.each([
    ['none', undefined],
    ['an unknown user token', 'Bearer lag_pat_unknown'],
    ['an unknown robot key', 'Robot lag_robot_un_known'],
    ['no scheme', 'lag_pat_unknown'],
    ['another scheme', 'Basic YWRhOmFkYQ=='],
    ['an empty one', 'Bearer '],
  ])('%s: 401', async (_, authorization) => {
    const { ask } = await start();
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    expectEnvelope(await ask('/users/me', { headers }), 401);
    expectEnvelope(await ask('/robots/@me/info', { headers }), 401);
    expectEnvelope(await ask('/system-status', { headers }), 401);
  });

  test('under the scheme of the other kind: 401', async () => {
    const { ask, tokens } = await start();
    expectEnvelope(await ask('/users/me', { headers: { authorization: `Robot ${tokens.ada}` } }), 401);
    expectEnvelope(await ask('/robots/@me/info', { headers: { authorization: `Bearer ${tokens.robot}` } }), 401);
  });

  test('users and robots each have their own routes', async () => {
    const { ask, tokens, ids } = await start();
    for (const path of ['/users/me', '/friends', `/servers/${ids.server}`, `/servers/${ids.server}/rooms`])
      expectEnvelope(await ask(path, { token: tokens.robot }), 401);
    for (const path of ['/robots/@me/info', `/robots/@me/servers/${ids.server}/rooms`, '/robots/@me/events/poll'])
      expectEnvelope(await ask(path, { token: tokens.ada }), 401);
    for (const token of [tokens.ada, tokens.robot])
      expect((await ask('/system-status', { token })).json).toEqual({
        upgrading: false,
        outage: false,
        waitlist: false,
      });
  });

  test('what is public asks for none', async () => {
    const { ask, ids } = await start();
    for (const path of ['/health', '/version', `/servers/invite/${ids.inviteCode}`])
      expect((await ask(path)).status).toBe(200);
  });
});

describe('bodies', () => {
  test('that are no JSON: 400', async () => {
    const { ask, tokens, messages } = await start();
    for (const body of ['{"content":', 'content=hi', '\u0000', '{"content":"hi"}x'])
      expectEnvelope(
        await ask(messages, { token: tokens.ada, body, headers: { 'content-type': 'application/json' } }),
        400,
      );
  });

  test.each([[null], [[]], ['hi'], [7], [{}], [{ content: 7 }], [{ content: '' }], [{ content: ' \n' }]])(
    'that are %j: 400 that says what is wrong',
    async (json) => {
      const { ask, tokens, messages } = await start();
      const reply = await ask(messages, { token: tokens.ada, json });
      expectEnvelope(reply, 400);
      expect(reply.json.message).toMatch(/^body/);
    },
  );

  test('that are missing: 400', async () => {
    const { ask, tokens, messages } = await start();
    expectEnvelope(await ask(messages, { token: tokens.ada, method: 'POST' }), 400);
  });

  test('of 1 to 2000 characters are sent, longer ones refused', async () => {
    const { ask, tokens, messages } = await start();
    for (const length of [1, 2000])
      expect((await ask(messages, { token: tokens.ada, json: { content: 'x'.repeat(length) } })).status).toBe(201);
    expectEnvelope(await ask(messages, { token: tokens.ada, json: { content: 'x'.repeat(2001) } }), 400);
  });

  test('of another content type: 415', async () => {
    const { ask, tokens, messages } = await start();
    const body = JSON.stringify({ content: 'hi' });
    expectEnvelope(await ask(messages, { token: tokens.ada, body, headers: { 'content-type': 'text/plain' } }), 415);
    for (const type of ['application/json; charset=utf-8', 'application/problem+json', 'APPLICATION/JSON'])
      expect((await ask(messages, { token: tokens.ada, body, headers: { 'content-type': type } })).status).toBe(201);
  });

  test('above 1 MiB: 413, with a length and without, and the connection goes on', async () => {
    const { ask, tokens, messages, url } = await start();
    const body = JSON.stringify({ content: 'x'.repeat(1024 * 1024) });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens.ada}` };
    expectEnvelope(await ask(messages, { body, headers }), 413);
    const chunked = new Blob([body]).stream();
    const response = await fetch(url + messages, {
      method: 'POST',
      headers,
      body: chunked,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect((await ask(messages, { token: tokens.ada, json: { content: 'still here' } })).status).toBe(201);
  });

  test('that are large are not read for who has no token', async () => {
    const { ask, messages } = await start();
    expectEnvelope(await ask(messages, { body: 'x'.repeat(2 * 1024 * 1024) }), 401);
  });

  test('may be left out where every field is optional', async () => {
    const { ask, tokens, ids } = await start();
    const reply = await ask(`/servers/${ids.server}/invites`, { token: tokens.ada, method: 'POST' });
    expect(reply).toMatchObject({ status: 201, json: { maxUses: null, expiresAt: null, uses: 0 } });
  });

  test('of a DELETE are read', async () => {
    const { ask, tokens } = await start();
    await ask('/users/me/push-token', { token: tokens.ada, json: { token: 'device', platform: 'ios' } });
    const remove = () =>
      ask('/users/me/push-token', { token: tokens.ada, method: 'DELETE', json: { token: 'device' } });
    expect((await remove()).json).toEqual({ ok: true });
    expectEnvelope(await remove(), 404);
  });
});

describe('images', () => {
  const megabytes = (count: number, more = 0) => {
    const bytes = new Uint8Array(count * 1024 * 1024 + more);
    bytes.set([0xff, 0xd8, 0xff]);
    return bytes;
  };
  const form = (fields: Record<string, string | Blob>): FormData => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    return body;
  };
  const jpeg = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes], { type: 'image/jpeg' });

  test('of 25 MiB are taken, larger ones refused with 413', async () => {
    const { ask, tokens, state } = await start();
    const upload = (bytes: Uint8Array<ArrayBuffer>) =>
      ask('/images', { token: tokens.ada, body: form({ file: jpeg(bytes), purpose: 'chat' }) });
    expect(await upload(megabytes(25))).toMatchObject({
      status: 201,
      json: { size: 26_214_400, contentType: 'image/jpeg' },
    });
    expectEnvelope(await upload(megabytes(25, 1)), 413);
    expectEnvelope(await upload(megabytes(30)), 413);
    expect(state.images).toHaveLength(1);
  });

  test('need a form with a file and a purpose', async () => {
    const { ask, tokens } = await start();
    const file = jpeg(megabytes(0, 3));
    const post = (body: BodyInit, type?: string) =>
      ask('/images', { token: tokens.ada, body, ...(type && { headers: { 'content-type': type } }) });
    expect((await post(form({ file, purpose: 'general', alt: 'a', entityId: 'e' }))).status).toBe(201);
    expectEnvelope(await post(form({ purpose: 'general' })), 400);
    expectEnvelope(await post(form({ file: 'text', purpose: 'general' })), 400);
    expectEnvelope(await post(form({ file })), 400);
    expectEnvelope(await post(form({ file, purpose: 'other' })), 400);
    expectEnvelope(await post(form({ file: new Blob(['text'], { type: 'text/plain' }), purpose: 'chat' })), 415);
    expectEnvelope(await post('{}', 'application/json'), 415);
    expectEnvelope(await post('no form at all', 'multipart/form-data; boundary=x'), 400);
    expectEnvelope(
      await post('--x\r\ncontent-disposition: form-data; name="file"\r\n\r\ncut', 'multipart/form-data; boundary=x'),
      400,
    );
  });

  test('as base64 are checked, and may be larger than other bodies', async () => {
    const { ask, tokens, ids } = await start();
    for (const path of ['/users/me/avatar', `/servers/${ids.server}/icon`]) {
      const post = (image: unknown, more = {}) => ask(path, { token: tokens.ada, json: { image, ...more } });
      expect((await post('A'.repeat(4 * 1024 * 1024), { contentType: 'image/png' })).status).toBe(200);
      for (const image of ['', 'data:image/png;base64,AAAA', 'AAA', 'not base64!', 7])
        expectEnvelope(await post(image), 400);
      expectEnvelope(await post('AAAA', { contentType: 'text/html' }), 400);
      expectEnvelope(await post('A'.repeat(36 * 1024 * 1024)), 413);
    }
  });
});

describe('no content', () => {
  test('is 204 where it is documented, and an empty 200 where no status is', async () => {
    const { ask, tokens, ids } = await start();
    const declined = await ask('/friends/decline', { token: tokens.ada, json: { requestId: ids.friendRequest } });
    expect(declined).toMatchObject({ status: 200, text: '' });
    const left = await ask(`/servers/${ids.server}/leave`, { token: tokens.ben, method: 'DELETE' });
    expect(left).toMatchObject({ status: 204, text: '' });
  });
});

describe('pages of messages', () => {
  test('hold the newest first, each oldest first, until all were seen once', async () => {
    const { ask, tokens, messages, state, ids } = await start();
    const seen: string[] = [];
    let cursor: string | null = '';
    let pages = 0;
    do {
      const query: string = `?limit=70${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const { json } = await ask(messages + query, { token: tokens.ben });
      const times: string[] = json.messages.map(({ createdAt }: { createdAt: string }) => createdAt);
      expect(times).toEqual([...times].sort((a, b) => a.localeCompare(b)));
      expect(json.nextCursor).toBe(json.hasMore ? times[0] : null);
      seen.unshift(...json.messages.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
      pages++;
    } while (cursor);
    expect(pages).toBe(5);
    const all = state.messages.filter(({ roomId }) => roomId === ids.rooms.general).map(({ id }) => id);
    expect(all).toHaveLength(300);
    expect(seen).toEqual(all);
  });

  test('are of 50 where nothing is said, and of 100 at most', async () => {
    const { ask, tokens, messages } = await start();
    const size = async (query: string) => (await ask(messages + query, { token: tokens.ben })).json.messages.length;
    expect([await size(''), await size('?limit=1'), await size('?limit=100'), await size('?limit=5000')]).toEqual([
      50, 1, 100, 100,
    ]);
  });

  test('end where there is nothing older', async () => {
    const { ask, tokens, messages, ids } = await start();
    const nothing = { messages: [], hasMore: false, nextCursor: null };
    expect((await ask(`${messages}?cursor=2000-01-01T00:00:00Z`, { token: tokens.ben })).json).toEqual(nothing);
    const quiet = `/servers/${ids.server}/rooms/${ids.rooms.quiet}/messages`;
    expect((await ask(quiet, { token: tokens.ben })).json).toEqual(nothing);
  });

  test('are not turned by messages of one millisecond', async () => {
    const { ask, tokens, messages } = await start();
    for (let n = 0; n < 7; n++) await ask(messages, { token: tokens.ada, json: { content: `m${n}` } });
    const first = (await ask(`${messages}?limit=4`, { token: tokens.ada })).json;
    const second = (await ask(`${messages}?limit=3&cursor=${first.nextCursor}`, { token: tokens.ada })).json;
    expect([...second.messages, ...first.messages].map(({ content }) => content)).toEqual(
      Array.from({ length: 7 }, (_, n) => `m${n}`),
    );
  });

  test.each(['limit=0', 'limit=-1', 'limit=many', 'limit=1.5', 'limit=', 'cursor=yesterday'])(
    'asked for with %s: 400',
    async (query) => {
      const { ask, tokens, messages } = await start();
      expectEnvelope(await ask(`${messages}?${query}`, { token: tokens.ben }), 400);
    },
  );
});

describe('limits of robots', () => {
  test('100 requests a minute, then 429 until the first of them is a minute old', async () => {
    const { ask, tokens, clock } = await start();
    const info = () => ask('/robots/@me/info', { token: tokens.robot });
    expect((await info()).status).toBe(200);
    await clock.advance(20_500);
    for (let n = 1; n < 100; n++) expect((await info()).status).toBe(200);
    const refused = await info();
    expectEnvelope(refused, 429);
    expect(refused.headers.get('retry-after')).toBe('40');
    await clock.advance(39_499);
    expect((await info()).headers.get('retry-after')).toBe('1');
    await clock.advance(1);
    expect((await info()).status).toBe(200);
    expect((await info()).status).toBe(429);
    await clock.advance(60_000);
    expect((await info()).status).toBe(200);
  });

  test('10 messages per 10 seconds; other requests go on', async () => {
    const { ask, tokens, clock, messages, ids } = await start();
    const send = () => ask(`/robots/@me${messages}`, { token: tokens.robot, json: { content: 'hi' } });
    for (let n = 0; n < 10; n++) expect((await send()).status).toBe(201);
    const refused = await send();
    expectEnvelope(refused, 429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect((await ask(`/robots/@me/servers/${ids.server}/rooms`, { token: tokens.robot })).status).toBe(200);
    await clock.advance(10_000);
    expect((await send()).status).toBe(201);
  });

  test('are each robot’s own; users have none', async () => {
    const { ask, tokens, sandbox } = await start();
    const other = sandbox.addRobot();
    for (let n = 0; n < 100; n++) await ask('/robots/@me/info', { token: tokens.robot });
    expect((await ask('/robots/@me/info', { token: tokens.robot })).status).toBe(429);
    expect((await ask('/robots/@me/info', { token: other.token })).status).toBe(200);
    for (let n = 0; n < 120; n++) expect((await ask('/users/me', { token: tokens.ada })).status).toBe(200);
  });
});

describe('local pages', () => {
  test.each(['http://localhost:5173', 'http://127.0.0.1', 'https://app.localhost:8443', 'http://[::1]:3000', 'null'])(
    'from %s may read',
    async (origin) => {
      const { ask, tokens } = await start();
      const reply = await ask('/users/me', { token: tokens.ada, headers: { origin } });
      expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
      expect(reply.headers.get('access-control-expose-headers')).toMatch(/x-request-id.*retry-after/);
    },
  );

  test.each([
    'https://example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://x/localhost',
  ])('others, from %s, may not', async (origin) => {
    const { ask, tokens } = await start();
    const reply = await ask('/users/me', { token: tokens.ada, headers: { origin } });
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('may ask with any method and header, see faults, and errors', async () => {
    const { ask, faults } = await start();
    const headers = { origin: 'http://localhost:5173' };
    const preflight = await ask('/friends/f1', {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toMatch(/DELETE/);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(preflight.headers.get('x-request-id')).toMatch(/./);
    faults.next({ status: 503 });
    for (const status of [503, 401]) {
      const reply = await ask('/friends', { headers });
      expect(reply.status).toBe(status);
      expect(reply.headers.get('access-control-allow-origin')).toBe(headers.origin);
    }
  });
});

describe('in process', () => {
  test('`sandbox.fetch` answers as the server does, whatever the origin', async () => {
    const { fetch, tokens } = createSandbox({ clock: createManualClock() });
    const headers = { authorization: `Bearer ${tokens.ben}` };
    const { ask, url } = await start();
    const served = await ask('/users/me', { token: tokens.ben });
    for (const answer of [
      await fetch('https://api.trylag.com/users/me', { headers }),
      await fetch(new URL('/users/me', url), { headers }),
      await fetch(new Request('http://x/users/me', { headers })),
    ])
      expect(await answer.json()).toEqual(served.json);
  });

  test('`sandbox.fetch` rejects as `fetch` does for no URL and for an aborted signal', async () => {
    const { fetch } = createSandbox();
    await expect(fetch('no url')).rejects.toBeInstanceOf(TypeError);
    await expect(fetch('http://x/health', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
