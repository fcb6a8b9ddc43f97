import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { err, errAsync, ok, okAsync } from 'neverthrow';
import { describe, expect, test, vi } from 'vitest';
import { createContext, type ContextOptions } from '../../src/context.js';
import { isLagError, type LagError } from '../../src/errors.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { getMe } from '../../src/operations/users.js';
import { getVersion } from '../../src/operations/system.js';
import type { FetchLike } from '../../src/transports/fetch.js';
import type { LagRequest, LagMiddleware } from '../../src/pipeline/types.js';
import { contextAt } from '../support/contexts.js';
import { skipTime, trackTimers, turns } from '../support/clock.js';
import { deferred, errorOf, valueOf } from '../support/results.js';
import { ROBOT_TOKEN, sampleMessage, USER_TOKEN } from '../support/samples.js';
import { empty, json, serve } from '../support/server.js';

const contextWith = (baseUrl: string, middleware: readonly unknown[], options: ContextOptions = {}) =>
  contextAt(baseUrl, { middleware: middleware as LagMiddleware[], ...options });

const nowhere = 'http://127.0.0.1:1';

test('runs the first middleware outermost', async () => {
  const server = await serve(json({ version: '1' }));
  const log: string[] = [];
  const logging =
    (name: string): LagMiddleware =>
    (next) =>
    async (request) => {
      log.push(`${name} asks`);
      const answer = await next(request);
      log.push(`${name} is answered`);
      return answer;
    };
  await valueOf(getVersion(contextWith(server.url, [logging('first'), logging('second')])));
  expect(log).toEqual(['first asks', 'second asks', 'second is answered', 'first is answered']);
});

test('runs a middleware once per call, whatever the number of retries', async () => {
  skipTime();
  const server = await serve(empty(500), empty(503), json({ version: '1' }));
  const seen: LagRequest[] = [];
  const spy: LagMiddleware = (next) => (request) => {
    seen.push(request);
    return next(request);
  };
  await valueOf(getVersion(contextWith(server.url, [spy])));
  expect(server.requests).toHaveLength(3);
  expect(seen).toMatchObject([
    { method: 'GET', path: '/version', baseUrl: server.url, timeoutMs: 30_000, maxRetries: 2 },
  ]);
});

test('shows a middleware the path before it is rewritten for robots', async () => {
  const server = await serve(json(sampleMessage()));
  const paths: string[] = [];
  const ctx = createContext(ROBOT_TOKEN, {
    baseUrl: server.url,
    middleware: [
      (next) => (request) => {
        paths.push(request.path);
        return next(request);
      },
    ],
  });
  await valueOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }));
  expect(paths).toEqual(['/servers/s1/rooms/r1/messages']);
  expect(server.requests[0]!.url).toBe('/robots/@me/servers/s1/rooms/r1/messages');
});

test('sends the request and returns the response that a middleware changed', async () => {
  const server = await serve(json({ version: '1' }));
  const change: LagMiddleware = (next) => (request) =>
    next({ ...request, headers: { ...request.headers, 'x-trace': 't1' } }).map((answer) => ({
      ...answer,
      body: answer.body.replace('1', '2'),
    }));
  expect(await valueOf(getVersion(contextWith(server.url, [change])))).toEqual({ version: '2' });
  expect(server.requests[0]!.headers).toMatchObject({ 'x-trace': 't1', authorization: `Bearer ${USER_TOKEN}` });
});

test('sends nothing if a middleware responds by itself', async () => {
  const answer = okAsync({ status: 200, headers: new Headers(), body: '{"version":"cached"}' });
  expect(await valueOf(getVersion(contextWith(nowhere, [() => () => answer])))).toEqual({ version: 'cached' });
});

