import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createContext, type ContextOptions } from '../../src/context.js';
import { isLagError } from '../../src/errors.js';
import { deleteRoom } from '../../src/operations/rooms.js';
import { getVersion } from '../../src/operations/system.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { fetchTransport, type FetchLike } from '../../src/transports/fetch.js';
import { skipTime, turns } from '../support/clock.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';
import { json, serve } from '../support/server.js';

const version = async (): Promise<Response> => Response.json({ version: '1' });

describe.each([
  [
    'the default transport',
    (fetch: unknown, options?: ContextOptions) =>
      createContext(USER_TOKEN, { maxRetries: 0, ...options, fetch: fetch as FetchLike }),
  ],
  [
    'fetchTransport',
    (fetch: unknown, options?: ContextOptions) =>
      createContext(USER_TOKEN, {
        transport: fetchTransport({ fetch: fetch as FetchLike }),
        maxRetries: 0,
        ...options,
      }),
  ],
])('%s', (_, contextOf) => {
  test('calls the global fetch unbound, looked up at each call', async () => {
    const ctx = contextOf(undefined);
    const receivers: unknown[] = [];
    vi.stubGlobal('fetch', function (this: unknown) {
      receivers.push(this);
      return version();
    });
    expect(await valueOf(getVersion(ctx))).toEqual({ version: '1' });
    expect(receivers).toEqual([undefined]);
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ version: '2' })));
    expect(await valueOf(getVersion(ctx))).toEqual({ version: '2' });
  });

  test('calls a fetch of its own unbound, with a URL and a plain init', async () => {
    const receivers: unknown[] = [];
    const fetch = vi.fn(function (this: unknown, _url: string, _init: RequestInit) {
      receivers.push(this);
      return version();
    });
    await valueOf(getVersion(contextOf(fetch, { baseUrl: 'https://lag.test/v1' })));
    expect(receivers).toEqual([undefined]);
    const [url, init] = fetch.mock.calls[0]!;
    expect(url).toBe('https://lag.test/v1/version');
    expect(init).toMatchObject({ method: 'GET', redirect: 'manual' });
    expect(init.signal).toBeInstanceOf(AbortSignal);
    expect(new Headers(init.headers).get('authorization')).toBe(`Bearer ${USER_TOKEN}`);
    expect(init.body ?? undefined).toBeUndefined();
  });

  test('without a fetch makes every call invalid_input, and sends nothing', async () => {
    vi.stubGlobal('fetch', undefined);
    for (const fetch of [undefined, 'fetch'])
      expect(await errorOf(deleteRoom(contextOf(fetch), 's1', 'r1'))).toMatchObject({
        kind: 'invalid_input',
        message: 'invalid fetch: it is not a function; pass one to createContext',
        attempts: 0,
        maybeApplied: false,
      });
  });

  test.each<[string, FetchLike]>([
    ['an answer', () => new Promise(() => {})],
    ['a body', async () => new Response(new ReadableStream())],
    ['the body of an error', async () => new Response(new ReadableStream(), { status: 404 })],
  ])('times out and aborts where fetch ignores the signal and never gives %s', async (_what, fetch) => {
    const { expire } = skipTime();
    const ctx = contextOf(fetch);
    const late = errorOf(getVersion(ctx));
    await turns();
    expire();
    expect(await late).toMatchObject({ kind: 'timeout', attempts: 1 });
    const caller = new AbortController();
    const left = errorOf(getVersion(ctx, { signal: caller.signal }));
    await turns();
    caller.abort();
    expect(await left).toMatchObject({ kind: 'aborted', attempts: 1 });
  });

  test('tells a fetch of its own to stop', async () => {
    let signal!: AbortSignal;
    const ctx = contextOf((_url: string, init: RequestInit) => {
      signal = init.signal!;
      return new Promise(() => {});
    });
    const { expire } = skipTime();
    const late = errorOf(getVersion(ctx));
    await turns();
    expire();
    await late;
    expect(signal.aborted).toBe(true);
  });

  test.each<[string, () => unknown]>([
    ['an Error', () => new Error('own reason')],
    ['a TypeError with a cause', () => new TypeError('fetch failed', { cause: new Error('own reason') })],
    ['a string', () => 'own reason'],
    ['an object', () => ({ message: 'own reason', toString: () => 'own reason' })],
  ])('gives the reason of a fetch that throws or rejects with %s', async (_what, make) => {
    const throwing = () => {
      throw make();
    };
    for (const fetch of [throwing, async () => throwing()]) {
      const error = await errorOf(getVersion(contextOf(fetch)));
      expect(error).toMatchObject({ kind: 'connection', cause: expect.any(Error) as Error });
      expect(error.message).toContain('own reason');
      expect(error.cause).not.toBe(make);
    }
  });

  test('takes an answer that a browser hides behind status 0 for the redirect that it is', async () => {
    const fetch = async () => ({
      type: 'opaqueredirect',
      ok: false,
      status: 0,
      headers: new Headers(),
      text: async () => '',
    });
    const send = sendRoomMessage(contextOf(fetch), 's1', 'r1', { content: 'hi' });
    expect(await errorOf(send)).toMatchObject({ kind: 'api', status: 0, attempts: 1, maybeApplied: true });
  });

  /** A body of these pieces; then it ends, hangs or breaks. */
  const bodyOf = (
    pieces: Iterable<string | Uint8Array>,
    end: 'end' | 'hang' | 'break',
    cancel?: () => Promise<void> | void,
  ) => {
    const rest = pieces[Symbol.iterator]();
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          const { done, value } = rest.next();
          if (!done) controller.enqueue(typeof value === 'string' ? new TextEncoder().encode(value) : value);
          else if (end === 'end') controller.close();
          else if (end === 'break') controller.error(new Error('cut'));
          else return new Promise<void>(() => {});
          return undefined;
        },
        ...(cancel && { cancel }),
      },
      { highWaterMark: 0 },
    );
  };

  test('reads a good answer of any length to its end', async () => {
    const pieces = ['{"version":"', ...Array<string>(20).fill('x'.repeat(9999)), '"}'];
    const ctx = contextOf(async () => new Response(bodyOf(pieces, 'end')));
    expect(await valueOf(getVersion(ctx))).toEqual({ version: 'x'.repeat(199_980) });
  });

  test('of a failure reads 64 KB, asks for nothing more, and lets go of the rest', async () => {
    const cancel = vi.fn();
    const full = 'x'.repeat(65_536);
    for (const [pieces, end] of [
      [[full], 'hang'],
      [['y'.repeat(65_535), 'zz'], 'hang'],
      [[full, 'more'], 'end'],
    ] as const) {
      cancel.mockClear();
      const ctx = contextOf(async () => new Response(bodyOf(pieces, end, cancel), { status: 400 }));
      const error = await errorOf(getVersion(ctx));
      expect(error).toMatchObject({ kind: 'api', body: pieces.join('').slice(0, 65_536) });
      await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce(), { interval: 1 });
    }
  });

  test('does not wait for the rest of a failure that breaks off, or lets go with an error', async () => {
    const body = '{"message":"what came"}';
    const letGo = () => Promise.reject(new Error('own'));
    const broken = contextOf(async () => new Response(bodyOf([body], 'break', letGo), { status: 403 }));
    expect(await errorOf(getVersion(broken))).toMatchObject({ kind: 'permission', message: 'what came' });
    const good = contextOf(async () => new Response(bodyOf(['{"version":'], 'break')));
    expect(await errorOf(getVersion(good))).toMatchObject({
      kind: 'connection',
      message: 'the response broke off: cut',
    });
    const long = contextOf(async () => new Response(bodyOf(['x'.repeat(70_000)], 'hang', letGo), { status: 409 }));
    expect(await errorOf(getVersion(long))).toMatchObject({ kind: 'conflict' });
  });

  test('comes to the end of a failure that consists of nothing', async () => {
    let asked = 0;
    const nothings = (function* () {
      for (;;) {
        asked++;
        yield new Uint8Array();
      }
    })();
    const ctx = contextOf(async () => new Response(bodyOf(nothings, 'end'), { status: 404 }));
    expect(await errorOf(getVersion(ctx))).toMatchObject({
      kind: 'not_found',
      message: 'the server answered with status 404',
    });
    expect(asked).toBeLessThan(1100);
  });

  test('reads the text where a body cannot be read in pieces', async () => {
    for (const body of [undefined, null, {}]) {
      const answer = { ok: true, status: 200, headers: new Headers(), body, text: async () => '{"version":"1"}' };
      expect(await valueOf(getVersion(contextOf(async () => answer)))).toEqual({ version: '1' });
    }
  });

  test('stays total whatever a fetch throws, rejects with or resolves to', async () => {
    const hostile = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(
        Object.create(null),
        new Proxy({}, { get: () => { throw new Error('get'); } }), // prettier-ignore
        new Proxy(new Error('x'), { get: () => { throw new Error('get'); } }), // prettier-ignore
        Object.defineProperty(new Error('x'), 'cause', { get: () => { throw new Error('get'); } }), // prettier-ignore
        Symbol('s'),
        () => {},
      ),
      fc.record(
        {
          ok: fc.anything(),
          status: fc.anything(),
          headers: fc.anything(),
          body: fc.anything(),
          text: fc.func(fc.anything()),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(hostile, fc.nat(2), async (value, way) => {
        const fetch = [
          () => {
            throw value;
          },
          async () => {
            throw value;
          },
          async () => value,
        ][way];
        const result = await getVersion(contextOf(fetch, { timeoutMs: 50 }));
        expect(result.isErr() && isLagError(result.error)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('asks a real server through a fetch of its own', async () => {
    const server = await serve(json({ version: '1' }));
    const fetch = vi.fn(globalThis.fetch);
    expect(await valueOf(getVersion(contextOf(fetch, { baseUrl: server.url })))).toEqual({ version: '1' });
    expect(fetch).toHaveBeenCalledOnce();
  });
});
