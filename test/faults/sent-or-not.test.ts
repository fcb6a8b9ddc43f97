import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createContext, getVersion, sendRoomMessage, type ContextOptions, type LagError } from '../../src/index.js';
import { toFetchFailure } from '../../src/transports/fetch-failure.js';
import { pfx } from '../node/certificate.js';
import { skipTime, type Clock } from '../support/clock.js';
import { errorOf } from '../support/results.js';
import { empty, json, refusedUrl, reset, resetBody, serve, text, truncate, type Answer } from '../support/server.js';

const TOKEN = 'lag_pat_x1234567' as string;

/** A server that does not speak HTTP: what happens to each connection. */
const serveSockets = async (act: (socket: Socket) => void): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    act(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
};

const served =
  (...answers: readonly [Answer, ...Answer[]]) =>
  async (): Promise<ContextOptions> => ({ baseUrl: (await serve(...answers)).url });

const selfSigned = async (): Promise<ContextOptions> => {
  const server = createTlsServer({ pfx }, (_, response) => response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { baseUrl: `https://127.0.0.1:${(server.address() as { port: number }).port}` };
};

const throwing = (thrown: unknown) => async (): Promise<ContextOptions> => ({
  fetch: () => Promise.reject(thrown as Error),
});

const systemError = (code: string, syscall?: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }) });

/** Each failure, as its row in the documentation says it. */
const FAILURES: readonly (readonly [title: string, make: (time: Clock) => Promise<ContextOptions>])[] = [
  ['an invalid option, id or body', async () => ({ timeoutMs: -1 })],
  ['no `fetch`, or one that is no function', async () => ({ fetch: 5 as never })], // no such type
  ['a header that the SDK or the connection sets', async () => ({ headers: { 'content-length': '5' } })],
  ['a port that fetch blocks', async () => ({ baseUrl: 'http://127.0.0.1:1' })],
  ['an argument that the HTTP client rejects', throwing(systemError('UND_ERR_INVALID_ARG'))],
  ['a middleware that throws', async () => ({ middleware: [() => () => { throw new Error('own'); }] })], // prettier-ignore
  ['an unknown host', throwing(systemError('ENOTFOUND', 'getaddrinfo'))],
  ['a refused connection', async () => ({ baseUrl: await refusedUrl() })],
  [
    'all addresses of a host refused or timed out',
    throwing(new TypeError('fetch failed', { cause: new AggregateError([systemError('ECONNREFUSED', 'connect').cause, systemError('ETIMEDOUT', 'connect').cause]) })), // prettier-ignore
  ],
  ['no route to the host while connecting', throwing(systemError('EHOSTUNREACH', 'connect'))],
  ['a certificate that is not trusted', selfSigned],
  ['a connection that ends in the TLS handshake', async () => ({ baseUrl: `https://${await serveSockets((socket) => socket.once('data', () => socket.end()))}` })], // prettier-ignore
  ['a server that does not speak TLS', async () => ({ baseUrl: `https://${await serveSockets((socket) => socket.once('data', () => socket.end('no TLS')))}` })], // prettier-ignore
  ['no route to the host while sending', throwing(systemError('EHOSTUNREACH', 'write'))],
  ['a refusal while reading', throwing(systemError('ECONNREFUSED', 'read'))],
  ['a connection that breaks before the response', served(reset)],
  ['a connection that breaks in the response', served(resetBody)],
  ['a response that is shorter than it says', served(truncate)],
  ['a response that is no HTTP', async () => ({ baseUrl: `http://${await serveSockets((socket) => socket.once('data', () => socket.end('hello\r\n\r\n')))}` })], // prettier-ignore
  ['no response within `timeoutMs`', ({ expire }) => served(() => expire())()],
  ['an error that a custom `fetch` throws', throwing(new Error('own'))],
  ['400, 422 and other client errors', served(json({ error: 'bad' }, 400))],
  ['401', served(empty(401))],
  ['403', served(empty(403))],
  ['404', served(empty(404))],
  ['409', served(empty(409))],
  ['429', served(empty(429, { 'retry-after': '1' }))],
  ['429 with a `Retry-After` beyond `maxRetryAfterMs`', served(empty(429, { 'retry-after': '3600' }))],
  ['500, 502, 504', served(empty(502))],
  ['503', served(empty(503, { 'retry-after': '1' }))],
  ['a redirect', served(empty(307, { location: 'https://elsewhere.example/' }))],
  ['a 2xx with HTML or other text', served(text('<html>'))],
  ['a 2xx of another shape', served(json({ other: 1 }))],
  ['a 2xx beyond `maxResponseBytes`', async () => ({ ...(await served(text('"0123456789"'))()), maxResponseBytes: 5 })],
];

const summary = ({ kind, attempts, maybeApplied }: LagError) => ({ kind, attempts, maybeApplied });

