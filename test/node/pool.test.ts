import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { UndiciTransport } from '../../src/node/index.js';
import { json, serve, type Answer } from '../support/server.js';
import { failureOf, get, post, readAll, responseOf } from './send.js';
import { describeOverUndicis } from './undicis.js';

/** A server that knows its sockets, and answers when it is told to. */
const serveHeld = async () => {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let isHolding = true;
  let onArrival = (): void => {};
  const answer: Answer = (response, seen) => {
    sockets.add(response.req.socket);
    if (!isHolding) return json({})(response, seen);
    held.push(() => json({})(response, seen));
    onArrival();
  };
  const { url, requests } = await serve(answer);
  return {
    url: `${url}/x`,
    requests,
    sockets,
    open: () => [...sockets].filter((socket) => !socket.destroyed),
    arrived: (count: number) =>
      new Promise<void>((resolve) => {
        onArrival = () => held.length >= count && resolve();
        onArrival();
      }),
    release: () => {
      isHolding = false;
      for (const answerHeld of held.splice(0)) answerHeld();
    },
  };
};

const readOver = async (transport: UndiciTransport, url: string): Promise<string> =>
  (await readAll((await responseOf(transport, get(url))).body)).toString();

describeOverUndicis('transports without options', (over) => {
  const closeAll = async (transports: readonly UndiciTransport[]): Promise<void> => {
    for (const transport of transports) await transport.close();
  };

  test.each([undefined, {}, { proxy: false, connections: undefined }, null, 5])(
    'share their sockets: %j',
    async (options) => {
      const server = await serveHeld();
      server.release();
      const transports = Array.from({ length: 200 }, () => over.node.undiciTransport(options as object));
      for (const transport of transports) expect(await readOver(transport, server.url)).toBe('{}');
      // One is busy until the event loop turns, so that the next call may open another.
      expect(server.sockets.size).toBeLessThanOrEqual(2);
      await closeAll(transports);
    },
  );

  test.each([{ connections: 1 }, { pipelining: 1 }, { allowH2: false }])(
    'do not share them with one that has %j',
    async (options) => {
      const server = await serveHeld();
      server.release();
      const transports = [over.node.undiciTransport(), over.node.undiciTransport(options)];
      for (const transport of transports) expect(await readOver(transport, server.url)).toBe('{}');
      expect(server.sockets.size).toBe(2);
      await closeAll(transports);
    },
  );

  /** A copy of the package whose transports are those of one test. */
  const loadAgain = async (): Promise<typeof over.node> => {
    vi.resetModules();
    return import('../../src/node/index.js');
  };

  test('keep the sockets until the last one is closed', async () => {
    const server = await serveHeld();
    server.release();
    const node = await loadAgain();
    const [first, second] = [node.undiciTransport(), node.undiciTransport()];
    await readOver(first, server.url);
    await first.close();
    await first.close();
    expect(server.open()).toHaveLength(1);
    expect(await readOver(second, server.url)).toBe('{}');
    const closed = Promise.all(server.open().map((socket) => once(socket, 'close')));
    await second.close();
    await closed;
    expect(server.open()).toHaveLength(0);
  });

  test('open new sockets after all before them were closed', async () => {
    const server = await serveHeld();
    server.release();
    const node = await loadAgain();
    for (let round = 1; round <= 3; round++) {
      const transport = node.undiciTransport();
      expect(await readOver(transport, server.url)).toBe('{}');
      await transport.close();
      expect(server.sockets.size).toBe(round);
    }
  });

  test('wait with close() for their own requests alone', async () => {
    const server = await serveHeld();
    const [first, second] = [over.node.undiciTransport(), over.node.undiciTransport()];
    const held = readOver(first, server.url);
    await server.arrived(1);
    expect((await second.close()).isOk()).toBe(true);
    let isClosed = false;
    const closing = first.close().andTee(() => void (isClosed = true));
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    server.release();
    expect(await held).toBe('{}');
    await closing;
    expect(isClosed).toBe(true);
  });
});

