import { once } from 'node:events';
import {
  constants,
  createSecureServer,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { deferred } from '../support/results.js';
import { pfx } from './certificate.js';
import { failureOf, get, post, readAll, responseOf } from './send.js';
import { describeOverUndicis } from './undicis.js';

describeOverUndicis('over HTTP/2', (over) => {
  type Handle = (stream: ServerHttp2Stream, session: ServerHttp2Session, socket: Socket) => void;

  const serveStreams = async (handle: Handle) => {
    const paths: string[] = [];
    const sockets: Socket[] = [];
    const server = createSecureServer({ pfx });
    const sessions = new Set<Http2Session>();
    server.on('secureConnection', (socket) => sockets.push(socket));
    server.on('session', (session) => {
      sessions.add(session);
      session.on('error', () => {});
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      paths.push(String(headers[':path']));
      // They are there while a request is.
      handle(stream, stream.session as ServerHttp2Session, sockets.at(-1)!);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const dispatcher = new over.undici.Agent({
      allowH2: true,
      connections: 1,
      pipelining: 10,
      connect: { rejectUnauthorized: false },
    });
    onTestFinished(async () => {
      await dispatcher.destroy();
      for (const session of sessions) session.destroy();
      server.close();
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, paths, transport: over.node.undiciTransport({ dispatcher }) };
  };

  const answer = (stream: ServerHttp2Stream): void => {
    stream.respond({ ':status': 200, 'x-own': 'own' });
    stream.end('{}');
  };

  test('a response is read, and its headers', async () => {
    const { url, transport } = await serveStreams(answer);
    const response = await responseOf(transport, post(`${url}/x`));
    expect([response.status, response.headers.get('X-Own'), response.headers.get(':status')]).toEqual([
      200,
      'own',
      null,
    ]);
    expect((await readAll(response.body)).toString()).toBe('{}');
  });

  test.each<[string, Handle]>([
    ['is reset', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
    ['is closed', (stream) => stream.close()],
    ['loses its session', (_, session) => session.destroy()],
    ['loses its session to an error', (_, session) => session.destroy(new Error('broken'))],
    ['is told to go away', (_, session) => (session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM), session.destroy())],
    ['loses its socket', (_, __, socket) => socket.destroy()],
  ])('a send that %s may have been received, and is not sent again', async (_, handle) => {
    const streams: ServerHttp2Stream[] = [];
    const arrived = deferred();
    const { url, paths, transport } = await serveStreams((stream, session, socket) => {
      streams.push(stream);
      if (streams.length === 1) arrived.resolve();
      if (streams.length > 2) return answer(stream);
      if (streams.length === 2) for (const each of streams) if (!each.destroyed) handle(each, session, socket);
    });
    const sent = failureOf(transport, post(`${url}/send`));
    await arrived.promise;
    // undici may ask again for what is only read.
    const read = transport.send(get(`${url}/read`));
    expect(await sent).toMatchObject({ progress: 'unknown' });
    await read;
    // By the time of another answer all would be there that undici does by itself.
    await readAll((await responseOf(transport, get(`${url}/last`))).body);
    expect(paths.filter((path) => path === '/send')).toHaveLength(1);
  });

  test('a signal ends one stream, and not the others of its session', async () => {
    const held: ServerHttp2Stream[] = [];
    const controller = new AbortController();
    const { url, transport } = await serveStreams((stream) => {
      held.push(stream);
      if (held.length === 2) controller.abort('enough');
    });
    const kept = responseOf(transport, post(`${url}/kept`));
    const aborted = failureOf(transport, get(`${url}/aborted`, { signal: controller.signal }));
    expect(await aborted).toEqual({ progress: 'unknown', cause: 'enough' });
    for (const stream of held) if (!stream.closed && !stream.destroyed) answer(stream);
    expect((await readAll((await kept).body)).toString()).toBe('{}');
  });

  test.each([
    ['te', 'gzip'],
    ['proxy-connection', 'keep-alive'],
    ['http2-settings', 'x'],
  ])('the header %s, which HTTP/2 does not allow, is refused here', async (name, value) => {
    const { url, paths, transport } = await serveStreams(answer);
    expect(await failureOf(transport, post(`${url}/x`, { headers: { [name]: value } }))).toMatchObject({
      progress: 'refused',
    });
    expect(paths).toEqual([]);
  });

  test('the header te may ask for trailers', async () => {
    const { url, transport } = await serveStreams(answer);
    expect(await responseOf(transport, post(`${url}/x`, { headers: { te: 'trailers' } }))).toMatchObject({
      status: 200,
    });
  });
});
