import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { json, refusedUrl, reset, serve } from '../support/server.js';
import { pfx } from './certificate.js';
import { failureOf, get, post, readAll, responseOf } from './send.js';
import { describeOverUndicis } from './undicis.js';

const listen = async (server: Server): Promise<number> => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

/** A server that does one thing to each socket; tells how many there were. */
const serveSockets = async (handle: (socket: Socket) => void) => {
  const sockets: Socket[] = [];
  const port = await listen(
    createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
      handle(socket);
    }),
  );
  return { port, sockets };
};

const onData = (handle: (socket: Socket) => void) => (socket: Socket) => void socket.once('data', () => handle(socket));

describeOverUndicis('a request that was not sent', (over) => {
  test('says so where the name has no address', async () => {
    const { progress, cause } = await failureOf(over.node.undiciTransport(), post('http://name.invalid/x'));
    expect({ progress, cause }).toMatchObject({ progress: 'not_sent', cause: { syscall: 'getaddrinfo' } });
  });

  test('says so where nobody listens', async () => {
    const { progress, cause } = await failureOf(over.node.undiciTransport(), post(`${await refusedUrl()}/x`));
    expect({ progress, cause }).toMatchObject({ progress: 'not_sent', cause: { code: 'ECONNREFUSED' } });
  });

  test('says so where none of several addresses answers', async () => {
    const port = new URL(await refusedUrl()).port;
    const lookup = (_: string, __: object, answer: (error: null, found: object[]) => void): void =>
      answer(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const connect = { autoSelectFamily: true, lookup } as object;
    const dispatcher = new over.undici.Agent({ connect });
    for (const route of [
      dispatcher,
      dispatcher.compose((dispatch) => (options, handler) => dispatch(options, handler)),
    ]) {
      const transport = over.node.undiciTransport({ dispatcher: route });
      const { progress, cause } = await failureOf(transport, post(`http://two.example:${port}/x`));
      expect(cause).toBeInstanceOf(AggregateError);
      expect(progress).toBe('not_sent');
    }
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closes the socket at the hello', (socket) => socket.destroy()],
    ['resets the socket at the hello', (socket) => socket.resetAndDestroy()],
    ['answers in plain text', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('says so where the TLS peer %s', async (_, handle) => {
    const { port } = await serveSockets(onData(handle));
    expect(await failureOf(over.node.undiciTransport(), post(`https://127.0.0.1:${port}/x`))).toMatchObject({
      progress: 'not_sent',
    });
  });

  test('says so where the certificate is not trusted', async () => {
    const requests: string[] = [];
    const server = createTlsServer({ pfx }, (socket) => socket.on('data', (data) => requests.push(data.toString())));
    server.on('tlsClientError', () => {});
    const { progress, cause } = await failureOf(
      over.node.undiciTransport(),
      post(`https://127.0.0.1:${await listen(server)}/x`),
    );
    expect({ progress, cause }).toMatchObject({ progress: 'not_sent', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    expect(requests).toEqual([]);
  });

  test('says so where the connection is not made in time', async () => {
    const { port } = await serveSockets(() => {});
    const dispatcher = new over.undici.Agent({ connect: { timeout: 50 } });
    onTestFinished(() => dispatcher.destroy());
    for (const route of [
      dispatcher,
      dispatcher.compose((dispatch) => (options, handler) => dispatch(options, handler)),
    ]) {
      const transport = over.node.undiciTransport({ dispatcher: route });
      // The handshake counts, and never ends.
      const { progress, cause } = await failureOf(transport, post(`https://127.0.0.1:${port}/x`));
      expect({ progress, cause }).toMatchObject({ progress: 'not_sent', cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } });
    }
  });

  test('says so where its signal had aborted before', async () => {
    const server = await serve(json({}));
    const signal = AbortSignal.abort('changed my mind');
    const failure = await failureOf(over.node.undiciTransport(), post(`${server.url}/x`, { signal }));
    expect(failure).toEqual({ progress: 'not_sent', cause: 'changed my mind' });
    expect(server.requests).toHaveLength(0);
  });

  test('says so where its signal aborts while the socket is opened, and is not sent afterwards', async () => {
    const server = await serve(json({}));
    const controller = new AbortController();
    const connect = over.undici.buildConnector({});
    const dispatcher = new over.undici.Agent({
      connect: (options, callback) =>
        connect(options, (...outcome) => {
          controller.abort('too late');
          callback(...outcome);
        }),
    });
    onTestFinished(() => dispatcher.close());
    const transport = over.node.undiciTransport({ dispatcher });
    const failure = await failureOf(transport, post(`${server.url}/x`, { signal: controller.signal }));
    expect(failure).toEqual({ progress: 'not_sent', cause: 'too late' });
    // The next one is answered by the same server, which would have seen the first.
    await readAll((await responseOf(transport, post(`${server.url}/y`))).body);
    expect(server.requests.map(({ url }) => url)).toEqual(['/y']);
  });
});

describeOverUndicis('a request that may have been received', (over) => {
  test('says so where the socket breaks instead of a response', async () => {
    const server = await serve(reset);
    expect(await failureOf(over.node.undiciTransport(), post(`${server.url}/x`))).toMatchObject({
      progress: 'unknown',
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['answers no HTTP', (socket) => socket.end('SSH-2.0-server\r\n\r\n')],
  ])('says so where the peer %s', async (_, handle) => {
    const { port, sockets } = await serveSockets(onData(handle));
    const failure = await failureOf(over.node.undiciTransport(), post(`http://127.0.0.1:${port}/x`));
    expect(failure).toMatchObject({ progress: 'unknown' });
    expect(sockets).toHaveLength(1);
  });

  test('says so where a socket that was kept is gone', async () => {
    const { port, sockets } = await serveSockets((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    const transport = over.node.undiciTransport({ connections: 1 });
    await readAll((await responseOf(transport, post(`http://127.0.0.1:${port}/x`))).body);
    expect(await failureOf(transport, post(`http://127.0.0.1:${port}/x`))).toMatchObject({ progress: 'unknown' });
    expect(sockets).toHaveLength(1);
    await transport.close();
  });

  test('says so where its signal aborts before the response', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort('enough'));
    const failure = await failureOf(
      over.node.undiciTransport(),
      post(`${server.url}/x`, { signal: controller.signal }),
    );
    expect(failure).toEqual({ progress: 'unknown', cause: 'enough' });
  });

  test('says so where an interceptor or a mock fails without telling whether it was sent', async () => {
    const mock = new over.undici.MockAgent();
    mock.disableNetConnect();
    mock.get('http://lag.test').intercept({ path: '/x', method: 'POST' }).replyWithError(new Error('broken'));
    const failure = await failureOf(over.node.undiciTransport({ dispatcher: mock }), post('http://lag.test/x'));
    expect(failure).toMatchObject({ progress: 'unknown', cause: { message: 'broken' } });
    const thrower = new over.undici.Agent().compose(() => (_options, _handler) => {
      throw new Error('an interceptor failed');
    });
    const thrown = await failureOf(over.node.undiciTransport({ dispatcher: thrower }), post('http://lag.test/x'));
    expect(thrown).toMatchObject({ progress: 'unknown', cause: { message: 'an interceptor failed' } });
  });
});

describeOverUndicis('a request that is refused here', (over) => {
  test.each([
    ['expect', '100-continue'],
    ['transfer-encoding', 'chunked'],
    ['keep-alive', 'timeout=5'],
    ['upgrade', 'websocket'],
    ['connection', 'a b'],
    ['content-length', '5'],
    ['x-own', 'a\nb'],
    ['x own', 'a'],
  ])('is one with the header %s: %j', async (name, value) => {
    const server = await serve(json({}));
    const request = post(`${server.url}/x`, { headers: { [name]: value } });
    expect(await failureOf(over.node.undiciTransport(), request)).toMatchObject({ progress: 'refused' });
    expect(server.requests).toHaveLength(0);
  });

  test.each<[string, (url: string) => Parameters<typeof post>]>([
    ['a method', (url) => [`${url}/x`, { method: 'A B' as 'POST' }]],
    ['a path', (url) => [`${url}/a b`]],
    ['a port', () => ['http://127.0.0.1:99999/x']],
    ['a URL', () => ['nonsense']],
  ])('is one with %s that cannot be sent', async (_, request) => {
    const server = await serve(json({}));
    const failure = await failureOf(over.node.undiciTransport(), post(...request(server.url)));
    expect(failure).toMatchObject({ progress: 'refused', cause: expect.any(Error) as Error });
    expect(server.requests).toHaveLength(0);
  });

  test.each(['close', 'destroy'] as const)('is one over a dispatcher after its %s', async (end) => {
    const server = await serve(json({}));
    for (const dispatcher of [
      new over.undici.Agent(),
      new over.undici.Pool(server.url),
      new over.undici.Client(server.url),
    ]) {
      await dispatcher[end]();
      const failure = await failureOf(over.node.undiciTransport({ dispatcher }), post(`${server.url}/x`));
      expect(failure).toMatchObject({ progress: 'refused' });
    }
    expect(server.requests).toHaveLength(0);
  });

  test('is one that no mock answers', async () => {
    const dispatcher = new over.undici.MockAgent();
    dispatcher.disableNetConnect();
    const failure = await failureOf(over.node.undiciTransport({ dispatcher }), post('http://lag.test/x'));
    expect(failure).toMatchObject({ progress: 'refused', cause: { message: expect.stringContaining('/x') as string } });
  });

  test('is one that sends the credentials of a proxy as a header', async () => {
    const transport = over.node.undiciTransport({ proxy: await refusedUrl() });
    const request = post('https://127.0.0.1:1/x', { headers: { 'proxy-authorization': 'Basic bWU6aHVudGVyMg==' } });
    expect(await failureOf(transport, request)).toMatchObject({ progress: 'refused' });
  });
});

describeOverUndicis('a proxy', (over) => {
  const serveConnects = async (handle: (socket: Socket) => void) => {
    const connects: string[] = [];
    const server = createHttpServer();
    server.on('connect', (request, socket: Socket) => {
      connects.push(request.url!);
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
      handle(socket);
    });
    return { url: `http://127.0.0.1:${await listen(server)}`, connects };
  };

  test.each<[string, (socket: Socket) => void]>([
    ['drops the CONNECT', (socket) => socket.destroy()],
    ['resets the CONNECT', (socket) => socket.resetAndDestroy()],
    ['answers the CONNECT with 403', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')],
    ['answers the CONNECT with 407', (socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')],
    ['answers the CONNECT with 502', (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')],
    ['answers no HTTP', (socket) => socket.end('SSH-2.0-server\r\n\r\n')],
    ['opens the tunnel and closes it', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')],
    [
      'opens the tunnel and resets it',
      (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n', () => socket.resetAndDestroy()),
    ],
  ])('that %s fails a request once, which was not sent', async (_, handle) => {
    const proxy = await serveConnects(handle);
    const transport = over.node.undiciTransport({ proxy: proxy.url });
    for (let call = 1; call <= 2; call++) {
      expect(await failureOf(transport, post('https://127.0.0.1:1/x'))).toMatchObject({ progress: 'not_sent' });
      expect(proxy.connects).toHaveLength(call);
    }
    await transport.close();
    // All that undici might do by itself is under way by the next connection.
    expect(
      await failureOf(over.node.undiciTransport({ proxy: proxy.url }), post('https://127.0.0.1:2/x')),
    ).toBeDefined();
    expect(proxy.connects).toEqual(['127.0.0.1:1', '127.0.0.1:1', '127.0.0.1:2']);
  });

  test('that drops each CONNECT fails many requests with as many CONNECTs', async () => {
    const proxy = await serveConnects((socket) => socket.destroy());
    const transport = over.node.undiciTransport({ proxy: proxy.url });
    const failures = await Promise.all(
      Array.from({ length: 20 }, () => failureOf(transport, post('https://127.0.0.1:1/x'))),
    );
    expect(new Set(failures.map(({ progress }) => progress))).toEqual(new Set(['not_sent']));
    expect(proxy.connects).toHaveLength(20);
  });

  test('that never answers the CONNECT does not hold up an aborted request', async () => {
    const controller = new AbortController();
    const proxy = await serveConnects(() => controller.abort('enough'));
    const transport = over.node.undiciTransport({ proxy: proxy.url });
    const failure = await failureOf(transport, post('https://127.0.0.1:1/x', { signal: controller.signal }));
    expect(failure).toEqual({ progress: 'not_sent', cause: 'enough' });
    expect(proxy.connects).toHaveLength(1);
  });

  test('of the environment that drops the CONNECT fails a request once', async () => {
    const proxy = await serveConnects((socket) => socket.destroy());
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'])
      vi.stubEnv(name, /https/i.test(name) ? proxy.url : undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const transport = over.node.undiciTransport({ proxy: true });
    expect(await failureOf(transport, post('https://127.0.0.1:1/x'))).toMatchObject({ progress: 'not_sent' });
    await transport.close();
    expect(proxy.connects).toHaveLength(1);
  });

  test('in plain HTTP that closes without an answer fails a read once', async () => {
    const { port, sockets } = await serveSockets((socket) => socket.destroy());
    const transport = over.node.undiciTransport({ proxy: `http://127.0.0.1:${port}` });
    expect(await failureOf(transport, get('https://127.0.0.1:1/x'))).toMatchObject({ progress: 'not_sent' });
    expect(sockets).toHaveLength(1);
    await transport.close();
  });
});
