import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createContext, type UserContext } from '../../src/context.js';
import type { ImageSource } from '../../src/uploads/image-source.js';
import { uploadImage, waitForImage } from '../../src/operations/images.js';
import { uploadServerIcon } from '../../src/operations/servers.js';
import { uploadAvatar } from '../../src/operations/users.js';
import { inVirtualTime, trackTimers, turnsOfThreads } from '../support/clock.js';

const LIMIT = 26_214_400;
const MiB = 1024 * 1024;

interface Seen {
  url: string | undefined;
  type: string;
  body: Buffer<ArrayBuffer>;
}

let seen: Seen[];
let reply: (response: ServerResponse, request: IncomingMessage) => void;
let baseUrl: string;
let close: () => void;

beforeEach(async () => {
  seen = [];
  reply = (response) => response.writeHead(500).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ url: request.url, type: request.headers['content-type'] ?? '', body: Buffer.concat(chunks) });
      reply(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.close();
    server.closeAllConnections();
  };
});
afterEach(() => close());

const user = (): UserContext => createContext('lag_pat_images', { baseUrl, maxRetries: 0 });

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Uploads, whatever the server makes of it, and gives the file that it got. */
const sent = async (source: ImageSource, details: { filename?: string; contentType?: string } = {}): Promise<File> => {
  const result = await uploadImage(user(), source, { purpose: 'general', ...details });
  expect(result._unsafeUnwrapErr().kind).toBe('server');
  const [{ type, body }] = seen.splice(0) as [Seen];
  return (await new Response(body, { headers: { 'content-type': type } }).formData()).get('file') as File;
};

const refused = async (source: unknown, details: unknown = { purpose: 'general' }) => {
  const result = await uploadImage(user(), source as ImageSource, details as { purpose: 'general' });
  expect(seen.map(({ url }) => url)).toEqual([]);
  return result._unsafeUnwrapErr();
};

const streamOf = (...chunks: unknown[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull: (controller) => {
      if (chunks.length) controller.enqueue(chunks.shift() as Uint8Array);
      else controller.close();
    },
  });

describe('sources', () => {
  const content = bytesOf('\x89PNG\r\n\x1a\n and more');

  test.each<[string, () => ImageSource]>([
    ['Uint8Array', () => content],
    ['part of a buffer', () => bytesOf(`....${String.fromCharCode(...content)}....`).subarray(4, 4 + content.length)],
    [
      'shared memory',
      () => {
        const shared = new Uint8Array(new SharedArrayBuffer(content.length));
        shared.set(content);
        return shared;
      },
    ],
    ['Buffer', () => Buffer.from(content)],
    ['ArrayBuffer', () => content.slice().buffer],
    ['Blob', () => new Blob([content])],
    ['File', () => new File([content], 'x')],
    ['ReadableStream', () => streamOf(content.slice(0, 3), new Uint8Array(), content.slice(3))],
  ])('%s', async (_, source) => {
    const file = await sent(source());
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(content);
    expect(file.type).toBe('image/png');
  });

  test('a file of the disk, as a Blob, without being read by us', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lagclient-'));
    try {
      await writeFile(join(folder, 'a.png'), content);
      const blob = await openAsBlob(join(folder, 'a.png'));
      const reads = vi.spyOn(Blob.prototype, 'arrayBuffer');
      const streams = vi.spyOn(Blob.prototype, 'stream');
      expect((await sent(blob, { filename: 'a.png' })).type).toBe('image/png');
      expect(reads).not.toHaveBeenCalled();
      // fetch's own, beside the probe of an empty one.
      expect(streams.mock.contexts.filter((read) => (read as Blob).size > 0).length).toBeLessThanOrEqual(1);
      const file = await sent(blob);
      expect([file.type, file.name]).toEqual(['image/png', 'image.png']);
      expect(Math.max(...reads.mock.contexts.map((read) => (read as Blob).size))).toBeLessThanOrEqual(content.length);
      expect((reads.mock.contexts[0] as Blob).size).toBe(12);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('an empty one is sent', async () => {
    for (const source of [new Uint8Array(), new ArrayBuffer(0), new Blob([]), streamOf()]) {
      const file = await sent(source);
      expect([file.size, file.type, file.name]).toEqual([0, 'application/octet-stream', 'image']);
    }
  });

  test('bytes are taken as they are at the call, and a stream may use its buffer again', async () => {
    const bytes = bytesOf('GIF89a');
    const upload = uploadImage(user(), bytes, { purpose: 'general' });
    bytes.fill(0);
    await upload;
    expect(seen.splice(0)[0]!.body.toString('latin1')).toContain('GIF89a');

    const buffer = bytesOf('GIF');
    let round = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          if (round === 2) return controller.close();
          buffer.set(bytesOf(round++ ? '89a' : 'GIF'));
          controller.enqueue(buffer);
        },
      },
      { highWaterMark: 0 },
    );
    expect(await (await sent(stream)).text()).toBe('GIF89a');
  });
});

