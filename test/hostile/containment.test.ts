import { getEventListeners } from 'node:events';
import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallOptions } from '../../src/call-options.js';
import { createContext } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import { uploadImage } from '../../src/operations/images.js';
import { deleteRoom } from '../../src/operations/rooms.js';
import { listRoomMessages, sendRoomMessage } from '../../src/operations/room-messages.js';
import { getVersion } from '../../src/operations/system.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import type { LagHandler, LagResponse, LagResult, LagMiddleware } from '../../src/pipeline/types.js';
import { parseCommand } from '../../src/robots/parse-command.js';
import { streamRobotEvents } from '../../src/robots/sse.js';
import { contextOver } from '../support/contexts.js';
import { deferred, errorOf, valueOf } from '../support/results.js';
import { ROBOT_TOKEN, sampleMessage, USER_TOKEN } from '../support/samples.js';
import { refusedUrl } from '../support/server.js';
import { inVirtualTime } from '../support/clock.js';

/** A context over a function of the test, with middleware of the test. */
const contextWith = (fetch: () => Promise<Response>, ...middleware: LagMiddleware[]) =>
  contextOver(fetch, { baseUrl: 'http://localhost', middleware });

const version = async () => Response.json({ version: '1' });

/** Rejections that nobody handled, once the event loop has gone round. */
const unhandled = async (run: () => Promise<unknown>): Promise<unknown[]> => {
  const reasons: unknown[] = [];
  const onRejection = (reason: unknown) => void reasons.push(reason);
  // Vitest's own would fail the test, whatever it says.
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', onRejection);
  onTestFinished(() => {
    process.off('unhandledRejection', onRejection);
    for (const other of others) process.on('unhandledRejection', other);
  });
  await run();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return reasons;
};

describe('a middleware that asks for nonsense, and does not wait for it,', () => {
  const answer: LagResponse = { status: 200, headers: new Headers(), body: '{"version":"own"}' };
  test.each<[string, (next: LagHandler, request: never) => unknown]>([
    ['nothing', (next) => next(undefined as never)],
    ['null', (next) => next(null as never)],
    ['a text', (next) => next('request' as never)],
    ['a request without trace', (next, request: object) => next({ ...request, trace: undefined } as never)],
    ['a request with a signal of its own', (next, request: object) => next({ ...request, signal: {} } as never)],
    ['a request without headers', (next, request: object) => next({ ...request, headers: 5 } as never)],
  ])('(%s) leaves no rejection behind', async (_, ask) => {
    const middleware: LagMiddleware = (next) => (request) => {
      ask(next, request as never);
      return okAsync(answer);
    };
    const ctx = contextWith(version, middleware, (next) => (request) => next(request));
    expect(await unhandled(async () => valueOf(getVersion(ctx)))).toEqual([]);
  });

  test('even when it is composed', async () => {
    const middleware: LagMiddleware = (next) => {
      void next(undefined as never);
      return next;
    };
    expect(await unhandled(async () => valueOf(getVersion(contextWith(version, middleware))))).toEqual([]);
  });
});

test('a middleware that is async too early, and rejects, leaves no rejection behind', async () => {
  expect(
    await unhandled(async () => {
      const ctx = contextWith(version, (async () => Promise.reject(new Error('own'))) as never);
      expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_input', attempts: 0 });
    }),
  ).toEqual([]);
});

describe('a signal that is none', () => {
  const throws = () => {
    throw new Error('own');
  };
  const signals: [string, object][] = [
    ['an empty object', {}],
    ['half of one', { aborted: false }],
    ['one whose listeners cannot be added', { aborted: false, addEventListener: throws }],
    ['a target of events', new EventTarget()],
    ['a controller', new AbortController()],
  ];

  test.each(signals)('(%s) is invalid_input before anything is sent', async (_, signal) => {
    let isSent = false;
    const ctx = contextWith(async () => {
      isSent = true;
      return version();
    });
    const options = { signal, timeoutMs: 50 } as CallOptions;
    expect(
      await unhandled(async () => {
        const calls: LagResult<unknown>[] = [
          sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, options),
          getVersion(ctx, options),
        ];
        for (const call of calls)
          expect(await errorOf(call)).toMatchObject({ kind: 'invalid_input', attempts: 0, maybeApplied: false });
      }),
    ).toEqual([]);
    expect(isSent).toBe(false);
  });

  test.each(signals)('(%s) of a middleware is invalid_input too', async (_, signal) => {
    const ctx = contextWith(version, (next) => (request) => next({ ...request, signal: signal as AbortSignal }));
    expect(
      await unhandled(async () => expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_input' })),
    ).toEqual([]);
  });
});

describe('a middleware that asks twice at a time', () => {
  test('learns that the one may have been carried out though the other was refused', async () => {
    const refused = deferred();
    let asked = 0;
    const ctx = contextWith(
      async () => {
        if (++asked === 1) return new Response('', { status: 403 });
        await refused.promise;
        throw new TypeError('fetch failed', { cause: new Error('other side closed') });
      },
      (next) => async (request) => {
        const both = [next(request), next(request)] as const;
        await both[0];
        refused.resolve();
        return both[1];
      },
    );
    expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({
      kind: 'connection',
      attempts: 2,
      maybeApplied: true,
    });
  });

  test('and gives up on the one that is under way learns so too', async () => {
    let asked = 0;
    const ctx = contextWith(
      async () => (++asked === 1 ? new Response('', { status: 403 }) : new Promise<Response>(() => {})),
      (next) => async (request) => {
        const first = next(request);
        void next(request);
        return first;
      },
    );
    expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, { timeoutMs: 50 }))).toMatchObject({
      kind: 'permission',
      attempts: 2,
      maybeApplied: true,
    });
  });
});

