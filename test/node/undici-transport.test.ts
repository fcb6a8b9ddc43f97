import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createContext, type LagContext, type ContextOptions } from '../../src/context.js';
import { undiciTransport, type UndiciTransportOptions } from '../../src/node/index.js';
import { uploadImage } from '../../src/operations/images.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { getVersion } from '../../src/operations/system.js';
import type { ByteReader, ByteSource } from '../../src/pipeline/transport.js';
import { transportSuite } from '../transports/transport-suite.js';
import { deferred, errorOf, valueOf } from '../support/results.js';
import { ROBOT_TOKEN, sampleMessage, USER_TOKEN } from '../support/samples.js';
import { empty, json, refusedUrl, serve, text, type Answer } from '../support/server.js';

transportSuite('undiciTransport', (token, options) =>
  createContext(token, { ...options, transport: undiciTransport() }),
);
transportSuite('undiciTransport, one pipelined socket', (token, options) =>
  createContext(token, { ...options, transport: undiciTransport({ connections: 1, pipelining: 4 }) }),
);

const version = json({ version: '1' });

const over = (baseUrl: string, transport: UndiciTransportOptions, options?: ContextOptions): LagContext =>
  createContext(USER_TOKEN, { baseUrl, maxRetries: 0, transport: undiciTransport(transport), ...options });

const listen = async (server: Server): Promise<string> => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A server whose answers wait for `release`. */
const serveHeld = async () => {
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();
  let arrived = (): void => {};
  const { url } = await serve((response, seen) => {
    sockets.add(response.req.socket);
    held.push(() => version(response, seen));
    arrived();
  });
  const waitFor = (count: number): Promise<void> =>
    new Promise((resolve) => {
      arrived = () => held.length >= count && resolve();
      arrived();
    });
  return { url, sockets, waitFor, release: () => held.splice(0).forEach((answer) => answer()) };
};

describe('sockets', () => {
  test('are as many as there are calls at a time, and are used again', async () => {
    const server = await serveHeld();
    const ctx = over(server.url, {});
    for (let round = 0; round < 6; round++) {
      const results = Array.from({ length: 5 }, () => getVersion(ctx));
      await server.waitFor(5);
      server.release();
      for (const result of results) expect(await valueOf(result)).toEqual({ version: '1' });
    }
    // A socket is not taken again in the same turn of the event loop, so there may be twice as many.
    expect(server.sockets.size).toBeLessThanOrEqual(10);
  });

  test('are no more than `connections`', async () => {
    const server = await serveHeld();
    const ctx = over(server.url, { connections: 2 });
    const results = Array.from({ length: 6 }, () => getVersion(ctx));
    for (let round = 0; round < 3; round++) {
      await server.waitFor(2);
      server.release();
    }
    for (const result of results) expect(await valueOf(result)).toEqual({ version: '1' });
    expect(server.sockets.size).toBe(2);
  });

  test.each([
    [2, 1],
    [undefined, 2],
  ])(
    'with pipelining %j carry a call beside an answer that is not over, else open another',
    async (pipelining, expected) => {
      const sockets = new Set<Socket>();
      const second = deferred();
      const server = await serve(
        (first, seen) => {
          sockets.add(first.req.socket);
          first.writeHead(200).write('{"version":');
          void second.promise.then(() => first.end('"1"}'));
          // Another call, when the headers of the first are out.
          if (sockets.size === 1 && seen.headers['x-first']) go.resolve();
        },
        (response, seen) => {
          sockets.add(response.req.socket);
          second.resolve();
          version(response, seen);
        },
      );
      const go = deferred();
      const ctx = over(server.url, { connections: expected, pipelining });
      const first = getVersion(ctx, { headers: { 'x-first': 'yes' } });
      await go.promise;
      expect(await valueOf(getVersion(ctx))).toEqual({ version: '1' });
      expect(await valueOf(first)).toEqual({ version: '1' });
      expect(sockets.size).toBe(expected);
    },
  );

  test('are closed after each answer with pipelining: 0', async () => {
    const closed = deferred();
    const server = await serve((response, seen) => {
      response.socket!.on('close', closed.resolve);
      version(response, seen);
    });
    await valueOf(getVersion(over(server.url, { pipelining: 0 })));
    await closed.promise;
  });
});