describe('the limit', () => {
  test('25 MiB are sent, a byte more is refused before anything is', async () => {
    const most = new Uint8Array(LIMIT);
    expect((await sent(most)).size).toBe(LIMIT);
    const more = new Uint8Array(LIMIT + 1);
    for (const source of [more, more.buffer, new Blob([more]), streamOf(most, new Uint8Array(1))])
      expect(await refused(source)).toMatchObject({ kind: 'invalid_input', method: 'POST', path: '/images' });
    expect((await sent(streamOf(most.subarray(0, MiB), most.subarray(MiB)))).size).toBe(LIMIT);
  });

  test('a stream without end is cancelled as soon as it exceeds, and let go', async () => {
    let pulled = 0;
    const cancel = vi.fn();
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(MiB));
      },
      cancel,
    });
    expect((await refused(stream)).kind).toBe('invalid_input');
    expect(pulled).toBeLessThan(30);
    expect(cancel).toHaveBeenCalledOnce();
    expect(stream.locked).toBe(false);
  });
});

describe('the content type', () => {
  const name = (filename: string) => ({ filename });

  test.each<[string, ImageSource, { filename?: string; contentType?: string }, string]>([
    [
      'the option before all',
      new File([bytesOf('GIF89a')], 'a.png', { type: 'image/webp' }),
      { contentType: 'image/heic' },
      'image/heic',
    ],
    ['the Blob before its name', new File([bytesOf('GIF89a')], 'a.png', { type: 'image/webp' }), {}, 'image/webp'],
    ['the name before the bytes', new File([bytesOf('GIF89a')], 'a.png'), {}, 'image/png'],
    ['the option of a name before the own one', new File([bytesOf('GIF89a')], 'a.png'), name('b.heif'), 'image/heif'],
    ['jpg', bytesOf('x'), name('holiday.2024.JPG'), 'image/jpeg'],
    ['jpeg', bytesOf('x'), name('a.jpeg'), 'image/jpeg'],
    ['gif', bytesOf('x'), name('a.gif'), 'image/gif'],
    ['webp', bytesOf('x'), name('a.webp'), 'image/webp'],
    ['heic', bytesOf('x'), name('a.HEIC'), 'image/heic'],
    ['a name that says nothing', bytesOf('GIF87a'), name('png'), 'image/gif'],
    ['PNG', bytesOf('\x89PNG\r\n\x1a\n'), {}, 'image/png'],
    ['JPEG', bytesOf('\xff\xd8\xff\xe0'), {}, 'image/jpeg'],
    ['GIF', bytesOf('GIF87a'), {}, 'image/gif'],
    ['WEBP', bytesOf('RIFF\n\0\0\0WEBPVP8 '), {}, 'image/webp'],
    ['HEIC', bytesOf('\0\0\0\x18ftypheic'), {}, 'image/heic'],
    ['HEIC of a burst', bytesOf('\0\0\0\x18ftyphevc'), {}, 'image/heic'],
    ['HEIF', bytesOf('\0\0\n\x18ftypmif1'), {}, 'image/heif'],
    ['another RIFF', bytesOf('RIFF\0\0\0\0WAVEfmt '), {}, 'application/octet-stream'],
    ['another ftyp', bytesOf('\0\0\0\x18ftypisom'), {}, 'application/octet-stream'],
    ['a start too short', bytesOf('GIF8'), {}, 'application/octet-stream'],
  ])('%s', async (_, source, details, type) => {
    expect((await sent(source, details)).type).toBe(type);
  });

  test('names the file, unless it has a name', async () => {
    expect((await sent(bytesOf('\xff\xd8\xff'))).name).toBe('image.jpeg');
    expect((await sent(bytesOf('x'), { contentType: 'image/svg+xml' })).name).toBe('image');
    expect((await sent(new File([], 'mine.gif'))).name).toBe('mine.gif');
    expect((await sent(new File([], 'mine.gif'), { filename: 'yours.gif' })).name).toBe('yours.gif');
  });

  test('cannot be used to forge headers or fields', async () => {
    const forged = '\r\nX-Forged: 1\r\n\r\n';
    await uploadImage(user(), bytesOf('x'), {
      purpose: 'chat',
      filename: `a"${forged}.png`,
      contentType: `image/png${forged}`,
    });
    const text = seen[0]!.body.toString();
    expect(text).toContain(
      'filename="a%22%0D%0AX-Forged: 1%0D%0A%0D%0A.png"\r\nContent-Type: application/octet-stream\r\n',
    );
    expect(text).not.toContain('\nX-Forged');
  });
});

