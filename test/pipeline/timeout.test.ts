import { getEventListeners } from 'node:events';
import { err } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { createContext, type ContextOptions } from '../../src/context.js';
import { getVersion } from '../../src/operations/system.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { deleteRoom } from '../../src/operations/rooms.js';
import type { LagMiddleware } from '../../src/pipeline/types.js';
import type { LagTransportRequest } from '../../src/pipeline/transport.js';
import { contextOverTransport } from '../support/contexts.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';
import { respondWith } from '../support/transports.js';
import { inVirtualTime } from '../support/clock.js';

const version = () => respondWith('{"version":"1"}');

const contextWithoutRetries = (respond: (request: LagTransportRequest) => unknown, options?: ContextOptions) =>
  contextOverTransport(respond, { maxRetries: 0, ...options });

const boom = (): never => {
  throw new Error('own');
};

describe('a transport that', () => {
  test.each<[string, (request: LagTransportRequest) => unknown, string]>([
    ['throws', boom, 'no response: own'],
    ['rejects', () => Promise.reject(new Error('own')), 'no response: own'],
    [
      'returns nothing',
      () => undefined,
      'no response: the transport returned something that is not a Result of a response',
    ],
    [
      'returns a body that is not one',
      async () => respondWith(5 as never),
      'no response: the transport returned something that is not a Result of a response',
    ],
    [
      'returns an Err of its own',
      async () => err({ own: true }),
      'no response: the transport returned something that is not a Result of a response',
    ],
  ])('%s makes the call a connection error that may have been applied', async (_, respond, message) => {
    const error = await errorOf(deleteRoom(contextWithoutRetries(respond), 's1', 'r1'));
    expect(error).toMatchObject({ kind: 'connection', message, attempts: 1, maybeApplied: true });
  });

  test.each([5, 'x', {}, () => {}, { send: 5 }])('is %o makes every call invalid_input', async (transport) => {
    const ctx = createContext(USER_TOKEN, { transport: transport as never });
    expect(await errorOf(getVersion(ctx))).toMatchObject({
      kind: 'invalid_input',
      message: expect.stringContaining('invalid transport') as string,
      attempts: 0,
    });
  });

  test.each([
    ['refused', 'invalid_input', 0, false],
    ['not_sent', 'connection', 1, false],
    ['unknown', 'connection', 1, true],
  ] as const)('says %s makes a send a %s error after %d attempts', async (progress, kind, attempts, maybeApplied) => {
    const ctx = contextWithoutRetries(async () => err({ progress, cause: new Error('own') }));
    expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({
      kind,
      attempts,
      maybeApplied,
    });
  });
});

test.each([undefined, null, 5, {}])(
  'a middleware that returns %o instead of a function makes every call invalid_input',
  async (given) => {
    const ctx = contextWithoutRetries(async () => version(), { middleware: [() => given as never] });
    expect(await errorOf(getVersion(ctx))).toMatchObject({
      kind: 'invalid_input',
      message: 'invalid middleware: it must return a function',
      attempts: 0,
    });
  },
);

test('rejects a signal that is not an AbortSignal, and names it', async () => {
  const ctx = contextWithoutRetries(async () => version());
  const error = await errorOf(getVersion(ctx, { signal: new EventTarget() as AbortSignal }));
  expect(error).toMatchObject({ kind: 'invalid_input', message: 'invalid signal: pass an AbortSignal', attempts: 0 });
});

test('runs neither middleware nor transport if the call was aborted before it began', async () => {
  const asked: string[] = [];
  const transport = async () => (asked.push('transport'), version());
  const spy: LagMiddleware = (next) => (request) => (asked.push('middleware'), next(request));
  const signal = AbortSignal.abort(new Error('own'));
  for (const middleware of [[], [spy]]) {
    const error = await errorOf(getVersion(contextWithoutRetries(transport, { middleware }), { signal }));
    expect(error).toMatchObject({ kind: 'aborted', attempts: 0, maybeApplied: false });
    expect(error.cause).toBe(signal.reason);
  }
  expect(asked).toEqual([]);
});

