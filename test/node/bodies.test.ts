import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as zlib from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { deferred } from '../support/results.js';
import { empty, json, serve, text } from '../support/server.js';
import { get, readAll, responseOf } from './send.js';
import { describeOverUndicis } from './undicis.js';

/** A server that writes these bytes to each socket that asks for something. */
const serveBytes = async (...pieces: readonly (string | Buffer)[]): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece);
    });
    onTestFinished(() => void socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

// Many more than a socket on loopback needs between two events.
const QUIET_TURNS = 2000;

/** Waits until a count stays the same for many turns of the event loop. */
const untilQuiet = async (count: () => number): Promise<void> => {
  let seen = count();
  for (let turns = 0; turns < QUIET_TURNS; turns++) {
    await new Promise(setImmediate);
    if (count() !== seen) turns = 0;
    seen = count();
  }
};

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describeOverUndicis('a response', (over) => {
  test('has its status and its headers, by any case of their names', async () => {
    const server = await serve(json({ a: 1 }, 418, { 'x-own': 'own', 'set-cookie': 'a=1' }));
    const response = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    expect(response.status).toBe(418);
    expect(
      ['x-own', 'X-Own', 'content-type', 'x-none', 'constructor', '__proto__', 'get'].map((name) =>
        response.headers.get(name),
      ),
    ).toEqual(['own', 'own', 'application/json', null, null, null, null]);
    expect((await readAll(response.body)).toString()).toBe('{"a":1}');
  });

  test('joins the values of a header that comes twice', async () => {
    const url = await serveBytes(
      'HTTP/1.1 200 OK\r\nx-own: a\r\nX-Own: b\r\n__proto__: c\r\ncontent-length: 0\r\n\r\n',
    );
    const { headers } = await responseOf(over.node.undiciTransport(), get(`${url}/x`));
    expect([headers.get('x-own'), headers.get('__proto__')]).toEqual(['a, b', 'c']);
  });

  test('is the last one after any number of informational ones', async () => {
    const url = await serveBytes(
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n',
      'HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}',
    );
    const response = await responseOf(over.node.undiciTransport(), get(`${url}/x`));
    expect([response.status, response.headers.get('link')]).toEqual([201, null]);
    expect((await readAll(response.body)).toString()).toBe('{}');
  });

  test.each([
    [204, {}],
    [304, {}],
    [200, { 'content-length': '0' }],
  ])('of %d with %j has no body', async (status, headers) => {
    const server = await serve(empty(status, headers as Record<string, string>));
    const transport = over.node.undiciTransport({ connections: 1 });
    expect(await responseOf(transport, get(`${server.url}/x`))).toMatchObject({ status, body: null });
    // It holds no socket.
    expect(await responseOf(transport, get(`${server.url}/x`))).toMatchObject({ status });
    await transport.close();
  });

  test.each([
    ['HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\nnonsense\r\n'],
  ])('whose body is cut off fails where it ends: %j', async (bytes) => {
    const server = createServer((socket) => void socket.once('data', () => socket.end(bytes)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const transport = over.node.undiciTransport();
    const { body } = await responseOf(transport, get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`));
    const reader = body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('{"a":');
    await expect(reader.read()).rejects.toThrow();
    await expect(reader.read()).rejects.toThrow();
  });

  test('that ends with its connection is whole', async () => {
    const server = createServer((socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n{}')));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    expect((await readAll((await responseOf(over.node.undiciTransport(), get(url))).body)).toString()).toBe('{}');
  });

  test('answers reads that were asked for ahead, in their order', async () => {
    const go = deferred();
    const server = await serve((response) => {
      response.writeHead(200).flushHeaders();
      void go.promise.then(() => response.end('all of it'));
    });
    const { body } = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    const reader = body!.getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    go.resolve();
    const [first, ...rest] = await Promise.all(reads);
    expect(Buffer.from(first!.value!).toString()).toBe('all of it');
    expect(rest).toEqual([{ done: true }, { done: true }]);
  });
});

describeOverUndicis('backpressure', (over) => {
  test('stops the server while nobody reads, and loses nothing', async () => {
    const piece = randomBytes(1_000_000);
    const pieces = 60;
    let written = 0;
    const server = await serve((response) => {
      response.writeHead(200);
      const write = (): void => {
        for (; written < pieces; written++)
          if (!response.write(piece)) {
            written++;
            return void response.once('drain', write);
          }
        response.end();
      };
      write();
    });
    const { body } = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    await untilQuiet(() => written);
    expect(written).toBeLessThan(20);
    const read = await readAll(body);
    expect(read).toHaveLength(pieces * piece.length);
    expect(hash(read)).toBe(hash(Buffer.concat(Array<Buffer>(pieces).fill(piece))));
  });

  test('lets timers fire while a million chunks of one byte are read', async () => {
    const chunks = 1_000_000;
    const url = await serveBytes(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      Buffer.from('1\r\na\r\n'.repeat(chunks)),
      '0\r\n\r\n',
    );
    const { body } = await responseOf(over.node.undiciTransport(), get(`${url}/x`));
    let ticks = 0;
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      ticks++;
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 1);
    onTestFinished(() => clearInterval(timer));
    const reader = body!.getReader();
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value!.length;
    }
    expect(size).toBe(chunks);
    expect(ticks).toBeGreaterThan(10);
    expect(longestMs).toBeLessThan(2000);
  });
});

describeOverUndicis('a reader that gives up', (over) => {
  const serveEvents = async () => {
    const closed = deferred();
    const server = await serve((response) => {
      response.on('close', closed.resolve);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    });
    return { url: server.url, closed: closed.promise };
  };

  test('closes the connection, though it waits for more', async () => {
    const server = await serveEvents();
    const { body } = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    const reader = body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 1\n\n');
    const more = reader.read();
    await reader.cancel();
    expect(await more).toEqual({ done: true });
    expect(await reader.read()).toEqual({ done: true });
    await server.closed;
  });

  test('closes the connection before it has read anything', async () => {
    const server = await serveEvents();
    const { body } = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    await body!.getReader().cancel(new Error('not wanted'));
    await server.closed;
  });

  test('keeps the connection when the response is there as a whole', async () => {
    const server = await serve(json({ a: 1 }));
    const transport = over.node.undiciTransport({ connections: 1 });
    for (let call = 0; call < 2; call++) {
      const { body } = await responseOf(transport, get(`${server.url}/x`));
      const reader = body!.getReader();
      await reader.read();
      await reader.read();
      await reader.cancel();
      expect(await reader.read()).toEqual({ done: true });
    }
    await transport.close();
  });

  test('lets close() end', async () => {
    const server = await serveEvents();
    const transport = over.node.undiciTransport({ connections: 1 });
    const { body } = await responseOf(transport, get(`${server.url}/x`));
    const closing = transport.close();
    await body!.getReader().cancel();
    expect((await closing).isOk()).toBe(true);
  });

  test('by the signal gets its reason', async () => {
    const server = await serveEvents();
    const controller = new AbortController();
    const { body } = await responseOf(
      over.node.undiciTransport(),
      get(`${server.url}/x`, { signal: controller.signal }),
    );
    const reader = body!.getReader();
    await reader.read();
    const more = reader.read();
    controller.abort('enough');
    await expect(more).rejects.toBe('enough');
    await expect(reader.read()).rejects.toBe('enough');
    await server.closed;
  });
});

const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };

describeOverUndicis('a body in a content coding', (over) => {
  const plain = Buffer.from(JSON.stringify({ version: 'ä'.repeat(50_000) }));

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['gzip', zlib.gzipSync],
    ['GZip', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['deflate', zlib.deflateRawSync],
    ['br', zlib.brotliCompressSync],
    ['identity', (bytes) => bytes],
    ['', (bytes) => bytes],
    [' gzip , identity', zlib.gzipSync],
    ['gzip, br', (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes))],
    ['deflate, gzip', (bytes) => zlib.gzipSync(zlib.deflateRawSync(bytes))],
    ['br, deflate, gzip', (bytes) => zlib.gzipSync(zlib.deflateSync(zlib.brotliCompressSync(bytes)))],
    ...(zstdCompressSync ? [['zstd', zstdCompressSync] as [string, typeof zstdCompressSync]] : []),
  ])('of %j is decompressed, in an error too', async (coding, encode) => {
    const headers = { 'content-encoding': coding };
    const server = await serve(text(encode(plain), 200, headers), text(encode(plain), 500, headers));
    const transport = over.node.undiciTransport();
    for (let call = 0; call < 2; call++)
      expect(hash(await readAll((await responseOf(transport, get(`${server.url}/x`))).body))).toBe(hash(plain));
  });

  test('that comes in two headers is decompressed', async () => {
    const body = zlib.brotliCompressSync(zlib.gzipSync(plain));
    const url = await serveBytes(
      `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-encoding: br\r\ncontent-length: ${body.length}\r\n\r\n`,
      body,
    );
    expect(hash(await readAll((await responseOf(over.node.undiciTransport(), get(`${url}/x`))).body))).toBe(
      hash(plain),
    );
  });

  test.each(['gzip', 'deflate', 'br', 'gzip, br'])('of %j that holds nothing is nothing', async (coding) => {
    const server = await serve((response) => response.writeHead(200, { 'content-encoding': coding }).end());
    expect(await readAll((await responseOf(over.node.undiciTransport(), get(`${server.url}/x`))).body)).toHaveLength(0);
  });

  test.each(['zap', 'constructor', 'utf-8', 'gzip, compress', Array(5).fill('gzip').join()])(
    'of %j, which is not known here, stays as it is',
    async (coding) => {
      const body = zlib.gzipSync(plain);
      const server = await serve(text(body, 200, { 'content-encoding': coding }));
      const response = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
      expect(response.headers.get('content-encoding')).toBe(coding);
      expect(hash(await readAll(response.body))).toBe(hash(body));
    },
  );

  test.each([
    ['gzip', '{"version":"1"}'],
    ['deflate', '{"version":"1"}'],
    ['br', '{"version":"1"}'],
    ['gzip', Buffer.concat([zlib.gzipSync(plain).subarray(0, 10), Buffer.alloc(100, 255)])],
  ])('of %j that is not in it fails, and closes the connection', async (coding, body) => {
    const closed = deferred();
    const server = await serve((response) => {
      response.on('close', closed.resolve);
      response.writeHead(200, { 'content-encoding': coding }).write(body);
    });
    await expect(
      readAll((await responseOf(over.node.undiciTransport(), get(`${server.url}/x`))).body),
    ).rejects.toThrow();
    await closed.promise;
  });

  test.each(['gzip', 'br', 'deflate'])('of %j comes as it is sent', async (coding) => {
    const go = deferred();
    const server = await serve((response) => {
      const encoder = { gzip: zlib.createGzip, br: zlib.createBrotliCompress, deflate: zlib.createDeflate }[coding]!();
      response.writeHead(200, { 'content-encoding': coding });
      encoder.pipe(response);
      encoder.write('data: 1\n\n');
      encoder.flush();
      void go.promise.then(() => encoder.end('data: 2\n\n'));
    });
    const { body } = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    const reader = body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 1\n\n');
    go.resolve();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 2\n\n');
    expect(await reader.read()).toEqual({ done: true });
  });

  test.each(['gzip', 'gzip, br'])('of %j ends at once when its reader gives up', async (coding) => {
    const closed = deferred();
    const bomb = zlib.gzipSync(Buffer.alloc(50_000_000));
    const server = await serve((response) => {
      response.on('close', closed.resolve);
      response
        .writeHead(200, { 'content-encoding': coding })
        .write(coding === 'gzip' ? bomb : zlib.brotliCompressSync(bomb));
    });
    const { body } = await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    const reader = body!.getReader();
    expect((await reader.read()).value!.length).toBeLessThan(1_000_000);
    const more = reader.read();
    await reader.cancel();
    await more;
    expect(await reader.read()).toEqual({ done: true });
    await closed.promise;
  });

  test('is asked for only by the headers of the caller', async () => {
    const server = await serve(json({}));
    await responseOf(over.node.undiciTransport(), get(`${server.url}/x`));
    await responseOf(over.node.undiciTransport(), get(`${server.url}/x`, { headers: { 'accept-encoding': 'br' } }));
    expect(server.requests.map(({ headers }) => headers['accept-encoding'])).toEqual([undefined, 'br']);
  });
});