describe('what cannot be read is an Err', () => {
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => ['purpose', 'filename', 'timeoutMs'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: () => {
        throw new Error('no');
      },
      has: () => {
        throw new Error('no');
      },
      getPrototypeOf: () => {
        throw new Error('no');
      },
    },
  );
  const detached = (): Uint8Array => {
    const bytes = new Uint8Array(4);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  };
  const locked = (): ReadableStream => {
    const stream = streamOf();
    stream.getReader();
    return stream;
  };
  const failing = (): ReadableStream =>
    new ReadableStream({ pull: (controller) => controller.error(new Error('disk')) });
  const empty = (): ReadableStream =>
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array()) });

  test.each<[string, () => unknown]>([
    ['null', () => null],
    ['undefined', () => undefined],
    ['text', () => 'GIF89a'],
    ['number', () => 1e9],
    ['array', () => [1, 2]],
    ['object', () => ({ byteLength: 1, size: 1 })],
    ['hostile proxy', () => hostile],
    ['transferred bytes', detached],
    ['transferred buffer', () => detached().buffer],
    ['locked stream', locked],
    ['failing stream', failing],
    ['stream of text', () => streamOf('GIF89a')],
    ['stream of numbers', () => streamOf(5)],
    ['stream of nothing, for ever', empty],
    ['half a stream', () => ({ getReader: () => ({}) })],
  ])('%s', async (_, source) => {
    expect(await refused(source())).toMatchObject({ kind: 'invalid_input', method: 'POST', path: '/images' });
  });

  test('details', async () => {
    for (const details of [
      hostile,
      { purpose: Symbol('chat') },
      { purpose: 'chat', filename: hostile },
      { purpose: 'chat', contentType: hostile },
    ])
      expect((await refused(bytesOf('x'), details)).kind).toBe('invalid_input');
  });

  test('options, a context and an id', async () => {
    const source = streamOf(bytesOf('x'));
    const kinds = [
      await uploadImage(user(), source, { purpose: 'chat' }, { deadlineMs: NaN }),
      await uploadImage(null as never, source, { purpose: 'chat' }),
      await uploadImage(hostile as never, source, { purpose: 'chat' }),
      await uploadImage(user(), source, { purpose: 'chat' }, hostile),
      await uploadServerIcon(user(), '..', bytesOf('x')),
    ].map((result) => result._unsafeUnwrapErr().kind);
    expect(kinds).toEqual(Array.from({ length: 5 }, () => 'invalid_input'));
    expect(seen).toEqual([]);
    expect(source.locked).toBe(false);
  });

  test('a token that will be refused leaves the source untouched', async () => {
    const source = streamOf(bytesOf('x'));
    for (const token of ['lag_robot_a_b', ''])
      expect(
        (await uploadImage(createContext(token) as never, source, { purpose: 'chat' }))._unsafeUnwrapErr(),
      ).toMatchObject({
        kind: 'invalid_token',
        method: 'POST',
        path: '/images',
      });
    expect(source.locked).toBe(false);
    expect(await new Response(source).text()).toBe('x');
  });
});

