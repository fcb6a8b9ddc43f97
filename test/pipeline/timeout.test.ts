import { getEventListeners } from 'node:events';
import { errAsync, ok, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { createContext, type ContextOptions } from '../../src/context.js';
import { lagError } from '../../src/errors.js';
import { getVersion } from '../../src/operations/system.js';
import type { LagHandler, LagRequest, LagResponse, LagMiddleware } from '../../src/pipeline/types.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';
import { inVirtualTime } from '../support/virtual-time.js';

const version = (body = '{"version":"1"}'): LagResponse => ({ status: 200, headers: new Headers(), body });

const contextOver = (transport: unknown, options?: ContextOptions) =>
  createContext(USER_TOKEN, { transport: transport as LagHandler, maxRetries: 0, ...options });

const boom = (): never => {
  throw new Error('own');
};

describe('a transport that', () => {
  test.each<[string, unknown, string | undefined]>([
    ['is none', 5, 'is not a function'],
    ['throws', boom, 'Error: own'],
    ['rejects', () => Promise.reject(new Error('own')), 'Error: own'],
    ['answers nothing', () => undefined, 'undefined'],
    ['answers no text', () => okAsync({ ...version(), body: 5 }), undefined],
    ['answers an Err of its own', () => errAsync('own'), undefined],
  ])('%s is a connection error', async (_, transport, why) => {
    const error = await errorOf(getVersion(contextOver(transport)));
    expect(error).toMatchObject({ kind: 'connection', message: 'a middleware or transport misbehaved', attempts: 1 });
    if (why === undefined) expect(error.cause).toBeUndefined();
    else expect((error.cause as Error).message).toContain(why);
  });

  test('knows its error makes the call end in it', async () => {
    const own = () => errAsync(lagError('timeout', 'my own'));
    expect(await errorOf(getVersion(contextOver(own)))).toMatchObject({ kind: 'timeout', message: 'my own' });
  });
});

test.each([undefined, null, 5, {}])(
  'a middleware that gives %o instead of a function has misbehaved',
  async (given) => {
    const ctx = contextOver(() => okAsync(version()), { middleware: [() => given as never] });
    expect(await errorOf(getVersion(ctx))).toMatchObject({
      kind: 'invalid_input',
      message: 'a middleware or transport misbehaved',
      attempts: 0,
    });
  },
);

test('a signal that is none is named', async () => {
  const ctx = contextOver(() => okAsync(version()));
  const error = await errorOf(getVersion(ctx, { signal: new EventTarget() as AbortSignal }));
  expect(error).toMatchObject({ kind: 'invalid_input', message: 'invalid signal', attempts: 0 });
});

test('a call that was aborted before it began asks neither middleware nor transport', async () => {
  const asked: string[] = [];
  const transport = () => (asked.push('transport'), okAsync(version()));
  const spy: LagMiddleware = (next) => (request) => (asked.push('middleware'), next(request));
  const signal = AbortSignal.abort(new Error('own'));
  for (const middleware of [[], [spy]]) {
    const error = await errorOf(getVersion(contextOver(transport, { middleware }), { signal }));
    expect(error).toMatchObject({ kind: 'aborted', attempts: 0, maybeApplied: false });
    expect((error.cause as Error).message).toBe('Error: own');
  }
  expect(asked).toEqual([]);
});

describe('the time of an attempt', () => {
  const hanging = () => {
    const signals: AbortSignal[] = [];
    const transport = ({ signal }: LagRequest) => {
      signals.push(signal!);
      return new Promise(() => {});
    };
    return { transport, signals };
  };

  test.each<[ContextOptions, number, string]>([
    [{}, 30_000, 'no answer within 30000 ms'],
    [{ timeoutMs: 20 }, 20, 'no answer within 20 ms'],
    [{ timeoutMs: 20, deadlineMs: 10.5 }, 10.5, 'no answer within 10 ms'],
    [{ timeoutMs: Infinity, deadlineMs: 40 }, 40, 'no answer within 40 ms'],
  ])('with %j ends after %d ms, and says so to the transport', (options, ms, message) =>
    inVirtualTime(async (time) => {
      const { transport, signals } = hanging();
      const { signal } = new AbortController();
      const error = await errorOf(getVersion(contextOver(transport, options), { signal }));
      expect(error).toMatchObject({ kind: 'timeout', message, attempts: 1 });
      expect(time.now()).toBe(ms);
      expect(time.pending()).toBe(0);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }),
  );

  test('without a limit starts no timer, and without a signal gives none', () =>
    inVirtualTime(async (time) => {
      const seen: LagRequest[] = [];
      const transport = (request: LagRequest) => {
        seen.push(request);
        expect(time.pending()).toBe(0);
        return okAsync(version());
      };
      const ctx = contextOver(transport, { timeoutMs: Infinity });
      const { signal } = new AbortController();
      await valueOf(getVersion(ctx));
      await valueOf(getVersion(ctx, { signal }));
      expect(seen.map((request) => request.signal instanceof AbortSignal)).toEqual([false, true]);
      expect(seen[1]!.signal!.aborted).toBe(false);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }));

  test('leaves no timer when the answer comes before it', () =>
    inVirtualTime(async (time) => {
      const slow = async () => {
        await time.pass(5);
        return ok(version());
      };
      await valueOf(getVersion(contextOver(slow, { timeoutMs: 6, deadlineMs: 100 })));
      expect({ now: time.now(), pending: time.pending() }).toEqual({ now: 5, pending: 0 });
    }));

  test('that is over to the millisecond is over', () =>
    inVirtualTime(async () => {
      const { transport, signals } = hanging();
      const late: LagMiddleware = (next) => (request) => next({ ...request, deadlineAt: performance.now() });
      const error = await errorOf(getVersion(contextOver(transport, { middleware: [late] })));
      expect(error).toMatchObject({ kind: 'timeout', message: 'no time left', attempts: 0 });
      expect(signals).toEqual([]);
    }));

  test('is not that of a middleware, which ends with the deadline', () =>
    inVirtualTime(async (time) => {
      const hang: LagMiddleware = () => () => new Promise(() => {});
      const options = { middleware: [hang], timeoutMs: 10, deadlineMs: 50 };
      const error = await errorOf(getVersion(contextOver(() => okAsync(version()), options)));
      expect(error).toMatchObject({ kind: 'timeout', message: 'no answer within 50 ms', attempts: 0 });
      expect({ now: time.now(), pending: time.pending() }).toEqual({ now: 50, pending: 0 });
    }));

  test('an abort tells the transport to stop, and why the call ended', () =>
    inVirtualTime(async (time) => {
      const { transport, signals } = hanging();
      const caller = new AbortController();
      const failed = errorOf(getVersion(contextOver(transport), { signal: caller.signal }));
      await time.pass(10);
      expect(signals[0]!.aborted).toBe(false);
      caller.abort(new Error('changed my mind'));
      expect(await failed).toMatchObject({
        kind: 'aborted',
        message: 'aborted',
        cause: { message: 'Error: changed my mind' },
      });
      expect(signals[0]!.aborted).toBe(true);
      expect(time.pending()).toBe(0);
    }));
});
