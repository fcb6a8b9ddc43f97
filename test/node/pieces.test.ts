import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { UploadBody, UploadProgress } from '../../src/pipeline/transport.js';
import { json, serve } from '../support/server.js';
import { pfx } from './certificate.js';
import { failureOf, post, responseOf } from './send.js';
import { describeOverUndicis } from './undicis.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An upload that gives each piece in the same memory, as one that reads a file does. */
const uploadOf = (content: Buffer, pieceBytes: number): UploadBody => ({
  contentType: 'multipart/form-data; boundary=b',
  size: content.length,
  parts: [],
  pieces: async function* () {
    const memory = new Uint8Array(pieceBytes);
    for (let start = 0; start < content.length; start += pieceBytes) {
      const piece = memory.subarray(0, Math.min(pieceBytes, content.length - start));
      piece.set(content.subarray(start, start + pieceBytes));
      yield piece;
      // Whatever still reads it now reads this.
      memory.fill(0xee);
    }
  },
});

describeOverUndicis('an upload', (over) => {
  test.each([
    [0, 65_536],
    [1, 65_536],
    [1_000_003, 100],
    [1_000_003, 16_384],
    [3_000_001, 65_535],
    [3_000_001, 65_536],
    [5_000_000, 262_144],
  ])('of %d bytes in pieces of %d arrives as it is, over any dispatcher', async (size, pieceBytes) => {
    const content = randomBytes(size);
    const server = await serve(json({}));
    const agent = new over.undici.Agent();
    const composed = agent.compose((dispatch) => (options, handler) => dispatch(options, handler));
    onTestFinished(() => agent.close());
    for (const options of [{}, { connections: 1 }, { dispatcher: agent }, { dispatcher: composed }]) {
      const body = uploadOf(content, pieceBytes);
      await responseOf(over.node.undiciTransport(options), post(`${server.url}/x`, { body }));
    }
    expect(server.requests.map(({ body }) => hash(body))).toEqual(Array(4).fill(hash(content)));
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({
        'content-length': String(size),
        'content-type': 'multipart/form-data; boundary=b',
      });
      expect(headers).not.toHaveProperty('transfer-encoding');
    }
  });

  test.each([16_384, 65_535, 65_536, 262_144])(
    'in pieces of %d arrives as it is where the server is slow',
    async (pieceBytes) => {
      const content = randomBytes(20_000_000);
      const hashes: string[] = [];
      const server = createServer((request, response) => {
        const hasher = createHash('sha256');
        let turns = 0;
        request.on('data', (chunk: Buffer) => {
          hasher.update(chunk);
          // Lets the sender run ahead as far as it can.
          if (++turns % 50 > 0) return;
          request.pause();
          setImmediate(() => setImmediate(() => request.resume()));
        });
        request.on('end', () => {
          hashes.push(hasher.digest('hex'));
          response.end('{}');
        });
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const agent = new over.undici.Agent();
      onTestFinished(async () => {
        await agent.close();
        server.close();
      });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
      for (const options of [{}, { dispatcher: agent }])
        await responseOf(over.node.undiciTransport(options), post(url, { body: uploadOf(content, pieceBytes) }));
      expect(hashes).toEqual([hash(content), hash(content)]);
    },
  );

  test('arrives as it is over HTTP/2', async () => {
    const content = randomBytes(5_000_000);
    const seen: string[] = [];
    const answer = async (request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> => {
      seen.push(hash(Buffer.concat(await request.toArray())), request.httpVersion, request.headers['content-length']!);
      response.end('{}');
    };
    const server = createSecureServer({ pfx }, (request, response) => void answer(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const dispatcher = new over.undici.Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
    onTestFinished(() => dispatcher.destroy());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    const body = uploadOf(content, 262_144);
    await responseOf(over.node.undiciTransport({ dispatcher }), post(url, { body }));
    expect(seen).toEqual([hash(content), '2.0', String(content.length)]);
  });

  test('has its own type and length, whatever the headers say', async () => {
    const server = await serve(json({}));
    const headers = { 'content-type': 'application/json', 'content-length': '3' };
    await responseOf(
      over.node.undiciTransport(),
      post(`${server.url}/x`, { headers, body: uploadOf(randomBytes(9), 4) }),
    );
    expect(server.requests).toMatchObject([
      { headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '9' } },
    ]);
  });

  test('tells how much of it was sent, as far as the server takes it', async () => {
    const content = randomBytes(20_000_000);
    const progress: UploadProgress[] = [];
    let whenStalled: number | undefined;
    const server = createServer((request, response) => {
      const look = (seen: number, turns: number): void => {
        if (progress.length !== seen) return void setImmediate(look, progress.length, 0);
        if (turns < 500) return void setImmediate(look, seen, turns + 1);
        whenStalled = progress.at(-1)?.sent ?? 0;
        request.resume();
      };
      look(-1, 0);
      request.on('end', () => response.end('{}'));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    const body = uploadOf(content, 262_144);
    await responseOf(over.node.undiciTransport(), post(url, { body, onUploadProgress: (step) => progress.push(step) }));
    // Not yet read by the server, but in the buffers between.
    expect(whenStalled).toBeLessThan(15_000_000);
    expect(progress.map(({ sent }) => sent)).toEqual(
      Array.from({ length: 77 }, (_, n) => Math.min(262_144 * (n + 1), content.length)),
    );
    expect(new Set(progress.map(({ total }) => total))).toEqual(new Set([content.length]));
  });

  test('is the same each time', async () => {
    const server = await serve(json({}));
    const body = uploadOf(randomBytes(300_000), 100_000);
    const transport = over.node.undiciTransport();
    for (let attempt = 0; attempt < 3; attempt++) await responseOf(transport, post(`${server.url}/x`, { body }));
    expect(new Set(server.requests.map((request) => hash(request.body)))).toHaveProperty('size', 1);
  });

  test.each<[string, () => AsyncIterable<Uint8Array>]>([
    [
      'throws',
      () => {
        throw new Error('the source broke');
      },
    ],
    [
      'fails after a piece',
      async function* () {
        yield new Uint8Array(100_000);
        throw new Error('the source broke');
      },
    ],
    [
      'is short',
      async function* () {
        yield new Uint8Array(100_000);
      },
    ],
    [
      'is long',
      async function* () {
        for (;;) yield new Uint8Array(100_000);
      },
    ],
  ])('whose source %s fails, and the server never gets the whole of it', async (_, pieces) => {
    const server = await serve(json({}));
    const body = { ...uploadOf(randomBytes(250_000), 100_000), pieces };
    expect(await failureOf(over.node.undiciTransport(), post(`${server.url}/x`, { body }))).toMatchObject({
      progress: 'unknown',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('lets go of its source when it is aborted', async () => {
    const controller = new AbortController();
    let isReleased = false;
    const released = new Promise<void>((resolve) => {
      const server = createServer((request) => request.once('data', () => (request.pause(), controller.abort())));
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      server.listen(0, '127.0.0.1', () => {
        const body = {
          ...uploadOf(Buffer.alloc(0), 1),
          size: 100_000_000,
          pieces: async function* () {
            try {
              for (;;) yield new Uint8Array(1_000_000);
            } finally {
              isReleased = true;
              resolve();
            }
          },
        };
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
        void failureOf(over.node.undiciTransport(), post(url, { body, signal: controller.signal }));
      });
    });
    await released;
    expect(isReleased).toBe(true);
  });
});
