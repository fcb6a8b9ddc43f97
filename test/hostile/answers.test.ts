import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { setTimeout as setRealTimeout } from 'node:timers';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LagContext } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { uploadImage } from '../../src/operations/images.js';
import { deleteRoom } from '../../src/operations/rooms.js';
import { getVersion } from '../../src/operations/system.js';
import { skipTime, type Clock } from '../support/clock.js';
import { errorOf, valueOf } from '../support/results.js';
import { sampleMessage, USER_TOKEN } from '../support/samples.js';
import { answer, reply, replyAndReset, replyAndStay, serveRaw, type Act } from './raw-server.js';
import { TRANSPORTS } from './transports.js';

/** Fits a version and a message. */
const body = JSON.stringify({ version: '1', ...sampleMessage() });
const good = answer(body);
const head = (fields: string, status = 'HTTP/1.1 200 OK') => `${status}\r\n${fields}\r\n`;
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const chunked = 'transfer-encoding: chunked\r\nconnection: close\r\n';
const coded = (coding: string) => ({ headers: `content-encoding: ${coding}\r\n` });
const gzipped = gzipSync(body);
const long = 'x'.repeat(200_000);

let zipped: Buffer | undefined;
/** 10 GB of blanks take 10 MB in gzip; these are read from one piece, again and again. */
const blanks = (): Buffer => (zipped ??= gzipSync(Buffer.alloc(64 << 20, ' ')));

type Outcome = 'ok' | LagError['kind'];

