import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/context.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { getMe } from '../../src/operations/users.js';
import { recordRequest, type LogEntry } from '../../src/sandbox/control/request-log.js';
import { skipTime } from '../support/clock.js';
import { eventually } from '../support/eventually.js';
import { errorOf } from '../support/results.js';
import { turns } from '../support/virtual-time.js';
import { asker, isPending, messagesPath, serveForTest } from './support.js';

const start = async () => {
  const { expire } = skipTime();
  const { url, sandbox } = await serveForTest();
  const context = (token: string) => createContext(token, { baseUrl: url, maxRetries: 0 });
  return {
    /** Ends the time of a call that stalls, once so many requests have come and what is sent has arrived. */
    expireAfter: async (count: number) => {
      await eventually(() => expect(sandbox.requests).toHaveLength(count));
      await turns(20);
      expire();
    },
    ...sandbox,
    sandbox,
    ask: asker(url),
    /** Without a network between. */
    askInProcess: asker('http://sandbox', sandbox.fetch),
    messages: messagesPath(sandbox),
    me: () => getMe(context(sandbox.tokens.ada)),
    send: (content: string) =>
      sendRoomMessage(context(sandbox.tokens.ada), sandbox.ids.server, sandbox.ids.rooms.quiet, { content }),
    sent: () =>
      sandbox.state.messages.filter(({ roomId }) => roomId === sandbox.ids.rooms.quiet).map(({ content }) => content),
  };
};