describeOverUndicis('close()', (over) => {
  test.each([{}, { connections: 1 }, { connections: 2, pipelining: 2 }])(
    'waits for requests in flight, those that wait for a socket too, and refuses later ones: %j',
    async (options) => {
      const server = await serveHeld();
      const transport = over.node.undiciTransport(options);
      const responses = Array.from({ length: 4 }, () => responseOf(transport, post(server.url)));
      await server.arrived(1);
      const closing = transport.close();
      expect(await failureOf(transport, post(server.url))).toMatchObject({
        progress: 'refused',
        cause: { message: 'the transport is closed' },
      });
      server.release();
      for (const response of responses) await readAll((await response).body);
      expect((await closing).isOk()).toBe(true);
      expect(server.requests).toHaveLength(4);
      await expect.poll(() => server.open()).toHaveLength(0);
    },
  );

  test('waits for a body that is being read', async () => {
    const server = await serve((response) => response.writeHead(200).write('first'));
    const transport = over.node.undiciTransport();
    const { body } = await responseOf(transport, get(`${server.url}/x`));
    const reader = body!.getReader();
    await reader.read();
    let isClosed = false;
    const closing = transport.close().andTee(() => void (isClosed = true));
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    await reader.cancel();
    await closing;
  });

  test('before undici is loaded waits for the requests that were made until then', async () => {
    const server = await serve(json({}));
    const transport = over.node.undiciTransport();
    const response = responseOf(transport, get(`${server.url}/x`));
    const closing = transport.close();
    await readAll((await response).body);
    expect((await closing).isOk()).toBe(true);
  });

  test('waits for no request that has failed', async () => {
    const transport = over.node.undiciTransport();
    const server = await serve((response) => response.socket!.destroy());
    await failureOf(transport, post(`${server.url}/x`));
    await failureOf(transport, post('http://127.0.0.1:1/x'));
    await failureOf(transport, post('http://127.0.0.1:1/x', { headers: { 'x y': 'z' } }));
    await failureOf(transport, post('http://127.0.0.1:1/x', { signal: AbortSignal.abort() }));
    expect((await transport.close()).isOk()).toBe(true);
  });

  test("leaves the user's own dispatcher open", async () => {
    const server = await serve(json({}));
    const dispatcher = new over.undici.Agent();
    onTestFinished(() => dispatcher.close());
    await over.node.undiciTransport({ dispatcher }).close();
    expect(dispatcher.closed).toBe(false);
    expect(await readOver(over.node.undiciTransport({ dispatcher }), `${server.url}/x`)).toBe('{}');
  });
});

