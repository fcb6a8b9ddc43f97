import * as everything from '../../src/index.js';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as neverthrow from 'neverthrow';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createContext, type LagContext, type ContextOptions } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import { undiciTransport } from '../../src/node/index.js';
import { fetchTransport, type FetchLike } from '../../src/transports/fetch.js';
import type { LagMiddleware } from '../../src/pipeline/types.js';
import { createWebhookHandler, listenRobotEvents, pollRobotEvents, verifyWebhook } from '../../src/robots/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { pfx } from '../node/certificate.js';
import { OPERATIONS } from '../operations.table.js';
import { skipTime } from '../support/clock.js';
import { refusedUrl } from '../support/server.js';
import { answer, reply, replyAndReset, replyAndStay, serveRaw, type Act } from '../hostile/raw-server.js';
import { TRANSPORTS } from '../hostile/transports.js';
import { printsOf } from './prints.js';

const { getVersion, sendRoomMessage, sendRoomMessageOnce } = everything;
const USER = 'lag_pat_canaryCANARY0123';
const ROBOT = 'lag_robot_ca01_canaryCANARY/4567';
/** What a message says is nobody else's business either. */
const CONTENT = 'canary content 8901';

/** Prints an error in every way, and says which secret is in it. */
const leaksOf = (value: unknown, isEcho = false): string[] => {
  const prints = printsOf(value);
  const secrets = [USER, ROBOT, ...(isEcho ? [] : [CONTENT, 'Bearer', 'Robot lag', 'authorization'])];
  return secrets.filter((secret) => prints.toLowerCase().includes(secret.toLowerCase()));
};

/** Everything that the errors of a call, and those that its middleware sees, could give away. */
const expectSilent = async (
  makeContext: (token: string, options: ContextOptions) => LagContext,
  options: ContextOptions,
  { isEcho = false, token = USER, call = send }: { isEcho?: boolean; token?: string; call?: typeof send } = {},
): Promise<LagError> => {
  const seen: unknown[] = [];
  const spy: LagMiddleware = (next) => (request) => {
    seen.push(Object.keys(request.headers), request.baseUrl, request.path);
    return next(request).mapErr((error) => (seen.push(error), error));
  };
  const ctx = makeContext(token, { maxRetries: 0, middleware: [spy], ...options });
  const result = await call(ctx);
  if (result.isOk()) throw new Error('expected an Err');
  for (const value of [result.error, ctx, result, ...seen]) expect(leaksOf(value, isEcho)).toEqual([]);
  return result.error;
};

const send = (ctx: LagContext) => sendRoomMessage(ctx, 's1', 'r1', { content: CONTENT });

describe.each(TRANSPORTS)('%s shows neither token nor content', (_, makeContext) => {
  const FAILURES: Record<string, Act> = {
    'a reset': replyAndReset(),
    'a reset inside of the body': replyAndReset('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{'),
    'a close': reply(),
    'what is no HTTP': reply('SSH-2.0\r\n\r\n'),
    'a timeout': replyAndStay(),
    'half a body': replyAndStay('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{'),
    'huge headers': reply(answer('{}', { headers: `x: ${'y'.repeat(99_999)}\r\n` })),
    'a spoiled coding': reply(answer('{}', { headers: 'content-encoding: gzip\r\n' })),
    'a redirect': reply(answer('', { status: '307 X', headers: 'location: https://elsewhere.test/\r\n' })),
    'an HTML page': reply(answer('<html>')),
    'another answer': reply(answer('{"id":5}')),
    ...Object.fromEntries(
      [400, 401, 403, 404, 407, 409, 418, 421, 429, 500, 503].map((status) => [
        `${status}`,
        reply(answer('{"error":"E","message":"m"}', { status: `${status} X` })),
      ]),
    ),
  };
  test.each(Object.entries(FAILURES))('after %s', async (name, act) => {
    const { expire } = skipTime();
    for (const token of [USER, ROBOT]) {
      const server = await serveRaw(act);
      if (/timeout|half/.test(name)) void server.acted(1).then(expire);
      await expectSilent(makeContext, { baseUrl: server.url }, { token });
    }
  });

  test('after a refused connection, a certificate that nobody trusts and a name that nobody knows', async () => {
    const tls = createServer({ pfx }).listen(0, '127.0.0.1');
    onTestFinished(() => void tls.close());
    await once(tls, 'listening');
    const untrusted = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
    for (const baseUrl of [await refusedUrl(), untrusted, 'https://name.invalid'])
      await expectSilent(makeContext, { baseUrl });
  });

  test('after an abort, before and on the way', async () => {
    const server = await serveRaw(replyAndStay());
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(20)])
      await expectSilent(
        makeContext,
        { baseUrl: server.url },
        { call: (ctx) => sendRoomMessage(ctx, 's1', 'r1', { content: CONTENT }, { signal }) },
      );
  });

  const escaped = (text: string) =>
    text.replace(/[^]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const ECHOES: Record<string, (text: string) => string> = {
    'as it is': (text) => JSON.stringify({ error: text, message: text, request: [text] }),
    'as a key': (text) => JSON.stringify({ [text]: { [text]: text } }),
    'as escapes': (text) => `{"error":"${escaped(text)}","message":"${escaped(text)}"}`,
    'as escapes, as a key': (text) => `{"request":{"${escaped(text)}":1}}`,
    'with escaped slashes': (text) => JSON.stringify({ message: text, [text]: 1 }).replaceAll('/', '\\/'),
    'in a page': (text) => `<pre>${text}</pre>`,
    'in half of JSON': (text) => `{"message":"${text}`,
  };
  test.each(Object.entries(ECHOES))('though the server repeats the request %s', async (_name, write) => {
    for (const token of [USER, ROBOT])
      for (const status of ['200 X', '400 X', '403 X', '418 X', '500 X']) {
        const echo: Act = async ({ request, write: say, socket }) => {
          const text = (await request()).replace(/[^ -~]/g, ' ').replaceAll('"', "'");
          say(answer(write(text), { status, headers: `x-request-id: ${text.slice(0, 2000)}\r\n` }));
          socket.end();
        };
        await expectSilent(makeContext, { baseUrl: (await serveRaw(echo)).url }, { isEcho: true, token });
      }
  });
});