describe('what goes wrong', () => {
  test.each([
    [400, 'api'],
    [401, 'auth'],
    [403, 'permission'],
    [404, 'not_found'],
    [409, 'conflict'],
    [418, 'api'],
    [429, 'rate_limit'],
    [500, 'server'],
    [503, 'server'],
  ])('status %i, as an envelope', async (status, kind) => {
    const { faults, me, ask } = await start();
    faults.next({ status, times: 2 });
    expect(await errorOf(me())).toMatchObject({ kind, status, requestId: expect.stringMatching(/./) });
    expect((await ask('/health')).json).toEqual({
      error: expect.any(String),
      message: expect.any(String),
      statusCode: status,
    });
    expect((await me()).isOk()).toBe(true);
  });

  test('statuses that no answer can have count as 500', async () => {
    const { faults, ask } = await start();
    for (const status of [0, 101, 199, 600, 2.5, NaN]) {
      faults.next({ status });
      expect((await ask('/health')).status).toBe(500);
    }
  });

  test('statuses without a body', async () => {
    const { faults, ask } = await start();
    faults.next({ status: 204 });
    expect(await ask('/health')).toMatchObject({ status: 204, text: '' });
  });

  test('Retry-After, in seconds and as text', async () => {
    const { faults, me, ask } = await start();
    faults.next({ status: 429, retryAfter: 3600 });
    expect(await errorOf(me())).toMatchObject({ kind: 'rate_limit', retryAfterSeconds: 3600 });
    faults.next({ status: 503, retryAfter: 'Wed, 21 Oct 2099 07:28:00 GMT' });
    expect((await ask('/health')).headers.get('retry-after')).toBe('Wed, 21 Oct 2099 07:28:00 GMT');
  });

  test('a proxy’s HTML page', async () => {
    const { faults, ask, me } = await start();
    faults.next({ html: true });
    const page = await ask('/health');
    expect(page).toMatchObject({ status: 502, text: expect.stringMatching(/^<html>/) });
    expect(page.headers.get('content-type')).toBe('text/html');
    faults.next({ html: true, status: 200 });
    expect((await errorOf(me())).kind).toBe('invalid_response');
  });

  test.each(['', 'null', '[]', '{"id":', '<html>'])('any body: %s', async (body) => {
    const { faults, me, ask } = await start();
    faults.next({ body, times: 2 });
    expect(await ask('/users/me')).toMatchObject({ status: 200, text: body });
    expect((await errorOf(me())).kind).toBe('invalid_response');
  });

  test('a broken connection, over HTTP and in process', async () => {
    const { faults, me, askInProcess } = await start();
    faults.next({ reset: true, times: 2 });
    expect((await errorOf(me())).kind).toBe('connection');
    await expect(askInProcess('/health')).rejects.toBeInstanceOf(TypeError);
    expect((await askInProcess('/health')).status).toBe(200);
  });

  test('half of an answer, over HTTP and in process', async () => {
    const { faults, me, ask, askInProcess } = await start();
    faults.next({ truncate: true, times: 3 });
    expect((await errorOf(me())).kind).toBe('connection');
    await expect(ask('/health')).rejects.toThrow();
    await expect(askInProcess('/health')).rejects.toThrow('broke the connection');
  });

  test('an answer that stalls after half of its body', async () => {
    const { faults, me, fetch, tokens, expireAfter } = await start();
    faults.next({ stall: true, times: 2 });
    const stalled = errorOf(me());
    await expireAfter(1);
    expect((await stalled).kind).toBe('timeout');
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${tokens.ada}` };
    const response = await fetch('http://x/users/me', { headers, signal: abort.signal });
    const reader = response.body!.getReader();
    expect((await reader.read()).value!.length).toBeGreaterThan(50);
    const rest = reader.read();
    expect(await isPending(rest)).toBe(true);
    abort.abort();
    await expect(rest).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('an answer whose body comes slowly', async () => {
    const { faults, askInProcess, ask, clock } = await start();
    faults.next({ slow: 1000, times: 2 });
    const reply = askInProcess('/version');
    await clock.advance(999);
    expect(await isPending(reply)).toBe(true);
    await clock.advance(1);
    expect((await reply).json).toEqual({ version: expect.any(String) });
    const served = ask('/version');
    const before = clock.now();
    while (await isPending(served)) await clock.advance(100);
    expect((await served).json).toEqual({ version: expect.any(String) });
    expect(clock.now() - before).toBeGreaterThanOrEqual(1000);
  });

  test('a delay, on the sandbox’s clock', async () => {
    const { faults, askInProcess, clock } = await start();
    faults.next({ delayMs: 5000 });
    const reply = askInProcess('/health');
    await clock.advance(4999);
    expect(await isPending(reply)).toBe(true);
    await clock.advance(1);
    expect((await reply).status).toBe(200);
  });

  test('a delay before another fault, and one without end', async () => {
    const { faults, askInProcess, clock, me, expireAfter } = await start();
    faults.next({ delayMs: 100, status: 500 });
    const reply = askInProcess('/health');
    await clock.advance(100);
    expect((await reply).status).toBe(500);
    faults.next({ delayMs: Infinity });
    const endless = errorOf(me());
    await expireAfter(2);
    expect((await endless).kind).toBe('timeout');
  });
});

describe('whether the operation was carried out', () => {
  test.each([[{ status: 500 }], [{ reset: true }], [{ html: true }], [{ body: '' }]])('%j: not', async (fault) => {
    const { faults, send, sent } = await start();
    faults.next(fault);
    expect((await send('hello')).isErr()).toBe(true);
    expect(sent()).toEqual([]);
  });

  test.each([[{ status: 500 }], [{ reset: true }], [{ html: true }], [{ truncate: true }], [{ stall: true }]])(
    '%j: with `applied` it was, and what it sends back is lost',
    async (fault) => {
      const { faults, send, sent, expireAfter } = await start();
      faults.next({ ...fault, applied: true });
      const lost = errorOf(send('hello'));
      await eventually(() => expect(sent()).toEqual(['hello']));
      if ('stall' in fault) await expireAfter(1);
      expect(await lost).toMatchObject({ maybeApplied: true, attempts: 1 });
      expect(sent()).toEqual(['hello']);
    },
  );

  test.each([[{ truncate: true }], [{ stall: true }], [{ slow: 1 }], [{ delayMs: 0 }]])('%j: always', async (fault) => {
    const { faults, send, sent, clock, expireAfter } = await start();
    faults.next(fault);
    const result = send('hello');
    await eventually(async () => {
      await clock.advance(1);
      expect(sent()).toEqual(['hello']);
    });
    await clock.advance(1);
    if ('stall' in fault) await expireAfter(1);
    await result;
  });
});

describe('which requests', () => {
  test.each([
    ['a method', { method: 'post' }, [false, true, false]],
    ['a path', { path: '/users/me' }, [true, false, false]],
    ['a path with any part', { path: '/servers/:serverId/rooms/:roomId/messages' }, [false, true, false]],
    ['both', { method: 'GET', path: '/health' }, [false, false, true]],
    ['a pattern', { path: /^\/(users|health)/g }, [true, false, true]],
    ['a function', (request: Request) => request.headers.has('x-bad'), [false, false, true]],
    ['nothing that fits', { path: '/users' }, [false, false, false]],
    ['no condition', undefined, [true, true, true]],
  ])('%s', async (_, match, hit) => {
    const { faults, ask, messages, tokens } = await start();
    faults.next({ ...(match && { match }), status: 500, times: Infinity });
    const replies = [
      await ask('/users/me?x=1', { token: tokens.ada }),
      await ask(messages, { token: tokens.ada, json: { content: 'hi' } }),
      await ask('/health', { headers: { 'x-bad': '1' } }),
    ];
    expect(replies.map(({ status }) => status === 500)).toEqual(hit);
  });

  test('as many as `times` says, in the order of the faults', async () => {
    const { faults, ask } = await start();
    faults.next({ status: 500, times: 2 });
    faults.next({ status: 503 });
    faults.next({ status: 418, times: 0 });
    expect(faults.pending).toHaveLength(2);
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await ask('/health')).status);
    expect(statuses).toEqual([500, 500, 503, 200]);
    expect(faults.pending).toEqual([]);
  });

  test('none after `clear` and `reset`', async () => {
    const { faults, ask, sandbox } = await start();
    for (const end of [faults.clear, sandbox.reset]) {
      faults.next({ status: 500, times: Infinity });
      end();
      expect((await ask('/health')).status).toBe(200);
    }
  });
});

describe('the log', () => {
  test('has every request with its answer, faults told apart', async () => {
    const { ask, faults, requests, messages, tokens, clock } = await start();
    faults.next({ match: { path: '/health' }, reset: true });
    await expect(ask('/health?a=b')).rejects.toThrow();
    await clock.advance(250);
    await ask(messages, { token: tokens.ada, json: { content: 'hi' }, headers: { 'x-custom': 'yes' } });
    await ask('/nothing');
    expect(requests).toMatchObject([
      { method: 'GET', path: '/health?a=b', status: 0, faulty: true, at: clock.now() - 250 },
      { method: 'POST', path: messages, status: 201, faulty: false, at: clock.now(), body: { content: 'hi' } },
      { method: 'GET', path: '/nothing', status: 404, faulty: false },
    ]);
    expect(requests[1]!.headers).toMatchObject({ 'x-custom': 'yes', 'content-type': 'application/json' });
    expect(requests[2]).not.toHaveProperty('body');
  });

  test('has no secrets, wherever they were sent', async () => {
    const { ask, requests, tokens, messages } = await start();
    const secret = 'device-secret-"quoted"-token';
    await ask('/users/me', { token: tokens.ada, headers: { cookie: 'session=s3cret', 'x-api-key': 's3cret' } });
    await ask('/robots/@me/info', { token: tokens.robot });
    await ask('/users/me', { headers: { authorization: 'Basic czNjcmV0' } });
    await ask('/users/me', { headers: { authorization: 'czNjcmV0' } });
    await ask(`/users/search?q=${tokens.ben}&token=${encodeURIComponent(tokens.robot)}`, { token: tokens.ada });
    await ask('/users/me/push-token', { token: tokens.ada, json: { token: secret, platform: 'ios' } });
    await ask(messages, { token: tokens.ada, json: { content: `mine is ${tokens.ada}, and whsec_c2VjcmV0c2VjcmV0` } });
    const text = JSON.stringify(requests);
    for (const hidden of [
      ...Object.values(tokens),
      ...Object.values(tokens).map((token) => token.slice(-20)),
      's3cret',
      'czNjcmV0',
      'quoted',
      'c2VjcmV0',
    ])
      expect(text).not.toContain(hidden);
    expect(requests[0]!.headers['authorization']).toBe('Bearer lag_pat_***');
    expect(requests[1]!.headers['authorization']).toBe('Robot lag_robot_***');
    expect(requests[5]!.body).toEqual({ token: '***', platform: 'ios' });
    expect(requests[6]!.body).toEqual({ content: 'mine is lag_pat_***, and whsec_***' });
  });

  test('is told of as it grows, and empties with a reset', async () => {
    const seen: number[] = [];
    const { sandbox } = await serveForTest({ onRequest: ({ status }) => seen.push(status) });
    const get = async () => (await sandbox.fetch('http://x/version')).status;
    for (let n = 0; n < 100; n++) await get();
    expect(seen).toHaveLength(100);
    expect(sandbox.requests).toHaveLength(100);
    expect(sandbox.requests.at(-1)!.id).toBe('req_000100');
    sandbox.reset();
    expect(sandbox.requests).toEqual([]);
  });

  test('forgets its oldest', () => {
    const log: LogEntry[] = [];
    const request = new Request('http://x/version');
    for (let n = 1; n <= 10_001; n++) recordRequest(log, request, `req_${n}`, n);
    expect(log.length).toBeLessThanOrEqual(10_000);
    expect(log.at(-1)!.id).toBe('req_10001');
    expect(log.map(({ at }) => at)).toEqual(Array.from(log, (_, index) => 10_001 - log.length + 1 + index));
  });
});
