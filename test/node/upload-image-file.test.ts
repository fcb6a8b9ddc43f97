import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Agent } from 'undici';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createContext, type ContextOptions, type UserContext } from '../../src/context.js';
import { lagError } from '../../src/errors.js';
import { undiciTransport, uploadImageFile } from '../../src/node/index.js';
import { ofetchTransport } from '../../src/transports/ofetch.js';
import { skipTime } from '../support/clock.js';
import { deferred, errorOf, valueOf } from '../support/results.js';
import { ROBOT_TOKEN } from '../support/samples.js';
import { empty, json, serve, type Seen } from '../support/server.js';
import { runScript } from './script.js';

const folder = mkdtempSync(join(tmpdir(), 'lagclient-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MIB = 1024 * 1024;

const file = (name: string, content: Buffer | number): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'number' ? randomBytes(content) : content);
  return path;
};

const metadata = {
  id: 'i1',
  uploaderId: 'u1',
  url: 'https://cdn.example.com/i1.png',
  originalUrl: null,
  contentType: 'image/png',
  size: 1,
  width: null,
  height: null,
  purpose: 'chat',
  processingStatus: 'ready',
  variants: null,
  blurhash: null,
  alt: null,
  createdAt: '2026-01-02T03:04:05.000Z',
};

const formOf = async ({ body, headers }: Seen): Promise<FormData> =>
  new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type']! } }).formData();

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const TOKEN = 'lag_pat_0123456789abcdef';
const contexts: Record<string, (options: ContextOptions) => UserContext> = {
  undici: (options) => createContext(TOKEN, { ...options, transport: undiciTransport() }),
  "the user's undici": (options) =>
    createContext(TOKEN, { ...options, transport: undiciTransport({ dispatcher: new Agent() }) }),
  ofetch: (options) => createContext(TOKEN, { ...options, transport: ofetchTransport() }),
  fetch: (options) => createContext(TOKEN, options),
};

