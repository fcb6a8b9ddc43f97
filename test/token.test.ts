import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createContext, type LagContext, type ContextOptions } from '../src/context.js';
import type { LagError } from '../src/errors.js';
import { sendRoomMessage } from '../src/operations/room-messages.js';
import { getConfig, getHealth, getVersion } from '../src/operations/system.js';
import { ofetch } from 'ofetch';
import type { FetchLike } from '../src/transports/fetch.js';
import { ofetchTransport } from '../src/transports/ofetch.js';
import type { LagRequest } from '../src/pipeline/types.js';
import { skipTime } from './support/clock.js';
import { errorOf } from './support/results.js';
import { refusedUrl, serve, stall, text, type Answer } from './support/server.js';

/** Everything that a log could make of a value. */
const printsOf = (value: unknown): string =>
  [
    inspect(value, {
      showHidden: true,
      depth: Infinity,
      getters: true,
      maxStringLength: Infinity,
      maxArrayLength: Infinity,
    }),
    inspect(value),
    JSON.stringify(value),
    String(value),
    ...(value instanceof Error ? [value.stack, String(value.cause), value.message] : []),
  ].join('\n');

describe.each([
  ['a user', 'lag_pat_0123456789abcdef'],
  ['a robot', 'lag_robot_ab12_0123456789abcdef'],
  ['somebody who likes signs', `t'o|k/e$&n<>%2e]`],
])('the token of %s', (_, token) => {
  const expectHidden = (value: unknown): void => {
    const prints = printsOf(value);
    expect(prints).not.toContain(token);
    expect(prints).not.toContain(JSON.stringify(token).slice(1, -1).replaceAll('/', '\\/'));
  };
  const contextsOf = (options: ContextOptions): LagContext[] => [
    createContext(token as string, options),
    createContext(token as string, {
      ...options,
      fetch: undefined,
      transport: ofetchTransport(ofetch.create({}, { fetch: options.fetch as typeof fetch })),
    }),
  ];

  test('shows in no context', () => {
    for (const ctx of [...contextsOf({}), ...contextsOf({ baseUrl: 'nonsense' })]) {
      expectHidden(ctx);
      expectHidden(Object.values(ctx));
    }
  });

  test('shows in no request that a middleware sees, and is sent all the same', async () => {
    const seen: LagRequest[] = [];
    const server = await serve(text('{"version":"1"}'));
    for (const ctx of contextsOf({
      baseUrl: server.url,
      middleware: [
        (next) => (request) => {
          seen.push(request);
          return next(request);
        },
      ],
    }))
      await getVersion(ctx);
    expect(seen).toHaveLength(2);
    expectHidden(seen);
    expect(server.requests).toHaveLength(2);
    for (const { headers } of server.requests) expect(headers.authorization).toContain(token);
  });

  const echo =
    (
      status: number,
      body: (authorization: string) => unknown,
      headers: (authorization: string) => Record<string, string> = () => ({}),
    ): Answer =>
    (response, request) => {
      const { authorization = '' } = request.headers;
      const answer = body(authorization);
      response
        .writeHead(status, headers(authorization))
        .end(typeof answer === 'string' ? answer : JSON.stringify(answer).replaceAll('/', '\\/'));
    };

  test.each<[string, Answer]>([
    ['message', echo(403, (a) => ({ message: `no such token: ${a}` }))],
    ['code', echo(409, (a) => ({ error: a, message: a }))],
    ['body', echo(400, (a) => ({ request: { headers: [a, { authorization: a }] } }))],
    ['page', echo(418, (a) => `<pre>Authorization: ${a}</pre>`)],
    ['half of JSON', echo(422, (a) => `{"message":"${a}`)],
    [
      'request id',
      echo(
        500,
        (a) => ({ message: a }),
        (a) => ({ 'x-request-id': a }),
      ),
    ],
    [
      'request id of a good answer',
      echo(
        200,
        () => '<html>',
        (a) => ({ 'x-request-id': a }),
      ),
    ],
    [
      'redirect',
      echo(
        302,
        (a) => a,
        (a) => ({ location: `/${a}` }),
      ),
    ],
    [
      'rate limit',
      echo(
        429,
        (a) => ({ message: a }),
        (a) => ({ 'retry-after': a }),
      ),
    ],
    ['key of a field that is wrong', echo(200, (a) => ({ features: { [a]: 5 } }))],
  ])("shows in no error of a server that puts it in an answer's %s", async (where, answer) => {
    const server = await serve(answer);
    const errors: LagError[] = [];
    for (const ctx of contextsOf({
      baseUrl: server.url,
      maxRetries: 0,
      middleware: [(next) => (request) => next(request).mapErr((error) => (errors.push(error), error))],
    })) {
      errors.push(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })));
      errors.push(await errorOf(getConfig(ctx)));
    }
    for (const error of errors) expectHidden(error);
    // Proof that it was there. A robot's getConfig is refused.
    if (!where.startsWith('key') || !token.startsWith('lag_robot_'))
      expect(errors.map(printsOf).join('')).toContain('<token>');
  });

  const headersOf = (init: RequestInit): string => JSON.stringify([...new Headers(init.headers)]);
  test.each<[string, (init: RequestInit) => unknown]>([
    ['message', (init) => new Error(headersOf(init))],
    ['cause', (init) => new TypeError('fetch failed', { cause: new Error(headersOf(init)) })],
    ['code', (init) => Object.assign(new Error('own'), { code: headersOf(init) })],
    ['stack', (init) => Object.assign(new Error('own'), { stack: headersOf(init) })],
    ['fields', (init) => Object.assign(new Error('own'), { init, headers: headersOf(init), request: { init } })],
    ['text', (init) => headersOf(init)],
    ['toString', (init) => ({ toString: () => headersOf(init), code: 'EOWN' })],
    ['errors', (init) => new AggregateError([new Error(headersOf(init))], headersOf(init))],
  ])('shows in no error of a fetch that puts it in the %s of what it throws', async (_where, make) => {
    const fetch: FetchLike = async (_url, init) => {
      throw make(init);
    };
    for (const ctx of contextsOf({ fetch, maxRetries: 0 })) {
      const error = await errorOf(getHealth(ctx));
      expect(error.kind).toBe('connection');
      expectHidden(error);
    }
  });

  test('shows in no error of a connection that fails, stalls or is given up', async () => {
    skipTime();
    const server = await serve(stall);
    for (const ctx of contextsOf({ baseUrl: await refusedUrl() })) expectHidden(await errorOf(getVersion(ctx)));
    for (const ctx of contextsOf({ baseUrl: server.url })) {
      expectHidden(await errorOf(getVersion(ctx, { timeoutMs: NaN })));
      expectHidden(await errorOf(getVersion(ctx, { signal: AbortSignal.timeout(10) })));
    }
  });
});

test.each([
  '',
  ' ',
  'a b',
  'Bearer lag_pat_abc',
  'lag_pat_\u0000',
  'lag_pät',
  'lag_pat_\nabc',
  '\u{1f600}',
  'a\u007f',
  'a"b',
  'a\\b',
])('a token like %j makes every call an invalid_token, without repeating it', async (token) => {
  const ctx = createContext(token, { baseUrl: await refusedUrl() });
  const error = await errorOf(getVersion(ctx));
  expect(error).toMatchObject({
    kind: 'invalid_token',
    attempts: 0,
    maybeApplied: false,
    method: 'GET',
    path: '/version',
  });
  if (token.trim()) expect(printsOf(error) + printsOf(ctx)).not.toContain(token.trim());
});