/** What a server may do, and what becomes of it; more than one outcome where transports differ. */
const CASES: Record<string, readonly [Act, ...Outcome[]]> = {
  'answers well': [reply(good), 'ok'],
  // Lengths.
  'promises more than it sends': [reply(head(`content-length: ${body.length + 5}\r\n`), body), 'connection'],
  'sends more than it promised': [reply(head('content-length: 5\r\n'), body), 'invalid_response'],
  'promises nothing and sends something': [reply(head('content-length: 0\r\n'), body), 'invalid_response'],
  'promises less than nothing': [reply(head('content-length: -5\r\n'), body), 'connection'],
  'promises a word': [reply(head('content-length: five\r\n'), body), 'connection'],
  'promises more than a number holds': [reply(head(`content-length: ${'9'.repeat(30)}\r\n`), body), 'connection'],
  'promises two lengths': [reply(head(`content-length: 5\r\ncontent-length: ${body.length}\r\n`), body), 'connection'],
  'promises a length and chunks': [
    reply(head(`content-length: 5\r\n${chunked}`), chunk(body), '0\r\n\r\n'),
    'connection',
  ],
  // Chunks.
  'answers in chunks': [reply(head(chunked), chunk(body.slice(0, 9)), chunk(body.slice(9)), '0\r\n\r\n'), 'ok'],
  'answers in chunks with trailers': [reply(head(chunked), chunk(body), '0\r\nx-late: 1\r\n\r\n'), 'ok'],
  'gives the size of a chunk as a word': [reply(head(chunked), `zz\r\n${body}\r\n0\r\n\r\n`), 'connection'],
  'gives the size of a chunk too small': [reply(head(chunked), `5\r\n${body}\r\n0\r\n\r\n`), 'connection'],
  // A platform may take what ends with the connection for whole.
  'gives the size of a chunk too large': [
    reply(head(chunked), `fff\r\n${body}\r\n0\r\n\r\n`),
    'connection',
    'invalid_response',
  ],
  'gives the size of a chunk as a huge number': [reply(head(chunked), `${'f'.repeat(20)}\r\n${body}`), 'connection'],
  'never ends its chunks': [reply(head(chunked), chunk(body)), 'connection', 'ok'],
  'never ends the extension of a chunk': [replyAndStay(head(chunked), `5;${long}`), 'timeout', 'connection'],
  // Connections.
  'closes before anything': [({ socket }) => socket.end(), 'connection'],
  'resets before anything': [({ socket }) => socket.resetAndDestroy(), 'connection'],
  'closes instead of an answer': [reply(), 'connection'],
  'resets instead of an answer': [replyAndReset(), 'connection'],
  'resets after the header': [replyAndReset(head('content-length: 50\r\n')), 'connection'],
  'resets inside of the body': [replyAndReset(head('content-length: 500\r\n'), body), 'connection'],
  'resets after the answer': [replyAndReset(good), 'ok'],
  'answers before it is asked': [
    ({ socket, write }) => {
      write(good);
      socket.end();
    },
    'ok',
  ],
  'answers twice': [reply(good, good), 'ok'],
  'goes on after the answer': [reply(good, 'junk'), 'ok'],
  'says nothing': [replyAndStay(), 'timeout'],
  'stops inside of the header': [replyAndStay('HTTP/1.1 200 O'), 'timeout'],
  'stops after the header': [replyAndStay(head('content-length: 50\r\n')), 'timeout'],
  'never ends its header': [replyAndStay(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1000)}`), 'timeout'],
  // Versions of HTTP, and what is none.
  'ends an answer of HTTP/1.0 by closing': [reply(head('', 'HTTP/1.0 200 OK'), body), 'ok'],
  'cuts an answer of HTTP/1.0': [reply(head('', 'HTTP/1.0 200 OK'), body.slice(0, 20)), 'invalid_response'],
  'does not close after an answer of HTTP/1.0': [replyAndStay(head('', 'HTTP/1.0 200 OK'), body), 'timeout'],
  'speaks HTTP/0.9': [reply(body), 'connection'],
  'speaks HTTP/9.9': [reply(head('', 'HTTP/9.9 200 OK'), body), 'connection'],
  'speaks SSH': [replyAndStay('SSH-2.0-OpenSSH_9.0\r\n'), 'connection'],
  'speaks TLS': [replyAndStay(Buffer.from('16030100020100', 'hex')), 'connection'],
  // Statuses.
  'answers 000': [reply(head('content-length: 0\r\n', 'HTTP/1.1 000 X')), 'connection'],
  'answers 99': [reply(head('content-length: 0\r\n', 'HTTP/1.1 99 X')), 'connection'],
  'answers 600': [reply(head(`content-length: ${body.length}\r\n`, 'HTTP/1.1 600 X'), body), 'server'],
  'answers 999': [reply(head(`content-length: ${body.length}\r\n`, 'HTTP/1.1 999 X'), body), 'server'],
  'answers a status of words': [reply(head('content-length: 0\r\n', 'HTTP/1.1 OK')), 'connection'],
  'gives a long reason': [reply(answer(body, { status: `200 ${'r'.repeat(8000)}` })), 'ok'],
  'answers 204 with a body': [reply(answer(body, { status: '204 X' })), 'invalid_response', 'connection'],
  'answers 205 with a body': [reply(answer(body, { status: '205 X' })), 'invalid_response', 'ok'],
  'answers 206': [reply(answer(body, { status: '206 X', headers: 'content-range: bytes 0-5/10\r\n' })), 'ok'],
  'answers 304 with a body': [reply(answer(body, { status: '304 X' })), 'api', 'connection'],
  'redirects to itself': [reply(answer('', { status: '302 X', headers: 'location: /\r\n' })), 'api'],
  'redirects to a file': [reply(answer('', { status: '307 X', headers: 'location: file:///etc/passwd\r\n' })), 'api'],
  'redirects to data': [reply(answer('', { status: '303 X', headers: `location: data:,${body}\r\n` })), 'api'],
  'asks for a password': [reply(answer(body, { status: '401 X', headers: 'www-authenticate: Basic\r\n' })), 'auth'],
  "asks for a proxy's password": [reply(answer(body, { status: '407 X' })), 'connection', 'api'],
  // 1xx.
  'hints before it answers': [reply('HTTP/1.1 103 Early\r\nlink: </x>\r\n\r\n'.repeat(500), good), 'ok'],
  'says that it works on it, then answers': [reply('HTTP/1.1 102 X\r\n\r\n', good), 'ok'],
  'says for ever that it works on it': [replyAndStay('HTTP/1.1 102 X\r\n\r\n'), 'timeout'],
  'says 100 without being asked': [reply('HTTP/1.1 100 Continue\r\n\r\n', good), 'connection', 'ok'],
  'switches protocols': [
    replyAndStay(head('upgrade: x\r\nconnection: upgrade\r\n', 'HTTP/1.1 101 X')),
    'connection',
    'timeout',
  ],
  // Headers.
  'sends a huge header': [reply(answer(body, { headers: `x: ${long}\r\n` })), 'connection'],
  'sends thousands of headers': [reply(answer(body, { headers: 'x: 1\r\n'.repeat(20_000) })), 'connection'],
  'sends a header of 15 kB': [reply(answer(body, { headers: `x: ${'y'.repeat(15_000)}\r\n` })), 'ok'],
  'sends a header without colon': [reply(answer(body, { headers: 'nonsense\r\n' })), 'connection'],
  'folds a header': [reply(answer(body, { headers: 'x: 1\r\n 2\r\n' })), 'ok', 'connection'],
  'sends a header with NUL': [reply(answer(body, { headers: 'x: a\0b\r\n' })), 'connection'],
  'sends a header of bytes': [reply(answer(body, { headers: 'x-request-id: \xff\xfe\x80\r\n' })), 'ok'],
  'ends lines by LF alone': [
    reply(`HTTP/1.1 200 OK\ncontent-length: ${body.length}\n\n${body}`),
    'connection',
    'timeout',
  ],
  'sends headers twice': [
    reply(answer(body, { headers: 'x-request-id: a\r\nx-request-id: b\r\ncontent-type: x\r\n' })),
    'ok',
  ],
  'sends headers that objects have': [reply(answer(body, { headers: '__proto__: x\r\nconstructor: y\r\n' })), 'ok'],
  // Bodies.
  'sends invalid UTF-8': [
    reply(
      answer(Buffer.concat([Buffer.from('{"x":"'), Buffer.of(0xff, 0xc3, 0x28), Buffer.from(`",${body.slice(1)}`)])),
    ),
    'ok',
  ],
  'sends UTF-16': [reply(answer(Buffer.from(`\ufeff${body}`, 'utf16le'))), 'invalid_response'],
  'begins with a byte order mark': [reply(answer(`\ufeff${body}`)), 'ok'],
  'begins with NUL': [reply(answer(`\0${body}`)), 'invalid_response'],
  'ends inside of a character': [
    reply(answer(Buffer.concat([Buffer.from(body), Buffer.of(0xe2, 0x82)]))),
    'ok',
    'invalid_response',
  ],
  // Codings.
  compresses: [reply(answer(gzipped, coded('gzip'))), 'ok'],
  'compresses by brotli': [reply(answer(brotliCompressSync(body), coded('br'))), 'ok'],
  'compresses by deflate': [reply(answer(deflateSync(body), coded('deflate'))), 'ok'],
  'compresses twice': [reply(answer(gzipSync(gzipped), coded('gzip, gzip'))), 'ok', 'invalid_response'],
  'says that it compressed twenty times': [
    reply(answer(body, coded(Array(20).fill('gzip').join()))),
    'connection',
    'ok',
  ],
  'spoils what it compressed': [reply(answer(Buffer.from(gzipped).fill(7, 15, 40), coded('gzip'))), 'connection'],
  'spoils the sum of what it compressed': [
    reply(answer(Buffer.from(gzipped).fill(0, gzipped.length - 8), coded('gzip'))),
    'connection',
  ],
  'cuts what it compressed': [reply(answer(gzipped.subarray(0, 60), coded('gzip'))), 'invalid_response'],
  'goes on after what it compressed': [
    reply(answer(Buffer.concat([gzipped, Buffer.from('junk')]), coded('gzip'))),
    'connection',
  ],
  'spoils what it compressed by brotli': [
    reply(answer(brotliCompressSync(body).fill(255, 5, 30), coded('br'))),
    'connection',
  ],
  'says that it compressed, and did not': [reply(answer(body, coded('gzip'))), 'connection'],
  'compresses without saying so': [reply(answer(gzipped)), 'invalid_response'],
  'compresses nothing': [reply(answer('', coded('gzip'))), 'invalid_response'],
  'names a coding that there is not': [reply(answer(body, coded('rot13'))), 'ok'],
  // Failures whose body fails, too.
  'refuses, and cuts the reason': [
    reply(head('content-length: 500\r\n', 'HTTP/1.1 403 X'), '{"message":"no"'),
    'permission',
  ],
  'refuses, and resets': [
    replyAndReset(head('content-length: 500\r\n', 'HTTP/1.1 404 X'), '{"message":"no"'),
    'not_found',
  ],
  'refuses, and spoils the reason': [reply(answer('no', { status: '409 X', ...coded('gzip') })), 'conflict'],
  'fails, and cuts the reason': [reply(head('content-length: 500\r\n', 'HTTP/1.1 500 X'), '{"mess'), 'server'],
  'refuses, and never ends the reason': [
    replyAndStay(head('content-length: 500\r\n', 'HTTP/1.1 403 X'), '{"mess'),
    'timeout',
  ],
};

