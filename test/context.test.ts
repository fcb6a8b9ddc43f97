import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { CallOptions } from '../src/call-options.js';
import { createContext, type LagContext, type ContextOptions } from '../src/context.js';
import { isLagError } from '../src/errors.js';
import { getVersion } from '../src/operations/system.js';
import { sendRoomMessage } from '../src/operations/room-messages.js';
import type { LagRequest } from '../src/pipeline/types.js';
import type { LagTransportRequest } from '../src/pipeline/transport.js';
import { VERSION } from '../src/version.js';
import { contextsOver } from './support/contexts.js';
import { anyText } from './support/any-text.js';
import { errorOf, valueOf } from './support/results.js';
import { sized } from './support/runs.js';
import { ROBOT_TOKEN, USER_TOKEN } from './support/samples.js';
import { json, serve } from './support/server.js';
import { respondWith, transportOf } from './support/transports.js';

/** A context of both kinds, with a fetch that answers a version and says what it was asked. */
const contextsOf = (options: unknown, token: string = USER_TOKEN) => {
  const fetch = vi.fn(async (_url: string, _init: RequestInit) => Response.json({ version: '1' }));
  return { contexts: contextsOver(fetch, options as ContextOptions, token), fetch };
};

const expectRefused = async (options: unknown, secret?: string, token?: string): Promise<void> => {
  const { contexts, fetch } = contextsOf(options, token);
  for (const ctx of contexts)
    for (let call = 0; call < 2; call++) {
      const error = await errorOf(getVersion(ctx));
      expect(error).toMatchObject({
        kind: token === undefined ? 'invalid_input' : 'invalid_token',
        attempts: 0,
        maybeApplied: false,
      });
      if (secret) expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(secret);
    }
  expect(fetch).not.toHaveBeenCalled();
};

const expectTaken = async (options: unknown, token?: string): Promise<readonly [string, RequestInit]> => {
  const { contexts, fetch } = contextsOf(options, token);
  for (const ctx of contexts) expect(await valueOf(getVersion(ctx))).toEqual({ version: '1' });
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(fetch.mock.calls[0]![0]).toBe(fetch.mock.calls[1]![0]);
  return fetch.mock.calls[0]!;
};

/** Headers of a call as they leave the pipeline. */
const sentHeaders = async (
  options: ContextOptions,
  callOptions?: CallOptions,
): Promise<LagTransportRequest['headers']> => {
  let headers!: LagTransportRequest['headers'];
  const transport = transportOf(async (request) => {
    ({ headers } = request);
    return respondWith('{"version":"1"}');
  });
  const ctx = createContext(USER_TOKEN, { ...options, transport });
  await valueOf(getVersion(ctx, callOptions));
  return headers;
};

describe('a context', () => {
  test('is frozen, and so is what it holds', () => {
    for (const ctx of [...contextsOf({}).contexts, ...contextsOf({ timeoutMs: 0 }).contexts]) {
      expect(Object.isFrozen(ctx)).toBe(true);
      for (const value of Object.values(ctx as object))
        if (typeof value === 'object') expect(Object.isFrozen(value)).toBe(true);
    }
  });

  test('does not change when its options do', async () => {
    const options = { headers: { 'x-own': 'before' }, middleware: [] as never[], timeoutMs: 1000 };
    const server = await serve(json({ version: '1' }));
    const ctx = createContext(USER_TOKEN, { ...options, baseUrl: server.url, headers: options.headers });
    options.headers['x-own'] = 'after';
    options.middleware.push(5 as never);
    options.timeoutMs = -1;
    await valueOf(getVersion(ctx));
    expect(server.requests[0]!.headers['x-own']).toBe('before');
  });

  test('goes to the Lag API unless told otherwise', async () => {
    expect(createContext(USER_TOKEN).baseUrl).toBe('https://api.trylag.com');
    expect((await expectTaken(undefined))[0]).toBe('https://api.trylag.com/version');
  });
});