test('the table of failures is what happens', async () => {
  const time = skipTime();
  const { waits } = time;
  const lines = [
    '| failure | `kind` | a read: `attempts` | a create: `attempts` | a create: `maybeApplied` |',
    '| --- | --- | ---: | ---: | --- |',
  ];
  for (const [title, make] of FAILURES) {
    const ctx = createContext(TOKEN, await make(time));
    const before = waits.length;
    const read = summary(await errorOf(getVersion(ctx)));
    const retries = waits.length - before;
    const create = summary(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })));
    expect([title, create.kind, read.maybeApplied]).toEqual([title, read.kind, false]);
    expect([title, retries]).toEqual([title, Math.max(0, read.attempts - 1)]);
    lines.push(`| ${title} | \`${read.kind}\` | ${read.attempts} | ${create.attempts} | \`${create.maybeApplied}\` |`);
  }
  const table = `# Failures\n\nMade by \`test/faults/sent-or-not.test.ts\`: \`npx vitest run test/faults/sent-or-not.test.ts -u\`.\n\n${lines.join('\n')}\n`;
  await expect(table).toMatchFileSnapshot('../../docs/generated/failures.md');
});

describe('what a runtime throws says how far the request came', () => {
  const SENT_NOTHING = 'not_sent';
  test.each<[string, unknown, string]>([
    ['getaddrinfo', systemError('ENOTFOUND', 'getaddrinfo'), SENT_NOTHING],
    ['a DNS timeout', systemError('EAI_AGAIN', 'getaddrinfo'), SENT_NOTHING],
    ['connect', systemError('ETIMEDOUT', 'connect'), SENT_NOTHING],
    ['a reset while connecting', systemError('ECONNRESET', 'connect'), SENT_NOTHING],
    ['Bun refused', Object.assign(new Error('Unable to connect'), { code: 'ConnectionRefused' }), SENT_NOTHING],
    ['Bun TLS', Object.assign(new Error('EPROTO'), { code: 'EPROTO' }), SENT_NOTHING],
    ['Deno', new TypeError('error sending request for url (x): client error (Connect): tcp'), SENT_NOTHING],
    ['a connect timeout of undici', systemError('UND_ERR_CONNECT_TIMEOUT'), SENT_NOTHING],
    ['a TLS alert of the handshake', systemError('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'), SENT_NOTHING],
    ['nested aggregates', { errors: [{ errors: [{ code: 'ECONNREFUSED', syscall: 'connect' }] }] }, SENT_NOTHING],
    ...[
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENETDOWN',
      'EHOSTDOWN',
      'ETIMEDOUT',
      'ECONNRESET',
      'EPIPE',
      'EPROTO',
    ].flatMap((code): [string, unknown, string][] => [
      [`${code} of read`, systemError(code, 'read'), 'unknown'],
      [`${code} of write`, systemError(code, 'write'), 'unknown'],
      [`${code} of a call to come`, systemError(code, 'sendmsg'), 'unknown'],
    ]),
    ['an aggregate of which one was connected', { errors: [{ code: 'ECONNREFUSED', syscall: 'connect' }, { code: 'ECONNRESET', syscall: 'read' }] }, 'unknown'], // prettier-ignore
    ['an aggregate of nothing', { errors: [] }, 'unknown'],
    ['a text with a code in it', new Error('ECONNREFUSED'), 'unknown'],
    ['a text about connecting', new Error('connect ECONNREFUSED 127.0.0.1:80'), 'unknown'],
    ['a TLS alert on a connection', systemError('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC'), 'unknown'],
    ['a number as code', { code: 111, syscall: 'connect' }, 'unknown'],
    ['a cause that is its own', Object.assign(new Error('x'), { get cause() { return this; } }), 'unknown'], // prettier-ignore
    ['a getter that throws', { get code() { throw new Error('own'); } }, 'unknown'], // prettier-ignore
    ['nothing', undefined, 'unknown'],
    ['an argument', systemError('ERR_INVALID_ARG_TYPE'), 'refused'],
  ])('%s', (_, thrown, progress) => {
    expect(toFetchFailure(thrown).progress).toBe(progress);
  });
});

test.each(['expect', 'transfer-encoding', 'content-length', 'keep-alive', 'upgrade', 'connection', 'authorization'])(
  'the header %s of a context or a call is rejected before anything is sent',
  async (name) => {
    let sent = 0;
    const fetch = async () => {
      sent++;
      return Response.json({ version: '1' });
    };
    const headers = { [name.toUpperCase()]: 'x' };
    for (const error of [
      await errorOf(getVersion(createContext(TOKEN, { fetch, headers }))),
      await errorOf(getVersion(createContext(TOKEN, { fetch }), { headers })),
    ]) {
      expect([summary(error), sent]).toEqual([{ kind: 'invalid_input', attempts: 0, maybeApplied: false }, 0]);
      expect(error.message).toContain(name);
    }
  },
);

test.each([{}, 'x', 5, { send: 5 }, { send: undefined }, null, () => {}])(
  'a transport that is no transport is rejected: %o',
  async (transport) => {
    const error = await errorOf(
      sendRoomMessage(createContext(TOKEN, { transport: transport as never }), 's1', 'r1', {}),
    );
    expect(summary(error)).toEqual({ kind: 'invalid_input', attempts: 0, maybeApplied: false });
    expect(error.message).toMatch(/^invalid transport: pass /);
  },
);
