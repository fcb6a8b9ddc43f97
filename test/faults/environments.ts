import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContext, getVersion, uploadImage, uploadAvatar, type ContextOptions } from '../../src/index.js';

interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const IMAGE = {
  id: 'p1',
  uploaderId: 'u1',
  url: 'https://cdn.example/p1.png',
  originalUrl: null,
  contentType: 'image/png',
  size: 8,
  width: 1,
  height: 1,
  purpose: 'chat',
  processingStatus: 'ready',
  variants: null,
  blurhash: null,
  alt: null,
  createdAt: '2026-03-01T09:00:00.000Z',
};

const PNG = [0x89, 0x50, 0x4e, 0x47, 0, 0xff, 13, 10];

/** The cases that every environment and every fetch must pass: uploads of each source, and signals. */
export const describeEnvironment = (name: string, makeOptions: () => ContextOptions): void => {
  describe(name, () => {
    let server: Server;
    let baseUrl = '';
    const requests: Seen[] = [];

    beforeAll(async () => {
      server = createServer((incoming, response) => {
        void buffer(incoming).then((body) => {
          const { url = '', headers } = incoming;
          requests.push({ url, headers, body });
          // Pages of another origin ask first.
          const allowed = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization' };
          if (incoming.method === 'OPTIONS') return response.writeHead(204, allowed).end();
          if (url.endsWith('/version')) return undefined;
          response.writeHead(200, { 'content-type': 'application/json', ...allowed });
          return response.end(JSON.stringify(url.endsWith('/images') ? IMAGE : { avatarUrl: 'https://cdn.example/a' }));
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    const contextFor = (options: ContextOptions = {}) =>
      createContext('lag_pat_x1234567', { baseUrl, maxRetries: 0, ...makeOptions(), ...options });

    const sources: readonly (readonly [string, () => Promise<Blob | Uint8Array | ArrayBuffer | ReadableStream>])[] = [
      ['bytes', async () => new Uint8Array(PNG)],
      ['a Buffer', async () => Buffer.from(PNG)],
      ['an ArrayBuffer', async () => new Uint8Array(PNG).buffer],
      ['a Blob', async () => new Blob([new Uint8Array(PNG)])],
      ['a File', async () => new File([new Uint8Array(PNG)], 'cat.png')],
      ["Node's Blob", async () => new (await import('node:buffer')).Blob([new Uint8Array(PNG)]) as unknown as Blob], // the types differ, the objects do not
      [
        'a stream',
        async () =>
          new ReadableStream({
            start: (controller) => {
              for (const byte of PNG) controller.enqueue(new Uint8Array([byte]));
              controller.close();
            },
          }),
      ],
    ];

    test.each(sources)('uploads %s byte by byte as it is', async (_, makeSource) => {
      requests.length = 0;
      const uploaded = await uploadImage(contextFor(), await makeSource(), { purpose: 'chat', filename: 'a"b.png' });
      expect(uploaded._unsafeUnwrap().id).toBe('p1');
      const seen = requests.find(({ body }) => body.length > 0)!;
      const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(seen.headers['content-type'] ?? '') ?? [];
      const text = seen.body.toString('latin1');
      expect(text).toContain(`--${boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nchat\r\n`);
      expect(text).toContain('name="file"; filename="a%22b.png"\r\nContent-Type: image/png\r\n\r\n');
      const start = text.indexOf('\r\n\r\n', text.indexOf('name="file"')) + 4;
      expect([...seen.body.subarray(start, start + PNG.length)]).toEqual(PNG);
      expect(text.slice(start + PNG.length)).toBe(`\r\n--${boundary}--\r\n`);
    });

    test.each(sources)('sends %s as base64', async (_, makeSource) => {
      requests.length = 0;
      const result = await uploadAvatar(contextFor(), await makeSource());
      expect(result._unsafeUnwrap()).toEqual({ avatarUrl: 'https://cdn.example/a' });
      const { body } = requests.find((request) => request.body.length > 0)!;
      const { image } = JSON.parse(body.toString()) as { image: string };
      expect([...Buffer.from(image, 'base64')]).toEqual(PNG);
    });

    test('a signal ends a call that waits for its response', async () => {
      requests.length = 0;
      const controller = new AbortController();
      const reason = { by: 'the caller' };
      const pending = getVersion(contextFor(), { signal: controller.signal });
      await expect.poll(() => requests.length).toBeGreaterThan(0);
      controller.abort(reason);
      const error = (await pending)._unsafeUnwrapErr();
      expect([error.kind, error.cause]).toEqual(['aborted', reason]);
    });

    test('a timeout ends a call that waits for its response', async () => {
      const error = (await getVersion(contextFor({ timeoutMs: 50 })))._unsafeUnwrapErr();
      expect(error.kind).toBe('timeout');
    });

    test('a signal that has aborted sends nothing', async () => {
      requests.length = 0;
      const error = (await getVersion(contextFor(), { signal: AbortSignal.abort() }))._unsafeUnwrapErr();
      expect([error.kind, error.attempts, requests.length]).toEqual(['aborted', 0, 0]);
    });
  });
};