describe('an attempt', () => {
  const hanging = () => {
    const signals: AbortSignal[] = [];
    const transport = ({ signal }: LagTransportRequest) => {
      signals.push(signal!);
      return new Promise(() => {});
    };
    return { transport, signals };
  };

  test.each<[ContextOptions, number, string]>([
    [{}, 30_000, 'no complete response within 30000 ms'],
    [{ timeoutMs: 20 }, 20, 'no complete response within 20 ms'],
    [{ timeoutMs: 20, deadlineMs: 10.5 }, 10.5, 'no complete response within 11 ms'],
    [{ timeoutMs: Infinity, deadlineMs: 40 }, 40, 'no complete response within 40 ms'],
  ])('with %j times out after %d ms and aborts the signal of the transport', (options, ms, message) =>
    inVirtualTime(async (time) => {
      const { transport, signals } = hanging();
      const { signal } = new AbortController();
      const error = await errorOf(getVersion(contextWithoutRetries(transport, options), { signal }));
      expect(error).toMatchObject({ kind: 'timeout', message, attempts: 1 });
      expect(time.now()).toBe(ms);
      expect(time.pending()).toBe(0);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }),
  );

  test('without a limit starts no timer, and has a signal only if the caller passed one', () =>
    inVirtualTime(async (time) => {
      const seen: LagTransportRequest[] = [];
      const transport = async (request: LagTransportRequest) => {
        seen.push(request);
        expect(time.pending()).toBe(0);
        return version();
      };
      const ctx = contextWithoutRetries(transport, { timeoutMs: Infinity });
      const { signal } = new AbortController();
      await valueOf(getVersion(ctx));
      await valueOf(getVersion(ctx, { signal }));
      expect(seen.map((request) => request.signal instanceof AbortSignal)).toEqual([false, true]);
      expect(seen[1]!.signal!.aborted).toBe(false);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }));

  test('leaves no timer if the response comes first', () =>
    inVirtualTime(async (time) => {
      const slow = async () => {
        await time.pass(5);
        return version();
      };
      await valueOf(getVersion(contextWithoutRetries(slow, { timeoutMs: 6, deadlineMs: 100 })));
      expect({ now: time.now(), pending: time.pending() }).toEqual({ now: 5, pending: 0 });
    }));

  test('whose deadline is this very millisecond is not sent', () =>
    inVirtualTime(async () => {
      const { transport, signals } = hanging();
      const late: LagMiddleware = (next) => (request) => next({ ...request, deadlineAt: performance.now() });
      const error = await errorOf(getVersion(contextWithoutRetries(transport, { middleware: [late] })));
      expect(error).toMatchObject({ kind: 'timeout', message: 'no time left of deadlineMs Infinity', attempts: 0 });
      expect(signals).toEqual([]);
    }));

  test('does not share its timeoutMs with a middleware, which ends with the deadline', () =>
    inVirtualTime(async (time) => {
      const hang: LagMiddleware = () => () => new Promise(() => {});
      const options = { middleware: [hang], timeoutMs: 10, deadlineMs: 50 };
      const error = await errorOf(getVersion(contextWithoutRetries(async () => version(), options)));
      expect(error).toMatchObject({ kind: 'timeout', message: 'no complete response within 50 ms', attempts: 0 });
      expect({ now: time.now(), pending: time.pending() }).toEqual({ now: 50, pending: 0 });
    }));

  test('that is aborted aborts the signal of the transport, and its error has the reason', () =>
    inVirtualTime(async (time) => {
      const { transport, signals } = hanging();
      const caller = new AbortController();
      const failed = errorOf(getVersion(contextWithoutRetries(transport), { signal: caller.signal }));
      await time.pass(10);
      expect(signals[0]!.aborted).toBe(false);
      caller.abort(new Error('changed my mind'));
      expect(await failed).toMatchObject({
        kind: 'aborted',
        message: 'the call was aborted by its signal',
        cause: caller.signal.reason as Error,
      });
      expect(signals[0]!.aborted).toBe(true);
      expect(time.pending()).toBe(0);
    }));
});
