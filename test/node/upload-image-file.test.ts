import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createContext, type ContextOptions, type UserContext } from '../../src/context.js';
import { undiciTransport, uploadImageFile } from '../../src/node/index.js';
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
  ofetch: (options) => createContext(TOKEN, options),
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