test('a fetch that throws its request, however it is wrapped, gives nothing away', async () => {
  const wraps: ((init: RequestInit) => unknown)[] = [
    (init) => init,
    (init) => Object.assign(new Error('own'), { init, request: new Request('http://localhost', init) }),
    (init) => new Error(JSON.stringify(init.headers), { cause: init }),
    (init) => new AggregateError([new Error(JSON.stringify(init.headers))], 'many', { cause: { init } }),
    (init) => Object.assign(new Error('own'), { code: JSON.stringify(init.headers), stack: JSON.stringify(init) }),
    (init) => Object.assign(Object.create(null) as object, { init }),
    (init) => ({ [Symbol.toPrimitive]: () => JSON.stringify(init) }),
    (init) => Object.assign(new Error('own'), { name: 'LagError', kind: 'connection', body: init, cause: init }),
  ];
  for (const wrap of wraps) {
    const fetch: FetchLike = async (_url, init) => {
      // The content is in the request by the caller's own doing.
      throw wrap({ ...init, body: null });
    };
    await expectSilent(createContext, { fetch }, { isEcho: true });
    await expectSilent(
      (token, options) => createContext(token, { ...options, transport: fetchTransport({ fetch }) }),
      {},
      { isEcho: true },
    );
  }
});

test('no operation gives it away, whatever goes wrong', async () => {
  const ends: FetchLike[] = [
    async () => new Response('<html>'),
    async () => new Response('{}', { status: 401 }),
    async (_url, init) => new Response(JSON.stringify(init.headers), { status: 422 }),
    async (_url, init) => {
      throw new Error(JSON.stringify(init.headers));
    },
  ];
  for (const { run } of OPERATIONS)
    for (const fetch of ends)
      for (const token of [USER, ROBOT]) {
        const result = await run(createContext(token, { fetch, maxRetries: 0 }));
        expect(leaksOf(result, true)).toEqual([]);
      }
});

test('no export gives it away, called with a context and nonsense', async () => {
  const ctx = createContext(USER as string, { fetch: async () => new Response('{}', { status: 500 }), maxRetries: 0 });
  for (const [name, value] of Object.entries(everything)) {
    if (typeof value !== 'function' || name in neverthrow) continue;
    let made: unknown;
    try {
      made = (value as (...args: unknown[]) => unknown)(ctx, ctx, ctx, ctx, ctx);
    } catch (thrown) {
      expect(name).toBe('orThrow');
      made = thrown;
    }
    expect([name, leaksOf(made, true)]).toEqual([name, []]);
    const iterator = (made as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator]?.();
    expect([name, leaksOf(await (iterator ? iterator.next() : made), true)]).toEqual([name, []]);
  }
});

test('no context gives it away, nor an option that was refused', () => {
  for (const options of [
    {},
    { baseUrl: `https://u:${USER}@lag.test` },
    { headers: { authorization: `Bearer ${USER}` } },
    { headers: { 'x-key': `${USER}\r\nx: y` } },
    { userAgent: `a${USER}\nb` },
    { middleware: [USER] },
    { timeoutMs: USER },
  ] as ContextOptions[])
    for (const ctx of [
      createContext(USER as string, options),
      createContext(USER as string, { ...options, transport: undiciTransport() }),
    ])
      // The name of a header that was refused is no secret.
      expect(leaksOf(ctx, true)).toEqual([]);
});