describe('close', () => {
  const open = (baseUrl: string, options: UndiciTransportOptions = {}, context: ContextOptions = {}) => {
    const transport = undiciTransport(options);
    return { transport, ctx: createContext(USER_TOKEN, { transport, baseUrl, ...context }) };
  };

  test('lets calls under way end, closes their sockets, and refuses what comes after', async () => {
    const server = await serveHeld();
    const { transport, ctx } = open(server.url);
    const first = getVersion(ctx);
    await server.waitFor(1);
    const [socket] = server.sockets;
    const ended = once(socket!, 'close');
    let isClosed = false;
    const closing = transport.close().andTee(() => void (isClosed = true));
    expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_input', message: 'the transport is closed' });
    expect(isClosed).toBe(false);
    server.release();
    expect(await valueOf(first)).toEqual({ version: '1' });
    expect(await valueOf(closing)).toBeUndefined();
    await ended;
  });

  test('before undici is loaded lets the calls made until then end', async () => {
    const server = await serve(version);
    const { transport, ctx } = open(server.url);
    const call = getVersion(ctx);
    await valueOf(transport.close());
    expect(await valueOf(call)).toEqual({ version: '1' });
  });

  test('ends the retries of a call, at once', async () => {
    const server = await serve((response, seen) => {
      empty(503)(response, seen);
      void transport.close();
    });
    const { transport, ctx } = open(server.url, {}, { maxRetries: 5 });
    expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_input', attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  test('twice is once', async () => {
    const server = await serve(version);
    const { transport, ctx } = open(server.url);
    await valueOf(getVersion(ctx));
    await Promise.all([valueOf(transport.close()), valueOf(transport.close())]);
    await valueOf(transport.close());
  });

  test("leaves the user's own dispatcher open", async () => {
    const server = await serve(version);
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.close());
    const { transport } = open(server.url, { dispatcher });
    await valueOf(transport.close());
    expect(dispatcher.closed).toBe(false);
    expect(await valueOf(getVersion(open(server.url, { dispatcher }).ctx))).toEqual({ version: '1' });
  });

  test('comes to an Err after its user closed the dispatcher, and so do calls', async () => {
    const server = await serve(version);
    const dispatcher = new Agent();
    const { transport, ctx } = open(server.url, { dispatcher }, { maxRetries: 0 });
    await dispatcher.destroy();
    expect(await errorOf(getVersion(ctx))).toMatchObject({
      kind: 'invalid_input',
      attempts: 0,
      message: 'the request cannot be sent: The client is destroyed',
    });
    expect(await valueOf(transport.close())).toBeUndefined();
  });
});