test('counts every attempt if a middleware retries by itself', async () => {
  const server = await serve(empty(409), json(sampleMessage()));
  const twice: LagMiddleware = (next) => (request) => next(request).orElse(() => next(request));
  const ctx = contextWith(server.url, [twice]);
  expect(await valueOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({ id: 'm1' });
  const failing = await serve(empty(500), empty(404));
  expect(
    await errorOf(sendRoomMessage(contextWith(failing.url, [twice]), 's1', 'r1', { content: 'hi' })),
  ).toMatchObject({
    kind: 'not_found',
    attempts: 2,
    maybeApplied: true,
  });
});

test('shows a middleware every error, refusals included, and returns the one it puts in its place', async () => {
  const seen: string[] = [];
  const spy: LagMiddleware = (next) => (request) =>
    next(request).mapErr((error) => {
      seen.push(error.kind);
      return Object.freeze(error);
    });
  const server = await serve(empty(403));
  expect(await errorOf(getVersion(contextWith(server.url, [spy])))).toMatchObject({ kind: 'permission' });
  const robot = contextAt(server.url, { middleware: [spy] }, ROBOT_TOKEN as string);
  expect(await errorOf(getMe(robot))).toMatchObject({ kind: 'invalid_token', attempts: 0 });
  expect(seen).toEqual(['permission', 'invalid_token']);
  expect(server.requests).toHaveLength(1);
});

describe('a middleware that', () => {
  const boom = (): never => {
    throw new Error('boom');
  };

  test.each<[string, unknown]>([
    ['is no function', 'middleware'],
    ['is null', null],
    ['throws when it is composed', boom],
  ])('%s makes every call an invalid_input', async (_, middleware) => {
    const ctx = contextWith(nowhere, [middleware]);
    for (let call = 0; call < 2; call++)
      expect(await errorOf(getVersion(ctx))).toMatchObject({
        kind: 'invalid_input',
        attempts: 0,
        method: 'GET',
        path: '/version',
      });
  });

  test.each<[string, unknown]>([
    ['gives no function', () => 5],
    ['throws', () => boom],
    ['rejects', () => () => Promise.reject(new Error('boom'))],
    ['rejects with nothing', () => () => Promise.reject()],
    ['answers nothing', () => () => undefined],
    ['answers a text', () => async () => 'ok'],
    ['answers a bare response', () => async () => ({ status: 200, headers: new Headers(), body: '{}' })],
    ['answers an Ok of nothing', () => () => okAsync(undefined)],
    ['answers an Ok without body', () => () => ok({ status: 200, headers: new Headers() })],
    ['answers an Err of a text', () => () => errAsync('boom')],
    ['answers an Err of another error', () => () => err(new TypeError('boom'))],
    ['answers a Result of no kind', () => () => ({ isErr: 5 })],
    // oxlint-disable-next-line unicorn/no-thenable
    ['answers a thenable that throws', () => () => ({ then: boom })],
    ['asks next for nothing', (next: (request: unknown) => unknown) => () => next(undefined)],
  ])('%s makes the call an invalid_input', async (_, middleware) => {
    const error = await errorOf(getVersion(contextWith(nowhere, [middleware])));
    expect(error).toMatchObject({ kind: 'invalid_input', attempts: 0, method: 'GET', path: '/version' });
  });

  test('throws makes the call an error whose cause says why', async () => {
    expect(await errorOf(getVersion(contextWith(nowhere, [() => boom])))).toMatchObject({
      cause: { message: 'boom' },
    });
  });

  test('throws after a send makes the call an error with maybeApplied', async () => {
    const server = await serve(json(sampleMessage()));
    const late: LagMiddleware = (next) => async (request) => {
      await next(request);
      return boom();
    };
    expect(
      await errorOf(sendRoomMessage(contextWith(server.url, [late]), 's1', 'r1', { content: 'hi' })),
    ).toMatchObject({
      kind: 'invalid_input',
      attempts: 1,
      maybeApplied: true,
    });
  });

  test('hangs ends with the deadline, and with the signal', async () => {
    const timers = trackTimers();
    const ctx = contextWith(nowhere, [() => () => new Promise(() => {})]);
    const late = errorOf(getVersion(ctx, { deadlineMs: 20_000 }));
    await timers.started(1);
    timers.expire();
    expect(await late).toMatchObject({ kind: 'timeout', attempts: 0 });
    const caller = new AbortController();
    const left = errorOf(getVersion(ctx, { signal: caller.signal }));
    await turns();
    caller.abort();
    expect(await left).toMatchObject({ kind: 'aborted', attempts: 0 });
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    expect(timers).toSatisfy(({ delays, pending }) => delays.length === 1 && pending() === 0);
  });

  test('uses up the deadline makes the call a timeout that sends nothing', async () => {
    const fetch = vi.fn<FetchLike>();
    const late: LagMiddleware = (next) => (request) => next({ ...request, deadlineAt: performance.now() - 1 });
    const error = await errorOf(getVersion(contextWith(nowhere, [late], { fetch })));
    expect(error).toMatchObject({ kind: 'timeout', maybeApplied: false });
    expect(fetch).not.toHaveBeenCalled();
  });

  test('takes longer than timeoutMs is not interrupted', async () => {
    const slow: LagMiddleware = () => async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return ok({ status: 200, headers: new Headers(), body: '{"version":"1"}' });
    };
    expect(await valueOf(getVersion(contextWith(nowhere, [slow], { timeoutMs: 1 })))).toEqual({ version: '1' });
  });

  test('is ended by the deadline has its attempt aborted', async () => {
    const timers = trackTimers();
    const server = await serve(() => timers.expire());
    const inner = deferred();
    const kinds: string[] = [];
    const spy: LagMiddleware = (next) => (request) =>
      next(request).mapErr((error) => {
        kinds.push(error.kind);
        inner.resolve();
        return error;
      });
    const ctx = contextWith(server.url, [spy]);
    const error = await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, { deadlineMs: 20_000 }));
    expect(error).toMatchObject({ kind: 'timeout', attempts: 1, maybeApplied: true });
    await inner.promise;
    expect(kinds).toEqual(['aborted']);
  });

  test('returns, throws or rejects with any value makes the call invalid_input', async () => {
    const hostile = fc.oneof(
      fc.anything(),
      fc.anything().map(ok),
      fc.anything().map((value) => err(value)),
    );
    await fc.assert(
      fc.asyncProperty(hostile, fc.nat(3), async (value, way) => {
        const middleware = [
          value,
          () => value,
          () => () => value,
          () => async () => {
            throw value;
          },
        ][way];
        const result = await getVersion(contextWith(nowhere, [middleware], { deadlineMs: 5000, maxRetries: 0 }));
        expect(result.isErr() && isLagError(result.error) && result.error.kind).toBe(
          'invalid_input' satisfies LagError['kind'],
        );
      }),
      { numRuns: 300 },
    );
  });
});
