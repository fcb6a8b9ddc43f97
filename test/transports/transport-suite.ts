import { getEventListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import { setTimeout as setRealTimeout } from 'node:timers';
import { describe, expect, test, vi } from 'vitest';
import type { LagContext, ContextOptions } from '../../src/context.js';
import type { LagErrorKind } from '../../src/errors.js';
import { call } from '../../src/call.js';
import { uploadImage } from '../../src/operations/images.js';
import {
  deleteRoomMessage,
  editRoomMessage,
  listRoomMessages,
  sendRoomMessage,
} from '../../src/operations/room-messages.js';
import { deleteRoom } from '../../src/operations/rooms.js';
import { getVersion } from '../../src/operations/system.js';
import type { LagResponse } from '../../src/pipeline/types.js';
import { skipTime, trackTimers, turns } from '../support/clock.js';
import { deferred, elapsed, errorOf, valueOf } from '../support/results.js';
import { sampleMessage, samplePage, USER_TOKEN, ROBOT_TOKEN } from '../support/samples.js';
import {
  empty,
  json,
  refusedUrl,
  reset,
  resetBody,
  serve,
  stall,
  stallBody,
  text,
  truncate,
  type Answer,
} from '../support/server.js';

/** Makes a context over the transport that is to be tested. */
export type MakeContext = (token: string, options: ContextOptions) => LagContext;

/** What every transport has to do under the pipeline, over real HTTP. */
export const transportSuite = (name: string, makeContext: MakeContext): void => {
  const contextOf = (baseUrl: string, options: ContextOptions = {}, token = USER_TOKEN) =>
    makeContext(token, { baseUrl, ...options });
  const send = (ctx: LagContext, options?: Parameters<typeof sendRoomMessage>[4]) =>
    sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, options);

  describe(`${name}: requests`, () => {
    test('carry method, path, query, headers and body', async () => {
      const server = await serve(json(sampleMessage(), 201), json(samplePage(['m1'])));
      const ctx = contextOf(server.url, { headers: { 'X-Own': 'own', 'X-Both': 'context' } });
      await valueOf(send(ctx, { headers: { 'X-Call': 'call', 'x-BOTH': 'call' } }));
      await valueOf(listRoomMessages(ctx, 's1', 'r1', { limit: 5, cursor: '2026-01-02T03:04:05+00:00' }));
      const [post, get] = server.requests;
      expect(post).toMatchObject({ method: 'POST', url: '/servers/s1/rooms/r1/messages' });
      expect(JSON.parse(post!.body.toString())).toEqual({ content: 'hi' });
      expect(post!.headers).toMatchObject({
        accept: 'application/json',
        authorization: `Bearer ${USER_TOKEN}`,
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^lagclient\/\d/) as string,
        'x-own': 'own',
        'x-call': 'call',
        'x-both': 'call',
      });
      expect(get).toMatchObject({
        method: 'GET',
        url: '/servers/s1/rooms/r1/messages?limit=5&cursor=2026-01-02T03%3A04%3A05%2B00%3A00',
      });
      expect(get!.body).toHaveLength(0);
      expect(get!.headers).not.toHaveProperty('content-type');
      expect(get!.headers).not.toHaveProperty('x-call');
    });

    test('of a robot go to its own routes with its own scheme', async () => {
      const server = await serve(json(sampleMessage()));
      await valueOf(send(contextOf(server.url, {}, ROBOT_TOKEN)));
      expect(server.requests).toMatchObject([
        { url: '/robots/@me/servers/s1/rooms/r1/messages', headers: { authorization: `Robot ${ROBOT_TOKEN}` } },
      ]);
    });

    test('keep the path prefix of the base URL', async () => {
      const server = await serve(json({ version: '1' }));
      for (const prefix of ['/lag/v1', '/lag/v1/', '/lag/v1//'])
        await valueOf(getVersion(contextOf(server.url + prefix)));
      expect(server.requests.map(({ url }) => url)).toEqual(Array(3).fill('/lag/v1/version'));
    });

    test('send a form with its own content type', async () => {
      const server = await serve(empty(500));
      await uploadImage(contextOf(server.url), new Uint8Array([1, 2, 3]), { purpose: 'chat', alt: 'é' });
      const [{ headers, body }] = server.requests as [(typeof server.requests)[0]];
      expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
      expect(body.toString()).toContain('name="alt"\r\n\r\né\r\n');
      expect(server.requests).toHaveLength(1);
    });

    test.each([
      ['a/b', 'a%2Fb'],
      ['%2e%2e', '%252e%252e'],
      ['%2F', '%252F'],
      ['two words', 'two%20words'],
      ['?a=b#c', '%3Fa%3Db%23c'],
      ['😀', '%F0%9F%98%80'],
      ['...', '...'],
      ['\\..', '%5C..'],
      ['line\nbreak', 'line%0Abreak'],
    ])('carry the id %j as one segment', async (id, segment) => {
      const server = await serve(empty(204));
      await valueOf(deleteRoom(contextOf(`${server.url}/v1`), 's1', id));
      expect(server.requests).toMatchObject([{ method: 'DELETE', url: `/v1/servers/s1/rooms/${segment}` }]);
    });

    test.each(['', '.', '..', '\ud800', 'a\udc00b', undefined, null, 5, {}])(
      'are not sent for the id %j',
      async (id) => {
        const server = await serve(empty(204));
        const ctx = contextOf(server.url);
        for (const result of [deleteRoom(ctx, 's1', id as string), deleteRoom(ctx, id as string, 'r1')])
          expect(await errorOf(result)).toMatchObject({
            kind: 'invalid_input',
            method: 'DELETE',
            attempts: 0,
            maybeApplied: false,
          });
        expect(server.requests).toHaveLength(0);
      },
    );
  });

  describe(`${name}: answers`, () => {
    test.each<[string, Answer]>([
      ['an HTML page', text('<!doctype html><title>Sign in</title>', 200, { 'content-type': 'text/html' })],
      ['an HTML page that calls itself JSON', text('<html>', 200, { 'content-type': 'application/json' })],
      ['truncated JSON', text('{"id":"m1","content":"h', 200, { 'content-type': 'application/json' })],
      ['null', json(null)],
      ['a list', json([])],
      ['a text', json('m1')],
      ['a field of another type', json({ ...sampleMessage(), content: 5 })],
      ['nothing', empty(200)],
      ['204', empty(204)],
    ])('%s is an invalid_response', async (_, answer) => {
      const server = await serve(answer);
      const error = await errorOf(send(contextOf(server.url)));
      expect(error).toMatchObject({
        kind: 'invalid_response',
        method: 'POST',
        path: '/servers/s1/rooms/r1/messages',
        attempts: 1,
      });
      expect(error).toMatchObject({ maybeApplied: true, status: expect.any(Number) as number });
      expect(error).toHaveProperty('issues.0.message');
      expect(server.requests).toHaveLength(1);
    });

    test('that lack a field say which one, and never what was there', async () => {
      const server = await serve(
        json({
          ...samplePage(['m1', 'm2']),
          messages: [sampleMessage(), { ...sampleMessage(), content: null, id: ['secret'] }],
        }),
      );
      const error = await errorOf(listRoomMessages(contextOf(server.url), 's1', 'r1'));
      expect(error).toMatchObject({
        kind: 'invalid_response',
        maybeApplied: false,
        issues: [{ path: 'messages.1.id' }, { path: 'messages.1.content' }],
      });
      expect(JSON.stringify(error)).not.toContain('secret');
    });

    test.each<[string, Record<string, string>]>([
      ['no content type', {}],
      ['text/plain', { 'content-type': 'text/plain' }],
      ['text/html', { 'content-type': 'text/html; charset=utf-8' }],
      ['octets', { 'content-type': 'application/octet-stream' }],
      ['nonsense', { 'content-type': ';;' }],
    ])('of valid JSON with %s are taken', async (_, headers) => {
      const server = await serve(text('{"version":"1"}', 200, headers));
      expect(await valueOf(getVersion(contextOf(server.url)))).toEqual({ version: '1' });
    });

    test('may start with a byte order mark, and be compressed', async () => {
      const plain = Buffer.from('\ufeff{"version":"ä😀"}');
      const server = await serve(text(plain), text(gzipSync(plain), 200, { 'content-encoding': 'gzip' }));
      const ctx = contextOf(server.url, { headers: { 'accept-encoding': 'gzip' } });
      expect(await valueOf(getVersion(ctx))).toEqual({ version: 'ä😀' });
      expect(await valueOf(getVersion(ctx))).toEqual({ version: 'ä😀' });
    });

    test('keep fields that nobody knows yet', async () => {
      const server = await serve(json({ version: '1', __proto__: null, later: { a: [1] } }));
      expect(await valueOf(getVersion(contextOf(server.url)))).toEqual({ version: '1', later: { a: [1] } });
    });

    test.each<[string, Answer]>([
      ['204', empty(204)],
      ['an empty 200', empty(200)],
      ['an empty 201', empty(201)],
      ['JSON', json({ ok: true })],
    ])('%s is the end of what answers nothing', async (_, answer) => {
      const server = await serve(answer);
      expect(await valueOf(deleteRoom(contextOf(server.url), 's1', 'r1'))).toBeUndefined();
    });

    test('of a page are not taken for the end of what answers nothing', async () => {
      const server = await serve(
        text('\n<!DOCTYPE html><title>Back soon</title>', 200, { 'content-type': 'text/html' }),
      );
      const error = await errorOf(deleteRoom(contextOf(server.url), 's1', 'r1'));
      expect(error).toMatchObject({ kind: 'invalid_response', attempts: 1, maybeApplied: true });
    });

    test.each([301, 302, 303, 307, 308])('of %d are an error, and nobody is asked for the rest', async (status) => {
      const elsewhere = await serve(json({ version: '1' }));
      const server = await serve(
        empty(status, { location: `${elsewhere.url}/version` }),
        empty(status, { location: '/version' }),
      );
      const ctx = contextOf(server.url);
      expect(await errorOf(send(ctx))).toMatchObject({ kind: 'api', status, attempts: 1, maybeApplied: true });
      expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'api', status, attempts: 1, maybeApplied: false });
      expect(server.requests).toHaveLength(2);
      expect(elsewhere.requests).toHaveLength(0);
    });

    test.each<[number, LagErrorKind]>([
      [304, 'api'],
      [400, 'api'],
      [401, 'auth'],
      [403, 'permission'],
      [404, 'not_found'],
      [408, 'api'],
      [409, 'conflict'],
      [410, 'api'],
      [413, 'api'],
      [418, 'api'],
      [422, 'api'],
      [429, 'rate_limit'],
      [500, 'server'],
      [501, 'server'],
      [502, 'server'],
      [503, 'server'],
      [504, 'server'],
      [599, 'server'],
    ])('of %d are a %s error', async (status, kind) => {
      const server = await serve(
        json({ error: 'CODE', message: 'What happened', statusCode: status }, status, { 'x-request-id': 'q1' }),
      );
      const error = await errorOf(getVersion(contextOf(server.url, { maxRetries: 0 })));
      expect(error).toMatchObject({
        kind,
        status,
        requestId: 'q1',
        method: 'GET',
        path: '/version',
        attempts: 1,
        maybeApplied: false,
      });
      if (status > 304) expect(error).toMatchObject({ code: 'CODE', message: 'What happened' });
      if (kind === 'api' && status > 304)
        expect(error).toMatchObject({ body: { error: 'CODE', message: 'What happened', statusCode: status } });
      else expect(error).not.toHaveProperty('body.error');
    });

    test.each<[string, string, unknown]>([
      ['an HTML page', '<html>nginx</html>', '<html>nginx</html>'],
      ['nothing', '', ''],
      ['plain text', 'no such host', 'no such host'],
      ['null', 'null', null],
      ['a list', '[1]', [1]],
      ['an empty message', '{"message":""}', { message: '' }],
      ['fields of other types', '{"error":{"a":1},"message":["m"]}', { error: { a: 1 }, message: ['m'] }],
    ])('outside 2xx may hold %s', async (_, body, seen) => {
      const server = await serve(text(body, 400));
      const error = await errorOf(getVersion(contextOf(server.url)));
      expect(error).toMatchObject({ kind: 'api', status: 400, message: expect.stringContaining('400') as string });
      expect((error as { body?: unknown }).body).toEqual(seen);
      expect((error as { code?: unknown }).code).toBeUndefined();
    });

    test('outside 2xx have their message and code cut at 500 characters', async () => {
      const server = await serve(json({ message: 'm'.repeat(501), error: 'e'.repeat(501) }, 403));
      expect(await errorOf(getVersion(contextOf(server.url)))).toMatchObject({
        message: 'm'.repeat(500),
        code: 'e'.repeat(500),
      });
    });

    test('outside 2xx may come in pieces that split a character', async () => {
      const [start, end] = [Buffer.from('{"message":"caf\xc3', 'latin1'), Buffer.from('\xa9"}', 'latin1')];
      const server = await serve((response) => {
        response.writeHead(403).write(start);
        setRealTimeout(() => response.end(end), 10);
      });
      expect(await errorOf(getVersion(contextOf(server.url)))).toMatchObject({ kind: 'permission', message: 'café' });
    });

    test('to a stream come with their body unread', async () => {
      const go = deferred();
      const server = await serve((response) => {
        response.writeHead(200, { 'x-own': 'own' }).write('first');
        void go.promise.then(() => response.end('last'));
      });
      const streamed = call<LagResponse>(
        contextOf(server.url),
        { name: 'x', path: '/stream', robot: 'same', stream: true },
        undefined,
      );
      const { status, headers, body, stream } = await valueOf(streamed);
      expect({ status, own: headers.get('X-Own'), body }).toEqual({ status: 200, own: 'own', body: '' });
      const reader = stream!.getReader();
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('first');
      go.resolve();
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('last');
      expect(await reader.read()).toMatchObject({ done: true });
    });

    test('to a stream may be an error, or hold nothing', async () => {
      const server = await serve(json({ message: 'no stream' }, 403), empty(204));
      const operation = { name: 'x', path: '/stream', robot: 'same', stream: true } as const;
      expect(await errorOf(call(contextOf(server.url), operation, undefined))).toMatchObject({
        kind: 'permission',
        message: 'no stream',
      });
      const { status, body, stream } = await valueOf(call<LagResponse>(contextOf(server.url), operation, undefined));
      expect({ status, body, stream }).toEqual({ status: 204, body: '', stream: undefined });
    });

    test('outside 2xx are read up to 64 KB, then the connection is closed', async () => {
      const closed = deferred();
      const server = await serve((response) => {
        response.on('close', closed.resolve);
        response.writeHead(400);
        const pour = (): void => {
          while (response.write('é'.repeat(8191)));
          response.once('drain', pour);
        };
        pour();
      });
      const error = await errorOf(getVersion(contextOf(server.url)));
      expect(error).toMatchObject({ kind: 'api', status: 400 });
      expect(Buffer.byteLength((error as unknown as { body: string }).body)).toBe(65_536);
      await closed.promise;
    });
  });

  describe(`${name}: time`, () => {
    test.each<[string, Answer]>([
      ['before the headers', stall],
      ['after the headers', stallBody('')],
      ['inside of the body', stallBody('{"id":')],
      ['inside of the body of an error', stallBody('{"message":', 400)],
      [
        'never, but comes in drops',
        (response) => {
          const drop = () => {
            if (!response.destroyed) response.write(' ', () => setImmediate(drop));
          };
          drop();
        },
      ],
    ])('an answer that stalls %s is a timeout, and its connection is closed', async (_, answer) => {
      const closed = deferred();
      const timers = trackTimers();
      const server = await serve((response, request) => {
        response.on('close', closed.resolve);
        answer(response, request);
        void turns(10).then(timers.expire);
      });
      const error = await errorOf(send(contextOf(server.url), { timeoutMs: 40_000 }));
      expect(error).toMatchObject({ kind: 'timeout', attempts: 1, maybeApplied: true, method: 'POST' });
      await closed.promise;
      expect(server.requests).toHaveLength(1);
      expect(timers.delays).toEqual([40_000]);
      expect(timers.pending()).toBe(0);
    });

    test('the deadline ends an attempt before its own time', async () => {
      const timers = trackTimers();
      const server = await serve(() => timers.expire());
      const ctx = contextOf(server.url, { deadlineMs: 20_000 });
      expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'timeout', attempts: 1 });
      expect(server.requests).toHaveLength(1);
      expect(timers.delays).toEqual([expect.toSatisfy((ms: number) => ms > 10_000 && ms <= 20_000)]);
    });

    test('the deadline counts from the start, retries included', async () => {
      const timers = trackTimers();
      const server = await serve(empty(500), () => timers.expire());
      const call = errorOf(getVersion(contextOf(server.url, { deadlineMs: 20_000 })));
      // The wait before the second attempt.
      await timers.started(2);
      timers.expire();
      expect(await call).toMatchObject({ kind: 'timeout', attempts: 2 });
      const [first, wait, second, ...others] = timers.delays;
      expect(first).toBeGreaterThan(15_000);
      expect(second).toBeLessThanOrEqual(20_000 - wait!);
      expect(others).toEqual([]);
    });

    test('a wait that would pass the deadline is not begun', async () => {
      const timers = trackTimers();
      const server = await serve(empty(503, { 'retry-after': '50' }));
      const error = await errorOf(getVersion(contextOf(server.url, { deadlineMs: 40_000 })));
      expect(error).toMatchObject({ kind: 'server', attempts: 1, retryAfterSeconds: 50 });
      // The time of the attempt alone.
      expect(timers.delays).toHaveLength(1);
    });

    test.each([Infinity, 2 ** 31 - 1, 1e9])('limits of %d ms overflow no timer', async (ms) => {
      const warned = vi.fn();
      process.on('warning', warned);
      const timers = trackTimers();
      const server = await serve(json({ version: '1' }));
      await valueOf(getVersion(contextOf(server.url, { timeoutMs: ms, deadlineMs: ms }), { timeoutMs: ms }));
      await new Promise(setImmediate);
      process.off('warning', warned);
      expect(warned).not.toHaveBeenCalled();
      expect(timers).toSatisfy(({ delays, pending }) => delays.length === (ms === Infinity ? 0 : 1) && pending() === 0);
    });

    test('a signal that aborted before the start sends nothing', async () => {
      const server = await serve(json(sampleMessage()));
      const signal = AbortSignal.abort(new Error('changed my mind'));
      const error = await errorOf(send(contextOf(server.url), { signal }));
      expect(error).toMatchObject({
        kind: 'aborted',
        maybeApplied: false,
        cause: { message: 'changed my mind' },
      });
      expect(error.attempts).toBe(0);
      expect(server.requests).toHaveLength(0);
    });

    test.each<[string, Answer]>([
      ['before the headers', stall],
      ['inside of the body', stallBody('{"id":')],
    ])('a signal that aborts %s ends the call', async (_, answer) => {
      const caller = new AbortController();
      const closed = deferred();
      const server = await serve((response, request) => {
        response.on('close', closed.resolve);
        answer(response, request);
        setRealTimeout(() => caller.abort(), 10);
      });
      const timers = trackTimers();
      const error = await errorOf(send(contextOf(server.url), { signal: caller.signal }));
      expect(error).toMatchObject({ kind: 'aborted', attempts: 1, maybeApplied: true });
      await closed.promise;
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
      expect(timers.pending()).toBe(0);
    });

    test('a signal that aborts inside of a wait ends the call', async () => {
      const caller = new AbortController();
      const server = await serve(empty(429, { 'retry-after': '30' }));
      const timers = trackTimers();
      const failed = errorOf(send(contextOf(server.url), { signal: caller.signal }));
      await timers.started(2);
      caller.abort();
      expect(await failed).toMatchObject({ kind: 'aborted', attempts: 1, maybeApplied: false });
      expect(server.requests).toHaveLength(1);
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
      expect(timers).toSatisfy(({ delays, pending }) => delays[1] === 30_000 && pending() === 0);
    });

    test('a signal that many calls share keeps no listener of them', async () => {
      const { signal } = new AbortController();
      skipTime();
      const server = await serve(empty(503), json({ version: '1' }));
      const ctx = contextOf(server.url);
      for (let call = 0; call < 3; call++) await valueOf(getVersion(ctx, { signal }));
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
  });

  describe(`${name}: retries`, () => {
    const atFloor = [expect.toSatisfy((ms: number) => ms >= 187.5 && ms <= 250)];

    test.each<[string, number, string, readonly unknown[]]>([
      ['in seconds', 429, '1', [1000]],
      ['in seconds', 503, '60', [60_000]],
      ['with a fraction', 429, '1.5', [1500]],
      ['of zero', 429, '0', atFloor],
      ['below the floor', 429, '0.1', atFloor],
      ['in the past', 429, 'Wed, 21 Oct 2015 07:28:00 GMT', atFloor],
      ['of nonsense', 429, 'soon', atFloor],
      ['of nothing', 503, '', atFloor],
      ['below zero', 429, '-7', atFloor],
      ['of two numbers', 429, '1.2.3', atFloor],
      ['on a 500', 500, '5', atFloor],
      ['on a 502', 502, '5', atFloor],
    ])('honour a Retry-After %s (%d, %j)', async (_, status, retryAfter, expected) => {
      const { waits } = skipTime((ms) => ms === 30_000);
      const server = await serve(empty(status, { 'retry-after': retryAfter }), json({ version: '1' }));
      await valueOf(getVersion(contextOf(server.url)));
      expect(waits).toEqual(expected);
    });

    test('honour a Retry-After with a date', async () => {
      const { waits } = skipTime();
      const inSeconds = (s: number): string => new Date(Date.now() + s * 1000).toUTCString();
      const server = await serve(
        (response) => response.writeHead(503, { 'retry-after': inSeconds(20) }).end(),
        json({ version: '1' }),
      );
      await valueOf(getVersion(contextOf(server.url)));
      expect(waits).toEqual([expect.toSatisfy((ms: number) => ms > 18_000 && ms <= 20_000)]);
    });

    test.each<[string, number, Partial<ContextOptions>]>([
      ['3600', 429, {}],
      ['Thu, 01 Jan 2099 00:00:00 GMT', 503, {}],
      ['99999999999999999999', 429, {}],
      ['2', 429, { maxRetryAfterMs: 1999 }],
      ['1', 503, { maxRetryAfterMs: 0 }],
    ])('do not wait for a Retry-After of %s', async (retryAfter, status, options) => {
      const { waits } = skipTime();
      const server = await serve(empty(status, { 'retry-after': retryAfter }));
      const error = await errorOf(getVersion(contextOf(server.url, options)));
      expect(error).toMatchObject({ kind: status === 429 ? 'rate_limit' : 'server', status, attempts: 1 });
      const { retryAfterSeconds } = error as { retryAfterSeconds?: number };
      if (/^\d{1,4}$/.test(retryAfter)) expect(retryAfterSeconds).toBe(+retryAfter);
      else expect(retryAfterSeconds).toBeGreaterThan(2e9);
      expect(Number.isSafeInteger(Math.floor(retryAfterSeconds!))).toBe(true);
      expect(waits).toEqual([]);
      expect(server.requests).toHaveLength(1);
    });

    test('wait longer each time, up to 8 s', async () => {
      const { waits } = skipTime();
      const server = await serve(empty(500));
      await errorOf(getVersion(contextOf(server.url, { maxRetries: 7 })));
      expect(waits).toHaveLength(7);
      for (const [n, ms] of waits.entries()) {
        const most = Math.min(8000, 250 * 2 ** n);
        expect(ms).toBeGreaterThanOrEqual(most * 0.75);
        expect(ms).toBeLessThanOrEqual(most);
      }
    });

    test('really wait', async () => {
      const server = await serve(empty(500), json({ version: '1' }));
      expect(await elapsed(valueOf(getVersion(contextOf(server.url))))).toBeGreaterThan(150);
    });

    const ambiguous: [string, LagErrorKind, (expire: () => void) => Answer][] = [
      ['500', 'server', () => empty(500)],
      ['503', 'server', () => empty(503)],
      ['a reset before the headers', 'connection', () => reset],
      ['a reset inside of the body', 'connection', () => resetBody],
      ['a truncated body', 'connection', () => truncate],
      ['a timeout', 'timeout', (expire) => expire],
      ['a timeout inside of the body', 'timeout', (expire) => (response) => response.write('{"id":', expire)],
    ];
    test.each(ambiguous)('never send twice after %s', async (_, kind, answerOf) => {
      const { waits, expire } = skipTime();
      const server = await serve(answerOf(expire), json(sampleMessage()));
      const error = await errorOf(send(contextOf(server.url)));
      expect(error).toMatchObject({ kind, attempts: 1, maybeApplied: true, method: 'POST' });
      expect(server.requests).toHaveLength(1);
      expect(waits).toHaveLength(0);
    });

    test.each(ambiguous)("send again after %s with retry: 'always'", async (_, __, answerOf) => {
      const { waits, expire } = skipTime();
      const server = await serve(answerOf(expire), answerOf(expire), json(sampleMessage()));
      expect(await valueOf(send(contextOf(server.url), { retry: 'always' }))).toMatchObject({ id: 'm1' });
      expect(server.requests).toHaveLength(3);
      for (const { body } of server.requests) expect(body).toEqual(server.requests[0]!.body);
      expect(waits).toHaveLength(2);
    });

    test.each(ambiguous)('read again after %s', async (_, __, answerOf) => {
      const { waits, expire } = skipTime();
      const server = await serve(answerOf(expire), json({ version: '1' }));
      expect(await valueOf(getVersion(contextOf(server.url)))).toEqual({ version: '1' });
      expect(server.requests).toHaveLength(2);
      expect(waits).toHaveLength(1);
    });

    test("a call's retry goes before the context's", async () => {
      skipTime();
      const server = await serve(empty(500));
      const ctx = contextOf(server.url, { retry: 'always' });
      expect(await errorOf(send(ctx))).toMatchObject({ attempts: 3, maybeApplied: true });
      expect(await errorOf(send(ctx, { retry: 'safe' }))).toMatchObject({ attempts: 1, maybeApplied: true });
    });

    test('repeat a send that was refused for its rate', async () => {
      const { waits } = skipTime();
      const server = await serve(
        json({ message: 'slow down' }, 429, { 'retry-after': '2' }),
        json(sampleMessage(), 201),
      );
      expect(await valueOf(send(contextOf(server.url)))).toMatchObject({ id: 'm1' });
      expect(server.requests).toHaveLength(2);
      expect(waits).toEqual([2000]);
    });

    test('give up on a rate limit without having applied anything', async () => {
      skipTime();
      const server = await serve(empty(429));
      expect(await errorOf(send(contextOf(server.url)))).toMatchObject({
        kind: 'rate_limit',
        attempts: 3,
        maybeApplied: false,
      });
    });

    test('repeat a send that found nobody there', async () => {
      const { waits } = skipTime();
      const error = await errorOf(send(contextOf(await refusedUrl())));
      expect(error).toMatchObject({
        kind: 'connection',
        attempts: 3,
        maybeApplied: false,
        cause: { code: 'ECONNREFUSED' },
      });
      expect(error.message).toContain('ECONNREFUSED');
      expect(error).not.toHaveProperty('status');
      expect(waits).toHaveLength(2);
    });

    test.each([0, 1, 4])('happen up to %d times', async (maxRetries) => {
      skipTime();
      const server = await serve(empty(502));
      const ctx = contextOf(server.url, { maxRetries });
      expect(await errorOf(getVersion(ctx))).toMatchObject({
        kind: 'server',
        attempts: maxRetries + 1,
        maybeApplied: false,
      });
      expect(server.requests).toHaveLength(maxRetries + 1);
      expect(await errorOf(getVersion(ctx, { maxRetries: 3 }))).toMatchObject({ attempts: 4 });
    });

    test('happen for ever with Infinity, as long as it takes', async () => {
      const { waits } = skipTime();
      const server = await serve(...(Array(40).fill(empty(500)) as [Answer]), json({ version: '1' }));
      await valueOf(getVersion(contextOf(server.url, { maxRetries: Infinity })));
      expect(waits).toHaveLength(40);
    });

    test.each([301, 400, 401, 403, 404, 408, 409, 410])('do not happen after %d', async (status) => {
      const server = await serve(empty(status));
      expect(await errorOf(getVersion(contextOf(server.url)))).toMatchObject({ status, attempts: 1 });
      expect(await errorOf(send(contextOf(server.url, { retry: 'always' })))).toMatchObject({
        attempts: 1,
        maybeApplied: status < 400,
      });
      expect(server.requests).toHaveLength(2);
    });

    test('do not happen after an answer that makes no sense', async () => {
      const server = await serve(text('<html>'));
      expect(await errorOf(getVersion(contextOf(server.url)))).toMatchObject({ kind: 'invalid_response', attempts: 1 });
    });

    test('remember that an earlier attempt may have been carried out', async () => {
      skipTime();
      const server = await serve(reset, empty(404));
      const error = await errorOf(deleteRoomMessage(contextOf(server.url), 's1', 'r1', 'm1'));
      expect(error).toMatchObject({ kind: 'not_found', attempts: 2, maybeApplied: true });
      const again = await serve(empty(429), empty(503), empty(429), empty(409));
      expect(
        await errorOf(editRoomMessage(contextOf(again.url, { maxRetries: 9 }), 's1', 'r1', 'm1', { content: 'x' })),
      ).toMatchObject({ kind: 'conflict', attempts: 4, maybeApplied: true });
      const never = await serve(empty(429), empty(404));
      expect(await errorOf(deleteRoom(contextOf(never.url), 's1', 'r1'))).toMatchObject({
        attempts: 2,
        maybeApplied: false,
      });
    });
  });
};