const isRefusal = (error: LagError): boolean => error.status !== undefined && error.status >= 400 && error.status < 500;

describe.each(TRANSPORTS)('%s: a server that', (_, makeContext) => {
  const contextOf = (baseUrl: string): LagContext => makeContext(USER_TOKEN, { baseUrl, maxRetries: 0 });
  let time: Clock;
  beforeEach(() => {
    time = skipTime();
  });

  test.each(Object.entries(CASES))('%s', async (_name, [act, ...outcomes]) => {
    const server = await serveRaw(act);
    const ctx = contextOf(server.url);
    const calls = Promise.all([getVersion(ctx), sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })]);
    if (outcomes.includes('timeout')) void server.acted(2).then(time.expire);
    for (const [index, result] of (await calls).entries()) {
      expect(outcomes).toContain(result.match<Outcome>(() => 'ok', ({ kind }) => kind)); // prettier-ignore
      if (result.isOk()) continue;
      expect(result.error).toMatchObject({ attempts: 1, maybeApplied: index === 1 && !isRefusal(result.error) });
    }
    expect(server.requests.length).toBeLessThanOrEqual(2);
    await server.left();
  });

  test('stops after any byte of its answer is a timeout, and one that resets there an error', async () => {
    const bytes = Buffer.from(`${head('content-length: 15\r\nconnection: close\r\n')}{"version":"1"}`);
    for (const end of [replyAndStay, replyAndReset]) {
      const servers = await Promise.all(
        Array.from({ length: bytes.length + 1 }, (_unused, at) => serveRaw(end(bytes.subarray(0, at)))),
      );
      const calls = Promise.all(servers.map(({ url }) => getVersion(contextOf(url))));
      if (end === replyAndStay) void Promise.all(servers.map(({ acted }) => acted(1))).then(time.expire);
      for (const [at, result] of (await calls).entries()) {
        const expected = at === bytes.length ? 'ok' : end === replyAndStay ? 'timeout' : 'connection';
        expect([at, result.match(() => 'ok', (error) => error.kind)]).toEqual([at, expected]); // prettier-ignore
        await servers[at]!.left();
      }
    }
  });

  test('trickles is read for as long as there is time', async () => {
    const trickle: Act = async ({ socket, request, write }) => {
      await request();
      for (const byte of good) {
        if (socket.destroyed) return;
        write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
    };
    const server = await serveRaw(trickle);
    expect(await valueOf(getVersion(contextOf(server.url)))).toMatchObject({ version: '1' });
    const slow = await serveRaw(async ({ request, write, socket }) => {
      await request();
      write(head('content-length: 5000\r\n'));
      let drops = 0;
      const timer = setInterval(() => {
        write(' ');
        if (++drops === 5) time.expire();
      }, 5);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await errorOf(getVersion(contextOf(slow.url)))).toMatchObject({ kind: 'timeout' });
    await slow.left();
  });

  test.each<[string, Act]>([
    [
      'refuses an upload while it is sent',
      async ({ head: whenHead, write }) => {
        await whenHead();
        write(answer('{"message":"too large"}', { status: '413 X' }));
      },
    ],
    [
      'refuses an upload and closes',
      async ({ head: whenHead, write, socket }) => {
        await whenHead();
        write(answer('{"message":"too large"}', { status: '413 X' }));
        socket.destroySoon();
      },
    ],
    [
      'resets while an upload is sent',
      async ({ head: whenHead, socket }) => {
        await whenHead();
        socket.resetAndDestroy();
      },
    ],
    [
      'does not take an upload',
      async ({ head: whenHead, socket }) => {
        await whenHead();
        socket.pause();
        setRealTimeout(() => {
          time.expire();
          // Only who reads learns that the other side has gone.
          setImmediate(() => socket.resume());
        }, 50);
      },
    ],
  ])('%s ends the call, and nothing is left', async (_name, act) => {
    const server = await serveRaw(act);
    const error = await errorOf(
      uploadImage(contextOf(server.url), new Uint8Array(20 * 1024 * 1024), { purpose: 'chat' }),
    );
    expect(['api', 'connection', 'timeout']).toContain(error.kind);
    expect(error).toMatchObject({ attempts: 1, maybeApplied: error.kind !== 'api' });
    expect(server.connections()).toBeLessThanOrEqual(2);
    await server.left();
  });

  test('refuses with a reason that breaks off says when to come back, and that nothing was done', async () => {
    const server = await serveRaw(
      reply(head('content-length: 500\r\nretry-after: 7\r\nx-request-id: q1\r\n', 'HTTP/1.1 429 X'), '{"message":"slo'),
    );
    const ctx = makeContext(USER_TOKEN, { baseUrl: server.url, maxRetryAfterMs: 0 });
    expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({
      kind: 'rate_limit',
      retryAfterSeconds: 7,
      requestId: 'q1',
      attempts: 1,
      maybeApplied: false,
    });
  });

  test('pours without end is read up to 5 MB', async () => {
    const piece = Buffer.alloc(1 << 20, ' ');
    let poured = 0;
    const pour: Act = async ({ socket, request, write }) => {
      await request();
      write(head('connection: close\r\n', 'HTTP/1.0 200 OK'));
      const more = () => {
        while (!socket.destroyed && socket.write(piece));
      };
      socket.on('close', () => (poured = socket.bytesWritten));
      socket.on('drain', more);
      more();
    };
    const server = await serveRaw(pour);
    const ctx = contextOf(server.url);
    expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_response', issues: [{ path: '' }] });
    await server.left();
    // What lay in buffers beside.
    expect(poured).toBeLessThan(20e6);
    expect(await errorOf(deleteRoom(ctx, 's1', 'r1'))).toMatchObject({
      kind: 'invalid_response',
      message: 'the response is longer than maxResponseBytes, 5000000',
    });
  });

  test('sends a bomb of compressed blanks is read up to 50 MB', async () => {
    const bomb: Act = async ({ socket, request, write }) => {
      await request();
      write(head('connection: close\r\ncontent-encoding: gzip\r\n', 'HTTP/1.0 200 OK'));
      for (let n = 0; n < 150 && !socket.destroyed; n++)
        if (!socket.write(blanks()))
          await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
      socket.end();
    };
    const server = await serveRaw(bomb);
    const ctx = contextOf(server.url);
    expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_response', issues: [{ path: '' }] });
    await server.left();
  });
});