describe('a source that stalls', () => {
  const stalled = (cancel = () => {}) => new ReadableStream<Uint8Array>({ cancel });

  test('ends with the signal, and is cancelled', async () => {
    const controller = new AbortController();
    const cancel = vi.fn();
    const source = stalled(cancel);
    const call = uploadImage(user(), source, { purpose: 'chat' }, { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    expect((await call)._unsafeUnwrapErr()).toMatchObject({
      kind: 'aborted',
      path: '/images',
      attempts: 0,
      maybeApplied: false,
    });
    expect(cancel).toHaveBeenCalledOnce();
    expect(source.locked).toBe(false);
    expect(seen).toEqual([]);
  });

  test('is not read at all for a signal that aborted before', async () => {
    const source = streamOf(bytesOf('x'));
    const result = await uploadAvatar(user(), source, {}, { signal: AbortSignal.abort() });
    expect(result._unsafeUnwrapErr().kind).toBe('aborted');
    expect(await new Response(source).text()).toBe('x');
  });

  test('ends with the deadline of the call or the context', async () => {
    const cancel = vi.fn();
    const calls = [
      uploadImage(user(), stalled(cancel), { purpose: 'chat' }, { deadlineMs: 20 }),
      uploadImage(createContext('lag_pat_a', { baseUrl, deadlineMs: 20 }), stalled(cancel), { purpose: 'chat' }),
      // One that does not even let itself be cancelled.
      uploadImage(
        user(),
        {
          getReader: () => ({
            read: () => new Promise(() => {}),
            cancel: () => new Promise(() => {}),
            releaseLock: () => {},
          }),
        } as never,
        { purpose: 'chat' },
        { deadlineMs: 20 },
      ),
    ];
    for (const call of calls)
      expect((await call)._unsafeUnwrapErr()).toMatchObject({ kind: 'timeout', path: '/images' });
    expect(cancel).toHaveBeenCalledTimes(2);
    expect(seen).toEqual([]);
  });

  test('leaves the request what is left of the deadline', () =>
    inVirtualTime(
      async (time) => {
        const slow = new ReadableStream<Uint8Array>({
          pull: async (controller) => {
            await time.pass(60_000);
            controller.enqueue(bytesOf('x'));
            controller.close();
          },
        });
        let startedAt = 0;
        const fetch = () => {
          startedAt = time.now();
          return new Promise<never>(() => {});
        };
        const ctx = createContext('lag_pat_a', { fetch, timeoutMs: Infinity });
        const result = await uploadImage(ctx, slow, { purpose: 'chat' }, { deadlineMs: 150_000 });
        expect(result._unsafeUnwrapErr()).toMatchObject({ kind: 'timeout', attempts: 1, maybeApplied: true });
        expect([startedAt, time.now(), time.pending()]).toEqual([60_000, 150_000, 0]);
      },
      { settle: turnsOfThreads },
    ));
});

describe('base64', () => {
  const big = Uint8Array.from({ length: 5 * MiB + 1 }, (_, index) => (index * 31) ^ (index >> 8));

  const encoded = async (source: ImageSource): Promise<{ image: string; contentType: string }> => {
    expect((await uploadAvatar(user(), source))._unsafeUnwrapErr().kind).toBe('server');
    return JSON.parse(seen.splice(0)[0]!.body.toString()) as { image: string; contentType: string };
  };

  test('is right for every length around the pieces and for all bytes', async () => {
    for (const length of [0, 1, 2, 3, 255, 256, 24_575, 24_576, 24_577, 49_152])
      expect((await encoded(big.subarray(0, length))).image).toBe(
        Buffer.from(big.subarray(0, length)).toString('base64'),
      );
  });

  test('of 5 MiB takes no stack, without Buffer and with or without `toBase64` of the platform', async () => {
    const expected = Buffer.from(big).toString('base64');
    expect((await encoded(new Blob([big]))).image === expected).toBe(true);
    const toBase64 = vi.fn(() => 'by the platform');
    Object.defineProperty(Uint8Array.prototype, 'toBase64', { value: toBase64, configurable: true });
    try {
      expect((await encoded(big)).image).toBe('by the platform');
    } finally {
      Reflect.deleteProperty(Uint8Array.prototype, 'toBase64');
    }
  });

  test('says the content type', async () => {
    expect((await encoded(bytesOf('GIF89a'))).contentType).toBe('image/gif');
    expect((await encoded(new File(['x'], 'a.jpg'))).contentType).toBe('image/jpeg');
  });
});

describe('waitForImage', () => {
  const statuses = (...all: string[]) => {
    reply = (response) =>
      response.end(
        JSON.stringify({
          id: 'p1',
          processingStatus: all[Math.min(seen.length, all.length) - 1],
          variants: null,
          url: 'u',
        }),
      );
  };

  test.each(['ready', 'failed'])('asks until %s', async (last) => {
    statuses('pending', 'processing', 'being-polished-next-year', last);
    const result = await waitForImage(user(), 'p 1', { intervalMs: 2 });
    expect(result._unsafeUnwrap()).toMatchObject({ id: 'p1', processingStatus: last });
    expect(seen.map(({ url }) => url)).toEqual(Array.from({ length: 4 }, () => '/images/p%201/status'));
  });

  test.each([
    [40_000, undefined],
    [undefined, 40_000],
  ])('gives up at the bound of the wait or of the call', (timeoutMs, deadlineMs) =>
    inVirtualTime(async (time) => {
      let asked = 0;
      const fetch = async () => {
        asked++;
        return Response.json({ id: 'p1', processingStatus: 'processing', variants: null, url: 'u' });
      };
      const ctx = createContext('lag_pat_a', { fetch });
      const result = await waitForImage(ctx, 'p1', { timeoutMs, intervalMs: 2000 }, { deadlineMs });
      expect(result._unsafeUnwrapErr()).toMatchObject({ kind: 'timeout', method: 'GET', path: '/images/p1/status' });
      expect(time.now()).toBeGreaterThanOrEqual(20_000);
      expect(time.now()).toBeLessThanOrEqual(40_000);
      expect(asked).toBeGreaterThan(4);
      expect(time.pending()).toBe(0);
    }),
  );

  test('gives up at the bound while the server keeps silent', async () => {
    reply = () => {};
    const result = await waitForImage(user(), 'p1', { timeoutMs: 30 });
    expect(result._unsafeUnwrapErr()).toMatchObject({ kind: 'timeout', method: 'GET' });
  });

  test('ends at once with the signal, in the middle of a pause', async () => {
    statuses('processing');
    const timers = trackTimers();
    const controller = new AbortController();
    const call = waitForImage(user(), 'p1', { intervalMs: 60_000 }, { signal: controller.signal });
    // That of the request, then the pause.
    await timers.started(2);
    controller.abort();
    expect((await call)._unsafeUnwrapErr()).toMatchObject({
      kind: 'aborted',
      method: 'GET',
      path: '/images/p1/status',
    });
    expect(timers.pending()).toBe(0);
    expect(seen).toHaveLength(1);
  });

  test('gives up at the first error', async () => {
    reply = (response) => response.writeHead(404).end();
    expect((await waitForImage(user(), 'p1'))._unsafeUnwrapErr().kind).toBe('not_found');
    expect(seen).toHaveLength(1);
  });

  test('refuses what makes no sense', async () => {
    for (const wait of [
      { intervalMs: 0 },
      { intervalMs: NaN },
      { intervalMs: '5' },
      { timeoutMs: 0 },
      { timeoutMs: -1 },
      { timeoutMs: 2 ** 31 },
    ])
      expect((await waitForImage(user(), 'p1', wait as never))._unsafeUnwrapErr().kind).toBe('invalid_input');
    expect((await waitForImage(null as never, 'p1'))._unsafeUnwrapErr().kind).toBe('invalid_input');
    expect((await waitForImage(user(), '..'))._unsafeUnwrapErr().kind).toBe('invalid_input');
    expect(seen).toEqual([]);
  });
});