describe('a deadline that passes between two steps', () => {
  test('while a wait is late, sends nothing more and says what came last', () =>
    inVirtualTime(
      async () => {
        let asked = 0;
        const ctx = contextWith(async () => {
          asked++;
          return new Response('', { status: 429, headers: { 'retry-after': '1' } });
        });
        const error = await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, { deadlineMs: 1010 }));
        expect(error).toMatchObject({ kind: 'timeout', attempts: 1, maybeApplied: false });
        expect(asked).toBe(1);
      },
      { lagMs: 50 },
    ));

  test('while a middleware keeps the event loop busy, sends nothing', async () => {
    let isSent = false;
    const ctx = contextWith(
      async () => {
        isSent = true;
        return Response.json(sampleMessage());
      },
      (next) => async (request) => {
        while (performance.now() <= request.deadlineAt);
        return next(request);
      },
    );
    expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, { deadlineMs: 5 }))).toMatchObject({
      kind: 'timeout',
      attempts: 0,
      maybeApplied: false,
    });
    expect(isSent).toBe(false);
  });
});

test('a transport that answers with a frozen error, or an error that is its own cause, is contained', async () => {
  const loop = new Error('loop');
  loop.name = 'LagError';
  loop.cause = loop;
  for (const error of [Object.freeze(Object.assign(new Error('e'), { name: 'LagError' })), loop]) {
    const ctx = createContext(USER_TOKEN, { transport: (() => errAsync(error)) as never, maxRetries: 0 });
    expect((await getVersion(ctx)).isErr()).toBe(true);
  }
});

test('a middleware that freezes errors does not hide what may have been done', async () => {
  const freeze: LagMiddleware = (next) => (request) => next(request).mapErr((error) => Object.freeze(error));
  const answer = async () => new Response('{"message":"m"}', { status: 503, headers: { 'x-request-id': 'q1' } });
  const ctx = contextWith(answer, freeze, freeze);
  expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({
    kind: 'server',
    message: 'm',
    status: 503,
    requestId: 'q1',
    method: 'POST',
    path: '/servers/s1/rooms/r1/messages',
    attempts: 1,
    maybeApplied: true,
  });
});

test('a middleware whose errors cannot be read is contained', async () => {
  const boom = () => {
    throw new Error('own');
  };
  const traps = { isExtensible: boom, ownKeys: boom, set: boom, defineProperty: boom };
  const error = new Proxy(Object.assign(new Error('e'), { name: 'LagError' }), traps);
  const ctx = contextWith(version, () => () => errAsync<LagResponse, LagError>(error as never));
  expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({
    kind: 'invalid_input',
    method: 'POST',
    attempts: 0,
  });
});

test('a stream of events without a body leaves no timer', () =>
  inVirtualTime(async (time) => {
    const fetch = async () => new Response(null, { headers: { 'content-type': 'text/event-stream' } });
    const ctx = contextOver(fetch, {}, ROBOT_TOKEN as 'lag_robot_x');
    const { value } = await streamRobotEvents(ctx).next();
    expect(value?._unsafeUnwrapErr()).toMatchObject({ kind: 'connection' });
    expect(time.pending()).toBe(0);
  }));

test('a source whose reader rejects and throws when it is left leaves no rejection behind', async () => {
  const reader = {
    read: async () => ({ done: false, value: 'no bytes' }),
    cancel: () => Promise.reject(new Error('own')),
    releaseLock: () => {
      throw new Error('own');
    },
  };
  const upload = uploadImage(contextWith(version), { getReader: () => reader } as never, { purpose: 'chat' });
  expect(
    await unhandled(async () => expect(await errorOf(upload)).toMatchObject({ kind: 'invalid_input', attempts: 0 })),
  ).toEqual([]);
});

test('fetchTransport does not throw for options that are none, or throw', async () => {
  const trapped = {
    get fetch() {
      throw new Error('own');
    },
  };
  for (const options of [null, 5, trapped]) {
    const transport = fetchTransport(options as never);
    const ctx = createContext(USER_TOKEN, { transport, baseUrl: await refusedUrl(), maxRetries: 0 });
    expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'connection' });
  }
});

test('parseCommand does not throw for a prefix that is no text', () => {
  for (const prefix of [null, 5, {}, new Proxy({}, { getPrototypeOf: () => null })])
    expect(parseCommand('!ping', prefix as string)).toBeUndefined();
});

test('the names of a query are encoded, like its values', async () => {
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    return Response.json({ messages: [], hasMore: false, nextCursor: null });
  };
  const ctx = createContext(USER_TOKEN, { baseUrl: 'https://lag.test', fetch });
  const query = JSON.parse('{ "a&b=c#d/../?": "x", "__proto__": "z" }') as object;
  await valueOf(listRoomMessages(ctx, 's1', 'r1', query));
  const { pathname, search, hash } = new URL(urls[0]!);
  expect({ pathname, search, hash }).toEqual({
    pathname: '/servers/s1/rooms/r1/messages',
    search: '?a%26b%3Dc%23d%2F..%2F%3F=x&__proto__=z',
    hash: '',
  });
});

test('the listeners of one signal stay few, however a call ends', async () => {
  const { signal } = new AbortController();
  const ends: (() => Promise<Response>)[] = [
    version,
    async () => new Response('<html>'),
    async () => new Response('', { status: 403 }),
    () => Promise.reject(new Error('own')),
    () => new Promise(() => {}),
    async () => new Response(new ReadableStream()),
  ];
  for (const end of ends)
    for (const options of [{ timeoutMs: 5, maxRetries: 0 }, { deadlineMs: 5 }])
      await deleteRoom(
        contextWith(end, (next) => (request) => next(request)),
        's1',
        'r1',
        { signal, ...options },
      );
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
