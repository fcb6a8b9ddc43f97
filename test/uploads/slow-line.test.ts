import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createContext, type ContextOptions } from '../../src/context.js';
import { undiciTransport } from '../../src/node/index.js';
import { uploadImage } from '../../src/operations/images.js';
import { getVersion } from '../../src/operations/system.js';
import { uploadAvatar } from '../../src/operations/users.js';
import type { UploadProgress } from '../../src/pipeline/transport.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { ofetchTransport } from '../../src/transports/ofetch.js';
import { xhrTransport } from '../../src/transports/xhr.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';
import { json, serve } from '../support/server.js';
import { inVirtualTime, turnsOfThreads } from '../support/clock.js';

const MiB = 1024 * 1024;
const BYTES_PER_SECOND = 1_000_000 / 8;
const PIECE_BYTES = 65_536;

const IMAGE = {
  id: 'i1',
  uploaderId: 'u1',
  url: 'https://images.test/i1.png',
  originalUrl: null,
  contentType: 'image/png',
  size: 8 * MiB,
  width: null,
  height: null,
  purpose: 'chat',
  processingStatus: 'ready',
  variants: null,
  blurhash: null,
  alt: null,
  createdAt: '2026-01-02T03:04:05.000Z',
};

/** Reads at most one piece in the time that a line of 1 Mbit/s takes for it, on the virtual clock. */
const receive = (request: IncomingMessage, response: ServerResponse, seen: { bytes: number }): void => {
  if (request.method === 'GET') return void response.end('{"version":"1"}');
  const tick = () => {
    const piece: unknown = request.read(PIECE_BYTES) ?? request.read();
    if (Buffer.isBuffer(piece)) seen.bytes += piece.length;
    if (!request.readableEnded) setTimeout(tick, (1000 * PIECE_BYTES) / BYTES_PER_SECOND);
  };
  request.on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(IMAGE)));
  request.on('error', () => {});
  tick();
};

const startSlowServer = async (options: ContextOptions) => {
  const seen = { bytes: 0 };
  const server = createServer((request, response) => receive(request, response, seen));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ctx = createContext(USER_TOKEN, { baseUrl, ...options });
  // Whatever a transport loads and connects first, it does in real time.
  await valueOf(getVersion(ctx));
  return { ctx, seen };
};

const bytes = new Uint8Array(8 * MiB);
const blob = new Blob([bytes], { type: 'image/png' });

const TRANSPORTS: readonly (readonly [string, () => ContextOptions])[] = [
  ['fetchTransport', () => ({ transport: fetchTransport() })],
  ['fetchTransport with a fetch of your own', () => ({ fetch: (url, init) => fetch(url, init) })],
  ['ofetchTransport', () => ({ transport: ofetchTransport() })],
  ['undiciTransport', () => ({ transport: undiciTransport() })],
];

describe.each(TRANSPORTS)('an 8 MiB upload at 1 Mbit/s over %s', (name, optionsOf) => {
  test.each([
    ['bytes', bytes],
    ['a Blob', blob],
  ])('succeeds with the default options, and its progress only grows, from %s', async (_, source) => {
    const { ctx, seen } = await startSlowServer(optionsOf());
    const steps: UploadProgress[] = [];
    await inVirtualTime(
      async ({ now }) => {
        const onUploadProgress = (step: UploadProgress) => void steps.push(step);
        await valueOf(uploadImage(ctx, source, { purpose: 'chat' }, { onUploadProgress }));
        // More than the default for other calls.
        expect(now()).toBeGreaterThan(60_000);
      },
      { settle: turnsOfThreads },
    );
    const total = steps[0]!.total;
    expect(total).toBeGreaterThan(8 * MiB);
    expect(seen.bytes).toBe(total);
    expect(steps.at(-1)).toEqual({ sent: total, total });
    // fetch tells nothing in between.
    if (name === 'undiciTransport') expect(steps.length).toBeGreaterThan(30);
    else expect(steps).toHaveLength(1);
    for (const [index, step] of steps.entries()) {
      expect(step.total).toBe(total);
      expect(step.sent).toBeGreaterThan(steps[index - 1]?.sent ?? -1);
    }
  });

  test('ends after an explicit timeoutMs', async () => {
    const { ctx } = await startSlowServer(optionsOf());
    const error = await inVirtualTime(
      () => errorOf(uploadImage(ctx, bytes, { purpose: 'chat' }, { timeoutMs: 30_000 })),
      { settle: turnsOfThreads },
    );
    expect(error).toMatchObject({ kind: 'timeout', attempts: 1, maybeApplied: true });
  });
});

test.each(TRANSPORTS.slice(0, 3))('an avatar, which is sent as JSON, reports its end over %s', async (_, optionsOf) => {
  const server = await serve(json({ avatarUrl: 'https://images.test/a.png' }));
  const ctx = createContext(USER_TOKEN, { baseUrl: server.url, ...optionsOf() });
  const steps: UploadProgress[] = [];
  const details = { contentType: 'image/png' };
  await valueOf(uploadAvatar(ctx, bytes.subarray(0, 3000), details, { onUploadProgress: (step) => steps.push(step) }));
  const total = server.requests[0]!.body.length;
  expect(steps).toEqual([{ sent: total, total }]);
});

test('a hook that throws or rejects does not end an upload', async () => {
  for (const onUploadProgress of [
    () => Promise.reject(new Error('own')),
    () => {
      throw new Error('own');
    },
  ]) {
    // prettier-ignore
    const server = await serve(json(IMAGE, 201));
    const ctx = createContext(USER_TOKEN, { baseUrl: server.url });
    await valueOf(uploadImage(ctx, bytes.subarray(0, 10), { purpose: 'chat' }, { onUploadProgress }));
  }
});

test('xhrTransport refuses every call where there is no XMLHttpRequest, without sending or repeating it', async () => {
  const server = await serve(json({}));
  const ctx = createContext(USER_TOKEN, { baseUrl: server.url, transport: xhrTransport() });
  expect(await errorOf(uploadImage(ctx, blob, { purpose: 'chat' }))).toMatchObject({
    kind: 'invalid_input',
    message: expect.stringContaining('XMLHttpRequest') as string,
    attempts: 0,
    maybeApplied: false,
  });
  expect(server.requests).toEqual([]);
});