describe('a token', () => {
  test.each([` ${USER_TOKEN}`, `${USER_TOKEN}\n`, `\t${USER_TOKEN}\r\n`, `\ufeff${USER_TOKEN}\u00a0`])(
    'like %j is trimmed',
    async (token) => {
      const [, { headers }] = await expectTaken({}, token);
      expect(new Headers(headers).get('authorization')).toBe(`Bearer ${USER_TOKEN}`);
    },
  );

  test.each([
    [ROBOT_TOKEN, `Robot ${ROBOT_TOKEN}`],
    ['lag_pat_x', 'Bearer lag_pat_x'],
    ['lag_robotic', 'Bearer lag_robotic'],
    ['eyJ.a-b_c~+/==', 'Bearer eyJ.a-b_c~+/=='],
  ])('like %j goes out as %j', async (token, authorization) => {
    const [, { headers }] = await expectTaken({}, token);
    expect(new Headers(headers).get('authorization')).toBe(authorization);
  });

  test.each<unknown>([undefined, null, 5, {}, [USER_TOKEN], Symbol('s'), { toString: () => USER_TOKEN }])(
    'that is no text (%o) is refused',
    (token) => expectRefused({}, undefined, (token ?? null) as string),
  );

  test('is refused or sent as it is, whatever it is', async () => {
    const characters = fc.oneof(
      fc.string(),
      anyText(),
      fc.stringMatching(/^[!#-[\]-~]+$/),
      fc.stringMatching(/^[ -~]+$/),
    );
    await fc.assert(
      fc.asyncProperty(characters, async (token) => {
        const { contexts, fetch } = contextsOf({}, token);
        const result = await getVersion(contexts[0]!);
        if (/^[^\s"\\]+$/.test(token.trim()) && /^[\x21-\x7e]+$/.test(token.trim())) {
          const [, { headers }] = fetch.mock.calls[0]!;
          const scheme = token.trim().startsWith('lag_robot_') ? 'Robot' : 'Bearer';
          expect(new Headers(headers).get('authorization')).toBe(`${scheme} ${token.trim()}`);
        } else {
          expect(result._unsafeUnwrapErr()).toMatchObject({ kind: 'invalid_token' });
          expect(fetch).not.toHaveBeenCalled();
        }
      }),
      { numRuns: sized(150, 3000) },
    );
  });
});

describe('a base URL', () => {
  test.each([
    'https://user:hunter2@api.trylag.com',
    'https://hunter2@api.trylag.com',
    'https://api.trylag.com?hunter2',
    'https://api.trylag.com/?',
    'https://api.trylag.com/v1#hunter2',
    'https://api.trylag.com/#',
    'ftp://hunter2.com',
    'file:///hunter2',
    'ws://localhost:1',
    'javascript:hunter2',
    'blob:https://api.trylag.com/hunter2',
    'http://hunter2.com',
    'http://localhost.hunter2.com',
    'http://127.0.0.1.hunter2.com',
    'http://[::2]',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://localhost@hunter2.com',
    '//hunter2.com',
    'hunter2',
    '',
    'https://',
    'https://hunter2 .com',
  ])('like %j is refused', (baseUrl) => expectRefused({ baseUrl }, 'hunter2'));

  test.each<unknown>([5, {}, [], Symbol('s'), () => {}])('that is no text (%o) is refused', (baseUrl) =>
    expectRefused({ baseUrl }),
  );

  test.each(['ftp://a.test', 'https://u@a.test', 'ws://a.test', 'x'])(
    'like %j is refused even where http is allowed',
    (baseUrl) => expectRefused({ baseUrl, allowInsecureHttp: true }),
  );

  test.each([
    ['https://lag.test', 'https://lag.test/version'],
    ['https://lag.test:8443/', 'https://lag.test:8443/version'],
    ['HTTPS://Lag.Test/V1/', 'https://lag.test/V1/version'],
    ['https://lag.test/a%20b', 'https://lag.test/a%20b/version'],
    ['http://localhost', 'http://localhost/version'],
    ['http://localhost:8080/v1', 'http://localhost:8080/v1/version'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/version'],
    ['http://127.1.2.3', 'http://127.1.2.3/version'],
    ['http://[::1]:1', 'http://[::1]:1/version'],
  ])('like %j is taken', async (baseUrl, url) => {
    expect((await expectTaken({ baseUrl }))[0]).toBe(url);
  });

  test('may be http elsewhere where that is allowed', async () => {
    expect((await expectTaken({ baseUrl: 'http://lag.test', allowInsecureHttp: true }))[0]).toBe(
      'http://lag.test/version',
    );
    await expectRefused({ baseUrl: 'http://lag.test', allowInsecureHttp: false });
  });
});

describe('options', () => {
  const bad: Record<string, readonly unknown[]> = {
    timeoutMs: [0, -1, NaN, 2 ** 31, -Infinity, '5', null, {}, true, 5n],
    deadlineMs: [0, -1, NaN, 2 ** 31, -Infinity, '5', null, []],
    maxRetries: [-1, NaN, 2 ** 31, -Infinity, '5', null],
    maxRetryAfterMs: [-1, NaN, 2 ** 31, -Infinity, '5', null],
    retry: ['never', '', null, 5, true, ['always']],
  };
  const good: Record<string, readonly unknown[]> = {
    timeoutMs: [1, 2 ** 31 - 1, Infinity, undefined],
    deadlineMs: [1000, 2 ** 31 - 1, Infinity, undefined],
    maxRetries: [0, 1, 2 ** 31 - 1, Infinity, undefined],
    maxRetryAfterMs: [0, 2 ** 31 - 1, Infinity, undefined],
    retry: ['safe', 'always', undefined],
  };
  const casesOf = (table: typeof bad) =>
    Object.entries(table).flatMap(([name, values]) => values.map((value) => [name, value] as const));

  test.each(casesOf(bad))('%s: %o is refused', async (name, value) => {
    await expectRefused({ [name]: value });
    const { contexts, fetch } = contextsOf({});
    for (const ctx of contexts) {
      const error = await errorOf(getVersion(ctx, { [name]: value }));
      expect(error).toMatchObject({
        kind: 'invalid_input',
        attempts: 0,
        message: expect.stringContaining(name) as string,
      });
    }
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each(casesOf(good))('%s: %o is taken', async (name, value) => {
    await expectTaken({ [name]: value });
    const { contexts, fetch } = contextsOf({});
    for (const ctx of contexts) await valueOf(getVersion(ctx, { [name]: value }));
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test.each<unknown>([{}, [], 5, 'signal', true, { addEventListener: () => {} }])(
    'signal: %o is refused',
    async (signal) => {
      const { contexts, fetch } = contextsOf({});
      for (const ctx of contexts) {
        const sent = sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, { signal: signal as AbortSignal });
        expect(await errorOf(sent)).toMatchObject({ kind: 'invalid_input', attempts: 0, maybeApplied: false });
      }
      expect(fetch).not.toHaveBeenCalled();
    },
  );

  test('of a call go before those of its context, where they are given', async () => {
    const requests: LagRequest[] = [];
    const ctx = createContext(USER_TOKEN, {
      timeoutMs: 1000,
      maxRetries: 7,
      retry: 'always',
      fetch: async () => Response.json({ version: '1' }),
      middleware: [(next) => (request) => (requests.push(request), next(request))],
    });
    await valueOf(getVersion(ctx, { timeoutMs: 2000, maxRetries: undefined, retry: 'safe' }));
    await valueOf(getVersion(ctx));
    expect(requests).toMatchObject([
      { timeoutMs: 2000, maxRetries: 7, retry: 'safe', maxRetryAfterMs: 60_000, deadlineAt: Infinity },
      { timeoutMs: 1000, maxRetries: 7, retry: 'always' },
    ]);
  });

  test.each<unknown>([null, undefined, {}, [], 'text', 5])('may be %o', async (options) => {
    vi.stubGlobal('fetch', async () => Response.json({ version: '1' }));
    for (const ctx of [
      createContext(USER_TOKEN, options as ContextOptions),
      createContext(USER_TOKEN, options as ContextOptions),
    ])
      expect(await valueOf(getVersion(ctx, options as CallOptions))).toEqual({ version: '1' });
  });

  const throwing = (thrown: unknown) =>
    new Proxy<Record<string, never>>(
      {},
      {
        ownKeys: () => ['timeoutMs'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: () => {
          throw thrown;
        },
      },
    );
  const disguised = Object.defineProperty(new Error('x'), 'kind', {
    get: () => {
      throw new Error('get');
    },
  });
  Object.defineProperty(disguised, 'name', { value: 'LagError' });

  test.each<[string, unknown]>([
    ['an Error', new Error('own')],
    ['nothing', undefined],
    ['an object without prototype', Object.create(null)],
    ['something that throws', throwing(new Error('own'))],
    ['an error that is not what it says', disguised],
  ])('that throw %s make every call an invalid_input', async (_, thrown) => {
    const options = throwing(thrown);
    const fetch = vi.fn();
    vi.stubGlobal('fetch', fetch);
    const made = [
      createContext(USER_TOKEN, options as ContextOptions),
      createContext(USER_TOKEN, options as ContextOptions),
      ...['headers', 'middleware', 'userAgent', 'baseUrl', 'timeoutMs', 'fetch'].map((name) =>
        createContext(USER_TOKEN, Object.defineProperty({}, name, { get: () => options.x, enumerable: true })),
      ),
    ];
    for (const ctx of made) expect(isLagError(await errorOf(getVersion(ctx)))).toBe(true);
    expect(isLagError(await errorOf(getVersion(createContext(USER_TOKEN), options as CallOptions)))).toBe(true);
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each<unknown>([undefined, null, {}, 5, 'text', Object.freeze({})])(
    'and a context may be missing (%o)',
    async (ctx) => {
      expect(await errorOf(getVersion(ctx as LagContext))).toMatchObject({
        kind: 'invalid_input',
        attempts: 0,
        path: '/version',
      });
    },
  );

  test.each<unknown>([null, 5, {}, () => {}])(
    'a transport without send (%o) makes every call invalid_input',
    async (transport) => {
      const ctx = createContext(USER_TOKEN, { transport: transport as never, maxRetries: 0 });
      expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_input', attempts: 0 });
    },
  );

  test('stay total whatever they are', async () => {
    const names = [
      'baseUrl',
      'headers',
      'middleware',
      'userAgent',
      'timeoutMs',
      'deadlineMs',
      'maxRetries',
      'retry',
      'allowInsecureHttp',
      'signal',
    ];
    const options = fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...names), fc.anything()));
    await fc.assert(
      fc.asyncProperty(options, options, async (contextOptions, callOptions) => {
        const { contexts } = contextsOf({ ...(contextOptions as object), maxRetries: 0 });
        for (const ctx of contexts) {
          const result = await getVersion(ctx, callOptions as CallOptions);
          expect(result.isOk() || isLagError(result.error)).toBe(true);
        }
      }),
      { numRuns: sized(200, 5000) },
    );
  });
});

describe('headers', () => {
  const bad: Record<string, string>[] = [
    { 'x-own': 'a\r\nx-other: b' },
    { 'x-own': 'a\nb' },
    { 'x-own': 'a\0b' },
    { 'x-own\r\nx-other': 'b' },
    { 'x own': 'b' },
    { '': 'b' },
    { 'x-own': '☃' },
    { authorization: 'Bearer other' },
    { Authorization: 'Bearer other' },
    { AUTHORIZATION: '' },
  ];
  test.each(bad)('like %j are refused', async (headers) => {
    await expectRefused({ headers }, 'other');
    const { contexts, fetch } = contextsOf({});
    for (const ctx of contexts) {
      const error = await errorOf(getVersion(ctx, { headers }));
      expect(error).toMatchObject({ kind: 'invalid_input', attempts: 0 });
      expect(JSON.stringify(error)).not.toContain('other');
    }
    expect(fetch).not.toHaveBeenCalled();
  });

  test('of a context and a call replace those of the package, however they are spelt', async () => {
    const options = { headers: { Accept: 'text/plain', 'User-Agent': 'own', 'X-Own': 'é' } };
    expect(await sentHeaders(options)).toMatchObject({ accept: 'text/plain', 'user-agent': 'own', 'x-own': 'é' });
    expect(await sentHeaders(options, { headers: { ACCEPT: 'text/html', 'x-oWn': 'call' } })).toMatchObject({
      accept: 'text/html',
      'user-agent': 'own',
      'x-own': 'call',
    });
  });

  test('name the package, or what it is told to', async () => {
    expect((await sentHeaders({}))['user-agent']).toBe(`lagclient/${VERSION}`);
    expect((await sentHeaders({ userAgent: 'my-bot/2.0' }))['user-agent']).toBe('my-bot/2.0');
    await expectRefused({ userAgent: 'a\r\nx-other: b' }, 'x-other');
    await expectRefused({ userAgent: '☃' }, '☃');
  });

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', false],
    ['Node.js/24', true],
    ['Bun/1.4.5', true],
    ['Cloudflare-Workers', true],
    [undefined, true],
  ])('name it nowhere but outside of browsers (%s)', async (userAgent, isNamed) => {
    vi.stubGlobal('navigator', { userAgent });
    expect('user-agent' in (await sentHeaders({ userAgent: 'my-bot/2.0' }))).toBe(isNamed);
    vi.stubGlobal('navigator', undefined);
    expect(await sentHeaders({})).toHaveProperty('user-agent');
  });

  test('of JSON may be changed by a call', async () => {
    const server = await serve(json({}));
    const ctx = createContext(USER_TOKEN, { baseUrl: server.url });
    await sendRoomMessage(
      ctx,
      's1',
      'r1',
      { content: 'x' },
      { headers: { 'Content-Type': 'application/json; charset=utf-8' } },
    );
    expect(server.requests[0]!.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});