test('no error of an option that was refused repeats it', async () => {
  for (const options of [
    { baseUrl: `https://u:${USER}@lag.test` },
    { baseUrl: `https://lag.test/?token=${USER}` },
    { headers: { authorization: `Bearer ${USER}` } },
    { headers: { 'x-key': `a${USER}\r\nx: y` } },
    { userAgent: `a${USER}\nb` },
    { timeoutMs: USER },
    { retry: USER },
  ] as unknown as ContextOptions[]) {
    const result = await getVersion(createContext('lag_pat_other' as string, options));
    expect(result.isErr()).toBe(true);
    expect(leaksOf(result, true)).toEqual([]);
  }
  for (const token of [`${USER} x`, `Bearer ${USER}`, `${USER}"`])
    expect(leaksOf(await getVersion(createContext(token)), true)).toEqual([]);
});

test('sendRoomMessageOnce gives nothing away', async () => {
  const call = (ctx: LagContext) => sendRoomMessageOnce(ctx, 's1', 'r1', { content: CONTENT });
  const fetch: FetchLike = async (_url, { method }) =>
    method === 'POST' ? new Response('', { status: 500 }) : new Response('', { status: 403 });
  await expectSilent(createContext, { fetch }, { call });
});

test('robots give nothing away', async () => {
  const fetch: FetchLike = async (_url, init) => new Response(JSON.stringify(init.headers), { status: 403 });
  const ctx = createContext(ROBOT as 'lag_robot_x', { fetch, maxRetries: 0 });
  expect(leaksOf(await pollRobotEvents(ctx), true)).toEqual([]);
  for (const transport of ['sse', 'poll'] as const)
    for await (const event of listenRobotEvents(ctx, { transport })) expect(leaksOf(event, true)).toEqual([]);

  const secret = 'whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5';
  const told: unknown[] = [];
  const handler = createWebhookHandler({ secret, on: {}, onError: (error) => void told.push(error) });
  const refused = await handler(new Request('http://localhost', { method: 'POST', body: CONTENT }));
  const headers = {
    'webhook-id': 'a',
    'webhook-timestamp': `${Math.floor(Date.now() / 1000)}`,
    'webhook-signature': 'v1,x',
  };
  for (const value of [handler, refused, told, await verifyWebhook({ secret, headers, body: CONTENT })]) {
    expect(printsOf(value)).not.toContain(secret.slice(6));
    expect(printsOf(value)).not.toContain(CONTENT);
  }
});

test("the sandbox's log holds no token", async () => {
  const sandbox = createSandbox();
  for (const token of [sandbox.tokens.ada, sandbox.tokens.robot] as string[]) {
    await send(createContext(token, { transport: sandbox.transport }));
    expect(printsOf(sandbox.requests)).not.toContain(token);
  }
  expect(sandbox.requests).toHaveLength(2);
});

test('a process that logs an error, and dies of it, prints neither', async () => {
  const source = `
    import { createContext } from './src/context.js';
    import { fetchTransport } from './src/transports/fetch.js';
    import { sendRoomMessage } from './src/operations/room-messages.js';
    const [token, content, way] = process.argv.slice(2);
    const fetch = async (url, init) => {
      const cause = Object.assign(new Error(init.headers.authorization), { init });
      throw Object.assign(new TypeError(JSON.stringify(init.headers), { cause }), { init });
    };
    const ctx = createContext(token, { transport: fetchTransport({ fetch }), maxRetries: 0 });
    const result = await sendRoomMessage(ctx, 's1', 'r1', { content });
    console.log(result, ctx, JSON.stringify(result));
    console.error(result.error);
    console.dir(result.error, { depth: null, showHidden: true });
    if (way === 'reject') Promise.reject(result.error);
    else setTimeout(() => { throw result.error; });
  `;
  const cwd = join(import.meta.dirname, '../..');
  const folder = mkdtempSync(join(tmpdir(), 'lagclient-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = join(folder, 'script.mjs');
  await build({
    stdin: { contents: source, resolveDir: cwd },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: script,
  });
  for (const way of ['reject', 'throw']) {
    const args = ['--trace-uncaught', script, USER, CONTENT, way];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd });
    expect(status).toBe(1);
    expect(stdout).toContain("kind: 'connection'");
    expect(stderr.match(/LagError: no response/g)?.length).toBeGreaterThan(1);
    for (const secret of [USER, CONTENT]) expect(stdout + stderr).not.toContain(secret);
  }
});
