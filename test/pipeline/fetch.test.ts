import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createContext, createContextWith, type TransportContextOptions } from '../../src/context.js';
import { isLagError } from '../../src/errors.js';
import { getVersion } from '../../src/operations/system.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { fetchTransport, type FetchLike } from '../../src/pipeline/fetch-transport.js';
import { skipTime } from '../support/clock.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';
import { json, serve } from '../support/server.js';
import { turns } from '../support/virtual-time.js';

const version = async (): Promise<Response> => Response.json({ version: '1' });

describe.each([
  [
    'the default transport',
    (fetch: unknown, options?: TransportContextOptions) =>
      createContext(USER_TOKEN, { maxRetries: 0, ...options, fetch: fetch as FetchLike }),
  ],
  [
    'fetchTransport',
    (fetch: unknown, options?: TransportContextOptions) =>
      createContextWith(fetchTransport({ fetch: fetch as FetchLike }), USER_TOKEN, { maxRetries: 0, ...options }),
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

  test('answers where there is no fetch', async () => {
    vi.stubGlobal('fetch', undefined);
    expect(await errorOf(getVersion(contextOf(undefined)))).toMatchObject({ kind: 'connection' });
    expect(await errorOf(getVersion(contextOf('fetch')))).toMatchObject({ kind: 'connection' });
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