describe('proxies', () => {
  /** A proxy that tunnels, and forwards what comes in absolute form; tells where to. */
  const serveProxy = async (refuse?: number) => {
    const asked: string[] = [];
    const authorizations: (string | undefined)[] = [];
    const server = createServer((incoming, response) => {
      asked.push(new URL(incoming.url!).host);
      authorizations.push(incoming.headers['proxy-authorization']);
      if (refuse) return void response.writeHead(refuse).end();
      const { method, headers } = incoming;
      incoming.pipe(
        httpRequest(incoming.url!, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        }),
      );
    });
    server.on('connect', (incoming, socket: Socket) => {
      asked.push(incoming.url!);
      authorizations.push(incoming.headers['proxy-authorization']);
      if (refuse) return void socket.end(`HTTP/1.1 ${refuse} No\r\n\r\n`);
      const [host, port] = incoming.url!.split(':');
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.pipe(socket).on('error', () => target.destroy());
        socket.pipe(target).on('error', () => socket.destroy());
      });
      onTestFinished(() => void target.destroy());
    });
    return { url: await listen(server), asked, authorizations };
  };

  const environment = (values: Record<string, string>): void => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
      vi.stubEnv(name, values[name] ?? '');
      vi.stubEnv(name.toLowerCase(), undefined);
    }
    onTestFinished(() => void vi.unstubAllEnvs());
  };

  test('of the environment carry the calls where they are asked for', async () => {
    const [server, proxy] = [await serve(json(sampleMessage(), 201)), await serveProxy()];
    environment({ HTTP_PROXY: proxy.url });
    const ctx = over(server.url, { proxy: true });
    await valueOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }));
    expect(proxy.asked).toEqual([new URL(server.url).host]);
    expect(server.requests).toMatchObject([{ method: 'POST', headers: { authorization: `Bearer ${USER_TOKEN}` } }]);
  });

  test.each<[string, UndiciTransportOptions]>([
    ['are not used unless asked for', {}],
    ['are not used with proxy: false', { proxy: false }],
    ['are not used for hosts of NO_PROXY', { proxy: true }],
  ])('of the environment %s', async (_, options) => {
    const [server, proxy] = [await serve(version), await serveProxy()];
    environment({ HTTP_PROXY: proxy.url, NO_PROXY: options.proxy ? 'example.com,127.0.0.1' : '' });
    expect(await valueOf(getVersion(over(server.url, options)))).toEqual({ version: '1' });
    expect(proxy.asked).toEqual([]);
  });

  test('of the environment may be none', async () => {
    const server = await serve(version);
    environment({});
    expect(await valueOf(getVersion(over(server.url, { proxy: true })))).toEqual({ version: '1' });
  });

  test('may be given, with user and password', async () => {
    const [server, proxy] = [await serve(version), await serveProxy()];
    environment({ NO_PROXY: '127.0.0.1' });
    const url = proxy.url.replace('//', '//me:pass%20word@');
    expect(await valueOf(getVersion(over(server.url, { proxy: url })))).toEqual({ version: '1' });
    expect(proxy.asked).toEqual([new URL(server.url).host]);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('me:pass word').toString('base64')}`]);
  });

  test.each([403, 407, 502])('that answer %d are an Err, and nothing reaches the server', async (status) => {
    const [server, proxy] = [await serve(version), await serveProxy(status)];
    const error = await errorOf(getVersion(over(server.url, { proxy: proxy.url.replace('//', '//me:hunter2@') })));
    // undici 7 tunnels even to plain HTTP, undici 8 does not, and then the answer is the call's.
    expect(error.kind).toMatch(/^(connection|permission|api|server)$/);
    expect(inspect(error) + JSON.stringify(error)).not.toContain('hunter2');
    expect(server.requests).toHaveLength(0);
  });

  test('that are down are an Err that a send survives', async () => {
    const server = await serve(json(sampleMessage(), 201));
    const proxy = (await refusedUrl()).replace('//', '//me:hunter2@');
    const error = await errorOf(sendRoomMessage(over(server.url, { proxy }), 's1', 'r1', { content: 'hi' }));
    expect(error).toMatchObject({ kind: 'connection', maybeApplied: false });
    expect(inspect(error)).not.toContain('hunter2');
  });

  test('of the environment that make no sense are an invalid_input that keeps their secret', async () => {
    environment({ HTTP_PROXY: 'http://me:hunter2@:x' });
    const error = await errorOf(getVersion(over('http://127.0.0.1:1', { proxy: true })));
    expect(error).toMatchObject({ kind: 'invalid_input', message: expect.stringContaining('invalid proxy') as string });
    expect(inspect(error)).not.toContain('hunter2');
  });
});

describe('options that make no sense', () => {
  test.each<[string, unknown]>([
    ['invalid connections: pass an integer from 1', { connections: 0 }],
    ['invalid pipelining: pass an integer from 0', { pipelining: -1 }],
    ['invalid allowH2: pass a boolean', { allowH2: 'yes' }],
    ['invalid proxy: pass true, or the http: or https: URL of a proxy', { proxy: 'localhost' }],
    ['invalid dispatcher: pass a dispatcher of undici', { dispatcher: {} }],
  ])('make every call an invalid_input that says what to pass: %s', async (message, options) => {
    const server = await serve(version);
    const transport = undiciTransport(options as UndiciTransportOptions);
    const ctx = createContext(USER_TOKEN, { transport, baseUrl: server.url });
    for (let n = 0; n < 2; n++)
      expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'invalid_input', message, attempts: 0 });
    expect(await errorOf(transport.close())).toMatchObject({ kind: 'invalid_input', message });
    expect(server.requests).toHaveLength(0);
  });

  test.each([undefined, null, 5, 'x'])('are not: %o', async (options) => {
    const server = await serve(version);
    const transport = undiciTransport(options as never);
    expect(await valueOf(getVersion(createContext(USER_TOKEN, { transport, baseUrl: server.url })))).toBeTruthy();
  });
});

describe('undici', () => {
  test('that is not installed is an invalid_input that says so', async () => {
    vi.resetModules();
    vi.doMock('undici', () => {
      throw Object.assign(new Error("Cannot find package 'undici'"), { code: 'ERR_MODULE_NOT_FOUND' });
    });
    onTestFinished(() => {
      vi.doUnmock('undici');
      vi.resetModules();
    });
    const fresh = await import('../../src/node/index.js');
    const error = await errorOf(getVersion(createContext(USER_TOKEN, { transport: fresh.undiciTransport() })));
    expect(error).toMatchObject({ kind: 'invalid_input', attempts: 0 });
    expect(error.message).toMatch(/^undici 7 or 8 must be installed beside lagclient: ./);
  });

  test('has no say in the limits of a call', async () => {
    const dispatcher = new Agent({ headersTimeout: 20, bodyTimeout: 20 });
    onTestFinished(() => dispatcher.close());
    const server = await serve((response) => {
      setTimeout(() => {
        response.writeHead(200).write('{"version":');
        setTimeout(() => response.end('"1"}'), 100);
      }, 100);
    });
    expect(await valueOf(getVersion(over(server.url, { dispatcher }, { timeoutMs: Infinity })))).toEqual({
      version: '1',
    });
  });

  test('takes a dispatcher that was composed', async () => {
    const server = await serve(version);
    const agent = new Agent();
    onTestFinished(() => agent.close());
    const dispatcher = agent.compose(
      (dispatch) => (options, handler) =>
        dispatch({ ...options, headers: { ...(options.headers as object), 'x-composed': 'yes' } }, handler),
    );
    await valueOf(getVersion(over(server.url, { dispatcher })));
    expect(server.requests).toMatchObject([{ headers: { 'x-composed': 'yes' } }]);
  });
});

describe('bodies', () => {
  test.each<[string, (plain: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (plain) => plain],
  ])('in %s are read', async (coding, encode) => {
    const body = encode(Buffer.from(JSON.stringify({ version: 'ä'.repeat(50_000) })));
    const server = await serve(
      text(body, 200, { 'content-encoding': coding }),
      text(body, 403, { 'content-encoding': coding }),
    );
    const ctx = over(server.url, {}, { headers: { 'accept-encoding': coding } });
    expect((await valueOf(getVersion(ctx))).version).toHaveLength(50_000);
    expect(await errorOf(getVersion(ctx))).toMatchObject({ kind: 'permission', status: 403 });
    expect(server.requests[0]!.headers['accept-encoding']).toBe(coding);
  });

  test.each<[string, Answer, object]>([
    [
      'that nobody knows',
      text(gzipSync('{"version":"1"}'), 200, { 'content-encoding': 'zap' }),
      {
        kind: 'invalid_response',
        status: 200,
        attempts: 1,
        message: 'unexpected response: not JSON (content-encoding: zap)',
      },
    ],
    [
      'that nobody knows, of an error',
      text(gzipSync('{"message":"no"}'), 403, { 'content-encoding': 'zap' }),
      { kind: 'permission', status: 403, attempts: 1 },
    ],
    [
      'that lies',
      text('{"version":"1"}', 200, { 'content-encoding': 'gzip' }),
      { kind: 'connection', message: 'the response broke off: incorrect header check (Z_DATA_ERROR)' },
    ],
    ['of nothing', text('', 200, { 'content-encoding': 'gzip' }), { kind: 'invalid_response', status: 200 }],
  ])('in a coding %s are an Err', async (_, answer, expected) => {
    const server = await serve(answer);
    expect(await errorOf(getVersion(over(server.url, {}, { maxRetries: 2 })))).toMatchObject(expected);
  });

  test('of errors that unpack to much are read up to 64 KB, then the connection is closed', async () => {
    const closed = deferred();
    const bomb = gzipSync(Buffer.alloc(50_000_000, 'a'));
    const server = await serve((response) => {
      response.on('close', closed.resolve);
      response.writeHead(400, { 'content-encoding': 'gzip' }).write(bomb);
    });
    const error = await errorOf(getVersion(over(server.url, {})));
    expect((error as { body?: unknown }).body).toBe('a'.repeat(65_536));
    await closed.promise;
  });

  test('no coding is asked for unless the user asks', async () => {
    const server = await serve(version);
    await valueOf(getVersion(over(server.url, {})));
    expect(server.requests[0]!.headers).not.toHaveProperty('accept-encoding');
  });

  test('with a form say how long they are and what its files are called', async () => {
    const server = await serve(empty(500));
    const file = new File([new Uint8Array(300_000)], 'a "b".png', { type: 'image/png' });
    await uploadImage(over(server.url, {}), file, { purpose: 'chat' });
    const [{ headers, body }] = server.requests as [(typeof server.requests)[0]];
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers).not.toHaveProperty('transfer-encoding');
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type']! },
    }).formData();
    expect(form.get('purpose')).toBe('chat');
    expect(form.get('file')).toMatchObject({ size: 300_000, type: 'image/png' });
  });
});

describe('streams', () => {
  const open = async (url: string, signal?: AbortSignal): Promise<ByteReader> => {
    const { body } = await undiciTransport()
      .send({ method: 'GET', url: `${url}/events`, headers: {}, signal })
      .then((result) => result._unsafeUnwrap());
    return (body as ByteSource).getReader();
  };

  const serveEvents = async () => {
    const closed = deferred();
    const server = await serve((response) => {
      response.on('close', closed.resolve);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    });
    return { url: server.url, closed: closed.promise };
  };

  test('end at once when their reader cancels, though it waits for more', async () => {
    const server = await serveEvents();
    const reader = await open(server.url);
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 1\n\n');
    const more = reader.read();
    await reader.cancel();
    expect(await more).toEqual({ done: true, value: undefined });
    await server.closed;
  });

  test('end with the signal', async () => {
    const server = await serveEvents();
    const end = new AbortController();
    const reader = await open(server.url, end.signal);
    await reader.read();
    const more = expect(reader.read()).rejects.toThrow();
    end.abort();
    await more;
    await server.closed;
  });

  test('that nobody reads can be cancelled', async () => {
    const server = await serveEvents();
    const reader = await open(server.url);
    await reader.cancel();
    await server.closed;
  });

  test('in a coding come as they are sent', async () => {
    const server = await serve(text(gzipSync('data: 1\n\n'), 200, { 'content-encoding': 'gzip' }));
    const reader = await open(server.url);
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 1\n\n');
    expect((await reader.read()).done).toBe(true);
  });
});

describe('a context over undici', () => {
  test('makes a context of the kind of its token', async () => {
    const server = await serve(json(sampleMessage(), 201));
    const ctx = createContext(ROBOT_TOKEN, {
      baseUrl: `${server.url}/v1`,
      transport: undiciTransport({ connections: 1 }),
      headers: { 'x-own': 'own' },
    });
    await valueOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }));
    expect(server.requests).toMatchObject([
      {
        url: '/v1/robots/@me/servers/s1/rooms/r1/messages',
        headers: { authorization: `Robot ${ROBOT_TOKEN}`, 'x-own': 'own' },
      },
    ]);
    expect(inspect(ctx, { depth: 9 })).not.toContain(ROBOT_TOKEN);
  });
});