describe.each(Object.keys(contexts))('over %s', (over) => {
  const contextOf = (baseUrl: string, options?: ContextOptions) => contexts[over]!({ baseUrl, ...options });
  // Node 24's own fetch throws past its caller when it cannot read on.
  const isThrown = /fetch/.test(over) && Number.parseInt(process.versions.node) > 23;

  test.each([0, 1, 65_536, 262_144, 1_000_003])('a file of %d bytes arrives whole', async (size) => {
    const content = randomBytes(size);
    const path = file(`whole-${size}.png`, content);
    const server = await serve(json(metadata, 201));
    const sent = await valueOf(
      uploadImageFile(contextOf(server.url), path, { purpose: 'chat', alt: 'a\nb', entityId: 'e1' }),
    );
    expect(sent).toEqual(metadata);
    const [seen] = server.requests as [Seen];
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/images',
      headers: { 'content-length': String(seen.body.length) },
    });
    const form = await formOf(seen);
    expect([...form.keys()].sort()).toEqual(['alt', 'entityId', 'file', 'purpose']);
    expect([form.get('purpose'), form.get('alt'), form.get('entityId')]).toEqual(['chat', 'a\r\nb', 'e1']);
    const received = form.get('file') as File;
    expect(received).toMatchObject({ name: `whole-${size}.png`, type: 'image/png', size });
    expect(hash(new Uint8Array(await received.arrayBuffer()))).toBe(hash(content));
  });

  test.each([
    ['a.JPG', 'image/jpeg'],
    ['a.jpeg', 'image/jpeg'],
    ['a.gif', 'image/gif'],
    ['a.webp', 'image/webp'],
    ['a.heic', 'image/heic'],
    ['a.heif', 'image/heif'],
    ['a.txt', 'application/octet-stream'],
    ['ä "quoted".png', 'image/png'],
  ])('%s is sent under its name as %s', async (name, type) => {
    const server = await serve(json(metadata, 201));
    await valueOf(uploadImageFile(contextOf(server.url), file(name, 3), { purpose: 'chat' }));
    expect((await formOf(server.requests[0]!)).get('file')).toMatchObject({ name, type });
  });

  test('name and type may be told', async () => {
    const server = await serve(json(metadata, 201));
    const body = { purpose: 'chat', filename: 'other.bin', contentType: 'image/png' } as const;
    await valueOf(uploadImageFile(contextOf(server.url), file('b.gif', 3), body));
    expect((await formOf(server.requests[0]!)).get('file')).toMatchObject({ name: 'other.bin', type: 'image/png' });
  });

  test('each attempt sends the file from its start', async () => {
    skipTime();
    const path = file('again.png', 500_000);
    const server = await serve(empty(429), json(metadata, 201));
    await valueOf(uploadImageFile(contextOf(server.url), path, { purpose: 'chat' }));
    const hashes = await Promise.all(
      server.requests.map(async (seen) =>
        hash(new Uint8Array(await ((await formOf(seen)).get('file') as File).arrayBuffer())),
      ),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  test.each<[string, () => unknown]>([
    ['that is missing', () => join(folder, 'missing.png')],
    ['to a folder', () => folder],
    ['that is empty', () => ''],
    ['with a null byte', () => `${folder}/a\0.png`],
    ['to a device', () => '/dev/zero'],
    ['that is a number', () => 5],
    ['that is undefined', () => undefined],
    ['that is an object', () => ({})],
    [
      'to more than 25 MiB',
      () => {
        const path = file('big.png', 0);
        truncateSync(path, 25 * MIB + 1);
        return path;
      },
    ],
  ])('a path %s is an invalid_input, and nothing is sent', async (_, path) => {
    const server = await serve(json(metadata, 201));
    const error = await errorOf(uploadImageFile(contextOf(server.url), path() as string, { purpose: 'chat' }));
    expect(error).toMatchObject({ kind: 'invalid_input', attempts: 0, maybeApplied: false });
    expect(server.requests).toHaveLength(0);
  });

  // Root may read every file, and so may everyone on Windows, where a mode only says whether a file can be written.
  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a file that may not be read is an invalid_input',
    async () => {
      const path = file('secret.png', 3);
      chmodSync(path, 0);
      const error = await errorOf(uploadImageFile(contextOf('http://127.0.0.1:1'), path, { purpose: 'chat' }));
      expect(error).toMatchObject({ kind: 'invalid_input' });
    },
  );

  test.each(['plain.png', 'with space.png', 'ä#?%25.png'])(
    'a file: URL of %j is a path, in any realm',
    async (name) => {
      const content = randomBytes(1000);
      const url = pathToFileURL(file(name, content));
      const server = await serve(json(metadata, 201));
      const ctx = contextOf(server.url);
      for (const path of [url, { href: url.href }]) {
        await valueOf(uploadImageFile(ctx, path as URL, { purpose: 'chat' }));
        const sent = (await formOf(server.requests.at(-1)!)).get('file') as File;
        expect(sent.name).toBe(name);
        expect(hash(new Uint8Array(await sent.arrayBuffer()))).toBe(hash(content));
      }
    },
  );

  test('onUploadProgress ends with all of it', async () => {
    const server = await serve(json(metadata, 201));
    const steps: { sent: number; total: number }[] = [];
    const path = file('progress.png', 1_000_000);
    await valueOf(
      uploadImageFile(
        contextOf(server.url),
        path,
        { purpose: 'chat' },
        {
          onUploadProgress: (step) => {
            steps.push(step);
            throw new Error('of the user');
          },
        },
      ),
    );
    const total = server.requests[0]!.body.length;
    expect(steps.at(-1)).toEqual({ sent: total, total });
    // A fetch tells no more than that.
    if (over.includes('undici')) expect(steps.length).toBeGreaterThan(4);
    for (const [index, { sent }] of steps.entries()) expect(sent).toBeGreaterThan(steps[index - 1]?.sent ?? 0);
  });

  test.skipIf(isThrown)('a file that changes between attempts is an Err, not another upload', async () => {
    skipTime();
    const path = file('changes.png', 500_000);
    const server = await serve(
      (response, seen) => {
        writeFileSync(path, randomBytes(500_000));
        utimesSync(path, 1, 1);
        empty(429)(response, seen);
      },
      json(metadata, 201),
    );
    const error = await errorOf(uploadImageFile(contextOf(server.url, { maxRetries: 1 }), path, { purpose: 'chat' }));
    expect(error).toMatchObject({ kind: 'connection', attempts: 2 });
    expect(server.requests).toHaveLength(1);
  });

  test.skipIf(isThrown)('a file that becomes shorter between attempts is an Err, not a short upload', async () => {
    skipTime();
    const path = file('shrinks.png', 500_000);
    const server = await serve(
      (response, seen) => {
        truncateSync(path, 400_000);
        empty(429)(response, seen);
      },
      json(metadata, 201),
    );
    const error = await errorOf(uploadImageFile(contextOf(server.url, { maxRetries: 1 }), path, { purpose: 'chat' }));
    expect(error).toMatchObject({ kind: 'connection', attempts: 2 });
    expect(server.requests).toHaveLength(1);
  });

  test.runIf(process.platform === 'linux' && !isThrown)('no file stays open, however the call ends', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const path = file('open.png', 20 * MIB);
    const arrived = deferred();
    const server = createServer((request) => request.once('data', () => (request.pause(), arrived.resolve())));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const before = open();
    const end = new AbortController();
    const ctx = contextOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const call = errorOf(uploadImageFile(ctx, path, { purpose: 'chat' }, { signal: end.signal }));
    await arrived.promise;
    end.abort();
    expect(await call).toMatchObject({ kind: 'aborted', maybeApplied: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect.poll(open).toBeLessThanOrEqual(before);
  });
});

test.each([
  ['a robot', () => createContext(ROBOT_TOKEN, { transport: undiciTransport() }) as never, 'invalid_token'],
  ['no token', () => createContext('', { transport: undiciTransport() }), 'invalid_token'],
  ['no context', () => undefined as never, 'invalid_input'],
])('with %s it is an Err', async (_, ctx, kind) => {
  const path = file('refused.png', 3);
  expect(await errorOf(uploadImageFile(ctx(), path, { purpose: 'chat' }))).toMatchObject({ kind });
});

test.each<[string, () => unknown]>([
  ['missing', () => join(folder, 'missing.png')],
  ['a folder', () => folder],
  ['empty', () => ''],
  ['a null byte', () => `${folder}/a\0.png`],
  ['a device', () => '/dev/zero'],
  ['a number', () => 5],
  ['undefined', () => undefined],
  ['null', () => null],
  ['an object', () => ({})],
  ['a Buffer', () => Buffer.from(file('buffer.png', 3))],
  ['a file descriptor', () => ({ fd: 1 })],
  ['a URL of https', () => new URL('https://example.com/a.png')],
  ['a URL of a file that is missing', () => new URL('file:///nowhere/a.png')],
  ['a URL of another host', () => ({ href: 'file://host/a.png' })],
  [
    'a getter that throws',
    () => ({
      get href() {
        throw new Error('gotcha');
      },
    }),
  ],
])('an invalid path says that it is the path: %s', async (_, path) => {
  const ctx = createContext(TOKEN, { transport: undiciTransport(), baseUrl: 'http://127.0.0.1:1' });
  const error = await errorOf(uploadImageFile(ctx, path() as string, { purpose: 'chat' }));
  expect(error).toMatchObject({ kind: 'invalid_input', attempts: 0, maybeApplied: false });
  expect(error.message).toMatch(/^invalid path: ./);
});

const throwing = (name: string): object =>
  Object.defineProperty({ purpose: 'chat' }, name, {
    enumerable: true,
    get() {
      throw new Error('gotcha');
    },
  });

test.each<[string, unknown, unknown]>([
  ['purpose', throwing('purpose'), {}],
  ['filename', throwing('filename'), {}],
  ['contentType', throwing('contentType'), {}],
  ['alt', throwing('alt'), {}],
  ['signal', { purpose: 'chat' }, throwing('signal')],
  ['timeoutMs', { purpose: 'chat' }, throwing('timeoutMs')],
  ['onUploadProgress', { purpose: 'chat' }, throwing('onUploadProgress')],
  [
    'a frozen LagError',
    {
      get purpose() {
        throw Object.freeze(lagError('not_found', 'of an earlier call'));
      },
    },
    {},
  ],
])('never rejects, whatever throws: %s', async (_, body, options) => {
  const ctx = createContext(TOKEN, { transport: undiciTransport(), baseUrl: 'http://127.0.0.1:1' });
  const error = await errorOf(uploadImageFile(ctx, file('throws.png', 3), body as never, options as object));
  expect(error).toMatchObject({ kind: 'invalid_input', attempts: 0, maybeApplied: false });
});

test.each([undefined, null, 5])('with a body that is %j it is an Err', async (body) => {
  const server = await serve(empty(400));
  const ctx = createContext(TOKEN, { transport: undiciTransport(), baseUrl: server.url });
  expect(await errorOf(uploadImageFile(ctx, file('no-body.png', 3), body as never))).toBeDefined();
});

test.runIf(process.platform === 'linux')(
  '25 MiB from a path raise resident memory by at most 8 MB over an idle connection',
  async () => {
    const server = createServer((request, response) =>
      request.resume().on('end', () => response.writeHead(201).end('{}')),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const source = `
    import { readFileSync } from 'node:fs';
    import { createContext } from '../../src/context.js';
    import { lagError } from '../../src/errors.js';
import { undiciTransport, uploadImageFile } from '../../src/node/index.js';
    const [baseUrl, small, large] = process.argv.slice(2) as [string, string, string];
    const ctx = createContext('lag_pat_x', { baseUrl, transport: undiciTransport() });
    const peakMb = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1000;
    for (let n = 0; n < 5; n++) await uploadImageFile(ctx, small, { purpose: 'chat' });
    const idleMb = peakMb();
    const { error } = (await uploadImageFile(ctx, large, { purpose: 'chat' })) as { error: { status?: number } };
    console.log(JSON.stringify({ status: error.status, raisedMb: peakMb() - idleMb }));
  `;
    const { lines } = await runScript(
      source,
      [
        `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        file('small.png', 1000),
        file('large.png', 25 * MIB),
      ],
      // V8 compiles undici's parser anew at a time of its choice, which takes 30 MB for a moment.
      ['--liftoff-only'],
    );
    const { status, raisedMb } = JSON.parse(lines[0]!) as { status: number; raisedMb: number };
    expect(status).toBe(201);
    expect(raisedMb).toBeLessThan(8);
  },
);