describeOverUndicis('an option', (over) => {
  const throwing = Object.defineProperty({}, 'proxy', {
    enumerable: true,
    get() {
      throw new Error('gotcha');
    },
  });

  test.each<[string, unknown]>([
    ['invalid connections', { connections: 0 }],
    ['invalid connections', { connections: 1.5 }],
    ['invalid connections', { connections: NaN }],
    ['invalid connections', { connections: '5' }],
    ['invalid connections', { connections: null }],
    ['invalid pipelining', { pipelining: -1 }],
    ['invalid pipelining', { pipelining: Infinity }],
    ['invalid allowH2', { allowH2: 'yes' }],
    ['invalid proxy', { proxy: 'localhost' }],
    ['invalid proxy', { proxy: 'localhost:8080' }],
    ['invalid proxy', { proxy: 'ftp://localhost' }],
    ['invalid proxy', { proxy: 'socks5://localhost' }],
    ['invalid proxy', { proxy: 'http://me:hunter2@:x' }],
    ['invalid proxy', { proxy: 'http://me:hunter2%ZZ@localhost' }],
    ['invalid proxy', { proxy: 5 }],
    ['invalid proxy', { proxy: {} }],
    ['invalid dispatcher', { dispatcher: {} }],
    ['invalid dispatcher', { dispatcher: null }],
    ['invalid dispatcher', { dispatcher: 'agent' }],
    ['gotcha', throwing],
  ])('is refused before anything is sent: %s', async (message, options) => {
    const server = await serve(json({}));
    const transport = over.node.undiciTransport(options as object);
    for (let call = 0; call < 2; call++) {
      const { progress, cause } = await failureOf(transport, post(`${server.url}/x`));
      expect({ progress, cause }).toMatchObject({
        progress: 'refused',
        cause: { message: expect.stringContaining(message) as string },
      });
      expect(String((cause as Error).stack)).not.toContain('hunter2');
    }
    const closed = await transport.close();
    expect(closed.isErr() && closed.error).toMatchObject({ kind: 'invalid_input', attempts: 0 });
    expect(server.requests).toHaveLength(0);
  });

  test('is not read from Object.prototype', async () => {
    const server = await serve(json({}));
    const polluted = { proxy: 'http://127.0.0.1:1', dispatcher: {}, query: { a: 1 }, upgrade: 'websocket' };
    Object.assign(Object.prototype, polluted);
    try {
      const transport = over.node.undiciTransport({ pipelining: 1 });
      expect(await readOver(transport, `${server.url}/x`)).toBe('{}');
      await transport.close();
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
    expect(server.requests).toMatchObject([{ url: '/x' }]);
  });
});

describeOverUndicis('an interceptor of the user', (over) => {
  const dispatcherWith = (interceptor: Dispatcher.DispatcherComposeInterceptor) => {
    const agent = new over.undici.Agent();
    onTestFinished(() => agent.destroy());
    return agent.compose(interceptor);
  };

  test('that retries gets a response that the transport takes', async () => {
    const server = await serve((response) => response.writeHead(503).end(), json({ a: 1 }));
    const dispatcher = dispatcherWith(over.undici.interceptors.retry({ minTimeout: 1, maxRetries: 2 }));
    expect(await readOver(over.node.undiciTransport({ dispatcher }), `${server.url}/x`)).toBe('{"a":1}');
    expect(server.requests).toHaveLength(2);
  });

  test('that follows redirects gets the last response', async () => {
    const server = await serve((response) => response.writeHead(302, { location: '/y' }).end('moved'), json({ a: 1 }));
    const dispatcher = dispatcherWith(over.undici.interceptors.redirect({ maxRedirections: 3 }));
    const response = await responseOf(over.node.undiciTransport({ dispatcher }), get(`${server.url}/x`));
    expect(response.status).toBe(200);
    expect((await readAll(response.body)).toString()).toBe('{"a":1}');
  });

  test('that dumps bodies leaves an empty one', async () => {
    const server = await serve(json({ a: 1 }));
    const dispatcher = dispatcherWith(over.undici.interceptors.dump());
    expect(await readOver(over.node.undiciTransport({ dispatcher }), `${server.url}/x`)).toBe('');
  });

  test('that changes headers is heard', async () => {
    const server = await serve(json({}));
    const dispatcher = dispatcherWith(
      (dispatch) => (options, handler) =>
        dispatch({ ...options, headers: { ...(options.headers as object), 'x-composed': 'yes' } }, handler),
    );
    await readOver(over.node.undiciTransport({ dispatcher }), `${server.url}/x`);
    expect(server.requests).toMatchObject([{ headers: { 'x-composed': 'yes' } }]);
  });

  test('that mocks answers', async () => {
    const dispatcher = new over.undici.MockAgent();
    dispatcher.disableNetConnect();
    dispatcher
      .get('http://lag.test')
      .intercept({ path: '/x', method: 'POST', headers: { 'content-type': 'application/json' } })
      .reply(201, { id: 1 }, { headers: { 'x-own': 'own' } });
    const response = await responseOf(over.node.undiciTransport({ dispatcher }), post('http://lag.test/x'));
    expect([response.status, response.headers.get('x-own')]).toEqual([201, 'own']);
    expect((await readAll(response.body)).toString()).toBe('{"id":1}');
  });
});

describeOverUndicis('send', (over) => {
  const throwing = (name: string): object =>
    Object.defineProperty({ ...get('http://127.0.0.1:1/x') }, name, {
      get() {
        throw new Error('gotcha');
      },
    });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['nothing', {}],
    ['no headers', { ...get('http://127.0.0.1:1/x'), headers: null }],
    ['a URL that is an object', { ...get('http://127.0.0.1:1/x'), url: new URL('http://127.0.0.1:1/x') }],
    ['a signal that is none', { ...get('http://127.0.0.1:1/x'), signal: {} }],
    [
      'a signal that throws',
      { ...get('http://127.0.0.1:1/x'), signal: { addEventListener: () => expect.unreachable() } },
    ],
    ['a header that is an object', { ...get('http://127.0.0.1:1/x'), headers: { a: {} } }],
    ['a URL that throws', throwing('url')],
    ['headers that throw', throwing('headers')],
    ['a body that throws', throwing('body')],
  ])('never rejects, given %s', async (_, request) => {
    const transport = over.node.undiciTransport();
    for (let call = 0; call < 2; call++)
      expect(await failureOf(transport, request as ReturnType<typeof get>)).toMatchObject({ progress: 'refused' });
    expect((await transport.close()).isOk()).toBe(true);
  });

  test('outlives a signal that cannot be left', async () => {
    const server = await serve(json({}));
    const signal = {
      aborted: false,
      addEventListener: () => {},
      removeEventListener: () => {
        throw new Error('gotcha');
      },
    };
    const transport = over.node.undiciTransport();
    const request = get(`${server.url}/x`, { signal: signal as object as AbortSignal });
    expect((await readAll((await responseOf(transport, request)).body)).toString()).toBe('{}');
    expect((await transport.close()).isOk()).toBe(true);
  });
});
