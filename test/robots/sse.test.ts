import { getEventListeners } from 'node:events';
import type { Result } from 'neverthrow';
import { afterEach, expect, test, vi } from 'vitest';
import { createContext } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import {
  listenBySse,
  listenRobotEvents,
  streamRobotEvents,
  type ListenOptions,
  type RobotEvent,
} from '../../src/robots/index.js';
import { skipTime } from '../support/clock.js';
import { deferred } from '../support/results.js';
import { ROBOT_TOKEN, USER_TOKEN } from '../support/samples.js';
import { empty, json, reset, serve, text, type Answer } from '../support/server.js';
import { respondWith, transportOf } from '../support/transports.js';
import { describe, fakeTime, openStream, payload, polled, robotAt, robotOver, sse, streamed, take } from './support.js';

afterEach(() => void vi.useRealTimers());

test('streams events as they come, and ends with an Err', async () => {
  const { url, requests } = await serve(sse([': connected\n\n', streamed('e1'), streamed('e2')], true));
  expect(await take(streamRobotEvents(robotAt(url), { lastEventId: 'e0' }))).toEqual([
    'text of e1',
    'text of e2',
    'Err connection',
  ]);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    method: 'GET',
    url: '/robots/@me/events/sse',
    headers: {
      accept: 'text/event-stream',
      'last-event-id': 'e0',
      authorization: `Robot ${ROBOT_TOKEN}`,
    },
  });
});

test('refuses a user token before anything is sent', async () => {
  const { url, requests } = await serve(sse([streamed('e1')]));
  const ctx = createContext(USER_TOKEN as string, { baseUrl: url });
  for (const listen of [streamRobotEvents, listenBySse]) expect(await take(listen(ctx))).toEqual(['Err invalid_token']);
  expect(requests).toEqual([]);
});

test('says in its Err how the stream ended', async () => {
  const { url } = await serve(sse([streamed('e1')], true));
  const broken = openStream();
  broken.write(streamed('e1'));
  const ends: Result<RobotEvent, LagError>[] = [];
  for await (const event of streamRobotEvents(robotAt(url))) ends.push(event);
  for await (const event of streamRobotEvents(robotOver(async () => broken.response)))
    if (ends.push(event) === 3) broken.fail(new Error('cut'));
  expect(ends).toHaveLength(4);
  const errors = [ends[1]!._unsafeUnwrapErr(), ends[3]!._unsafeUnwrapErr()];
  expect(errors).toMatchObject([
    { kind: 'connection', message: 'the stream ended' },
    { kind: 'connection', message: 'the stream broke' },
  ]);
  for (const error of errors) expect(error).not.toHaveProperty('retryAfterSeconds');
});

test('leaves no listener on the signal after an Err', async () => {
  const { signal } = new AbortController();
  const { url } = await serve(empty(401));
  expect(await take(listenBySse(robotAt(url), { signal }))).toEqual(['Err auth']);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('leaves no listeners of earlier connections on a signal', async () => {
  skipTime();
  const { url } = await serve(sse([], true), sse([], true), sse([], true), sse([streamed('e1')], true), empty(401));
  const { signal } = new AbortController();
  const events = listenBySse(robotAt(url), { signal, onReconnect: () => {} });
  expect(describe((await events.next()).value!)).toBe('text of e1');
  expect(getEventListeners(signal, 'abort').length).toBe(1);
  expect(await take(events)).toEqual(['Err auth']);
  expect(getEventListeners(signal, 'abort').length).toBe(0);
});

test('connects only once as a single stream', async () => {
  for (const answer of [empty(500), reset, empty(204), json({}), sse([], true)]) {
    const { url, requests } = await serve(answer, sse([streamed('e1')]));
    expect(await take(streamRobotEvents(robotAt(url)))).toEqual([expect.stringMatching(/^Err /)]);
    expect(requests).toHaveLength(1);
  }
});

test('yields an event with everything that its payload holds', async () => {
  const { url } = await serve(sse([streamed('e1', 'hi')]));
  for await (const event of streamRobotEvents(robotAt(url))) {
    expect(event._unsafeUnwrap()).toEqual({ id: 'e1', ...payload('hi') });
    break;
  }
});

const text3 = `\u{FEFF}retry: 1\r\n: c\r\n\r\nid:a\r\nevent:room.message\r\ndata:${JSON.stringify(payload('grüß 👋'))}\r\n\r\nid: b\ndata: {"type": "room.message",\ndata: "data": {"roomId": "r", "content": "two lines", "senderName": ""}}\n\nid: c\nevent: presence.update\ndata: {"data":{}}\n\n`;

test.each([1, 2, 3, 5, 64])('reads a stream that comes in pieces of %i bytes', async (size) => {
  const bytes = Buffer.from(text3);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  const stream = openStream();
  const events = streamRobotEvents(robotOver(async () => stream.response));
  const listening = take(events, 3);
  for (const piece of pieces) stream.write(piece);
  expect(await listening).toEqual(['grüß 👋', 'two lines', 'presence.update']);
  expect(stream.cancel).toHaveBeenCalled();
});

test('yields what has no JSON, id or type as an unknown event', async () => {
  const { url } = await serve(
    sse(['data: hello\n\nevent: ping\ndata:\n\nid: 7\nevent: new.type\ndata: {"data":{"a":1}}\n\n'], true),
  );
  const events: unknown[] = [];
  for await (const event of streamRobotEvents(robotAt(url))) if (event.isOk()) events.push(event.value);
  expect(events).toEqual([
    { id: '', type: 'unknown', eventType: '', data: 'hello' },
    { id: '', type: 'unknown', eventType: 'ping', data: '' },
    { id: '7', type: 'unknown', eventType: 'new.type', data: { a: 1 } },
  ]);
});

test('resumes where it was, and yields nothing twice', async () => {
  skipTime();
  const { url, requests } = await serve(
    sse([streamed('e1'), streamed('e2'), 'id: e3\nevent: room.message\ndata: {"type"'], true),
    empty(503),
    sse([streamed('e2'), streamed('e3'), streamed('e1')], true),
    sse([]),
  );
  const trouble = vi.fn();
  const events = listenBySse(robotAt(url), { onReconnect: trouble });
  expect(await take(events, 3)).toEqual(['text of e1', 'text of e2', 'text of e3']);
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'e2', 'e2']);
  expect(trouble.mock.calls.map(([{ kind }]) => kind)).toEqual(['connection', 'server']);
});

test.each([
  [401, 'auth'],
  [403, 'permission'],
  [409, 'conflict'],
])('ends with one Err after status %i', async (status, kind) => {
  skipTime();
  const { url, requests } = await serve(sse([streamed('e1')], true), empty(status));
  expect(await take(listenBySse(robotAt(url)))).toEqual(['text of e1', `Err ${kind}`]);
  expect(requests).toHaveLength(2);
});

const eventStream = (body: BodyInit): Response =>
  new Response(body, { headers: { 'content-type': 'text/event-stream' } });

/** Runs a listener in fake time against streams of the test. */
const listening = (options: ListenOptions = {}) => {
  fakeTime();
  const streams: ReturnType<typeof openStream>[] = [];
  const starts: number[] = [];
  const ctx = robotOver(async () => {
    starts.push(performance.now());
    streams.push(openStream());
    return streams.at(-1)!.response;
  });
  const taken: (string | undefined)[] = [];
  const end = new AbortController();
  const over = (async () => {
    for await (const event of listenBySse(ctx, { signal: end.signal, ...options })) taken.push(describe(event));
  })();
  return { streams, starts, taken, end, over };
};

test('gives up a connection without a byte for 75 s, and keeps one with keepalives', async () => {
  const trouble = vi.fn();
  const { streams, taken, end, over } = listening({ onReconnect: trouble });
  await vi.advanceTimersByTimeAsync(0);
  for (let minute = 0; minute < 10; minute++) {
    await vi.advanceTimersByTimeAsync(60_000);
    streams[0]!.write(': keepalive\n\n');
  }
  await vi.advanceTimersByTimeAsync(74_000);
  expect(streams).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1100);
  expect(trouble).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ kind: 'connection', message: 'the stream stalled' }),
    expect.any(Number),
  );
  expect(streams[0]!.cancel).toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1500);
  expect(streams).toHaveLength(2);
  streams[1]!.write(streamed('e1'));
  await vi.advanceTimersByTimeAsync(0);
  expect(taken).toEqual(['text of e1']);
  end.abort();
  await over;
  expect(vi.getTimerCount()).toBe(0);
});

test('gives up a connection whose headers do not come for 75 s', async () => {
  fakeTime();
  const trouble = vi.fn();
  const end = new AbortController();
  const over = take(
    listenBySse(
      robotOver(() => new Promise(() => {})),
      { signal: end.signal, onReconnect: trouble },
    ),
  );
  await vi.advanceTimersByTimeAsync(74_000);
  expect(trouble).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1001);
  expect(trouble.mock.calls[0]![0]).toMatchObject({ kind: 'timeout' });
  end.abort();
  expect(await over).toEqual([]);
});

test("waits for as long as the server's `retry:` asks, after later connections, too", async () => {
  const delays: number[] = [];
  const { streams, starts, end, over } = listening({ onReconnect: (_, delayMs) => delays.push(delayMs) });
  await vi.advanceTimersByTimeAsync(0);
  streams[0]!.write('retry: 20000\n\n');
  streams[0]!.end();
  await vi.advanceTimersByTimeAsync(20_000);
  streams[1]!.fail(new Error('cut'));
  await vi.advanceTimersByTimeAsync(20_000);
  streams[2]!.write('retry: soon\nretry: 100\n\n');
  streams[2]!.end();
  // The third failure in a row.
  await vi.advanceTimersByTimeAsync(5000);
  expect(starts.map((at) => at - starts[0]!)).toEqual([0, 20_000, 40_000, expect.any(Number)]);
  streams[3]!.write(`retry: ${'9'.repeat(400)}\n\n`);
  streams[3]!.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(delays.map((ms) => Math.floor(ms / 1000))).toEqual([20, 20, 4, 3600]);
  end.abort();
  await over;
});

test('does not connect in a tight loop when the server asks for no wait and always hangs up', async () => {
  fakeTime();
  let connections = 0;
  const ctx = robotOver(async () => {
    connections++;
    return eventStream('retry: 0\n\n: bye\n\n');
  });
  const end = new AbortController();
  const over = take(listenBySse(ctx, { signal: end.signal, onReconnect: () => {} }));
  await vi.advanceTimersByTimeAsync(60_000);
  // 1, 2, 4, 8, 16 s: bytes without an event do not make a connection a success.
  expect(connections).toBeLessThanOrEqual(6);
  end.abort();
  expect(await over).toEqual([]);
});

test.each([
  ['an event', streamed('e1')],
  ['a minute open', undefined],
])('starts its backoff over after %s', async (_, text) => {
  fakeTime();
  const delays: number[] = [];
  const streams: ReturnType<typeof openStream>[] = [];
  const ctx = robotOver(async () => {
    if (streams.push(openStream()) < 4) streams.at(-1)!.end();
    return streams.at(-1)!.response;
  });
  const end = new AbortController();
  const over = take(listenBySse(ctx, { signal: end.signal, onReconnect: (__, delayMs) => delays.push(delayMs) }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(streams).toHaveLength(4);
  if (text === undefined) await vi.advanceTimersByTimeAsync(60_000);
  else streams[3]!.write(text);
  await vi.advanceTimersByTimeAsync(0);
  streams[3]!.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(delays.map((ms) => Math.floor(Math.log2(ms / 1000)))).toEqual([0, 1, 2, 0]);
  end.abort();
  await over;
});

test.each(['text/html', 'application/json', 'text/event-streams', ''])(
  'takes a response of the content type %j as an invalid_response, and waits longer each time',
  async (type) => {
    fakeTime();
    const told: [string, number][] = [];
    let connections = 0;
    const ctx = robotOver(async () => {
      connections++;
      return new Response(': hi\n\n', { headers: type ? { 'content-type': type } : {} });
    });
    const end = new AbortController();
    const onReconnect = ({ kind }: LagError, delayMs: number) => told.push([kind, Math.floor(delayMs / 1000)]);
    const over = take(listenBySse(ctx, { signal: end.signal, onReconnect }));
    await vi.advanceTimersByTimeAsync(20_000);
    end.abort();
    expect(await over).toEqual([]);
    expect(connections).toBeLessThanOrEqual(5);
    expect(told.slice(0, 3)).toEqual([
      ['invalid_response', 1],
      ['invalid_response', 2],
      ['invalid_response', expect.any(Number)],
    ]);
  },
);

test('accepts the content type with parameters and in any case', async () => {
  const response = new Response(streamed('e1'), { headers: { 'content-type': 'Text/Event-Stream; charset=utf-8' } });
  expect(await take(streamRobotEvents(robotOver(async () => response)), 1)).toEqual(['text of e1']);
});

test('stops with one Err after 204, by which a server asks not to connect again', async () => {
  const { url, requests } = await serve(empty(204), sse([streamed('e1')]));
  const results: Result<RobotEvent, LagError>[] = [];
  for await (const event of listenBySse(robotAt(url))) results.push(event);
  expect(results).toHaveLength(1);
  expect(results[0]!._unsafeUnwrapErr()).toMatchObject({ kind: 'invalid_response', status: 204 });
  expect(requests).toHaveLength(1);
});

test.each([
  ['ключ', Buffer.from('ключ').toString('latin1')],
  ['grüß 👋', Buffer.from('grüß 👋').toString('latin1')],
  ['a b', 'a b'],
])('resumes after the id %j, sent as UTF-8', async (id, header) => {
  skipTime();
  const { url, requests } = await serve(sse([streamed(id)], true), sse([streamed('e2')]));
  const text = ['text of e2'];
  expect((await take(listenBySse(robotAt(url)), 2)).slice(1)).toEqual(text);
  expect(requests[1]!.headers['last-event-id']).toBe(header);
});

test.each(['e\x07', 'e\x7f', ' e', 'e ', 'e'.repeat(1001)])(
  'resumes after an earlier event if the id %j cannot travel in a header',
  async (id) => {
    skipTime();
    const { url, requests } = await serve(
      sse([streamed('e1'), `id: ${id}\ndata: {}\n\n`], true),
      sse([streamed('e1'), streamed('e2')]),
    );
    expect(await take(listenBySse(robotAt(url)), 3)).toEqual(['text of e1', 'unknown', 'text of e2']);
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'e1']);
  },
);

test('resumes after a position that the server names without an event', async () => {
  skipTime();
  const { url, requests } = await serve(
    sse([streamed('e1'), 'id: p2\n\n', ': id: no\n\n', 'idea: no\n\n'], true),
    sse([streamed('e3')]),
  );
  expect(await take(listenBySse(robotAt(url)), 2)).toEqual(['text of e1', 'text of e3']);
  expect(requests[1]!.headers['last-event-id']).toBe('p2');
});

test('reads lines that end in carriage returns without waiting for the next one', async () => {
  const stream = openStream();
  const events = streamRobotEvents(robotOver(async () => stream.response));
  stream.write(streamed('e1').replaceAll('\n', '\r'));
  expect(describe((await events.next()).value!)).toBe('text of e1');
  stream.write(streamed('e2').replaceAll('\n', '\r\n'));
  expect(describe((await events.next()).value!)).toBe('text of e2');
  await events.return();
});

test('skips an event that is too large, tells onReconnect, and goes on after it', async () => {
  skipTime();
  const told: [string, number][] = [];
  const huge = `id: e2\ndata: ${'x'.repeat(3_000_000)}\n\n`;
  const { url, requests } = await serve(sse([streamed('e1'), huge, streamed('e3')], true), sse([]));
  const onReconnect = ({ message }: LagError, delayMs: number) => told.push([message, delayMs]);
  const events = listenBySse(robotAt(url), { onReconnect });
  expect(await take(events, 2)).toEqual(['text of e1', 'text of e3']);
  expect(told).toEqual([['an event of more than 1000000 bytes was skipped', 0]]);
  expect(requests).toHaveLength(1);
});

test('does not ask again for an event that is too large', async () => {
  skipTime();
  const huge = `id: e2\ndata: ${'x'.repeat(1_000_001)}\n\n`;
  const { url, requests } = await serve(sse([streamed('e1'), huge], true), sse([streamed('e3')]));
  expect(await take(listenBySse(robotAt(url), { onReconnect: () => {} }), 2)).toEqual(['text of e1', 'text of e3']);
  expect(requests[1]!.headers['last-event-id']).toBe('e2');
});

test('yields an event of a million bytes', async () => {
  const content = 'x'.repeat(999_000);
  const { url } = await serve(sse([streamed('e1', content)]));
  expect(await take(listenBySse(robotAt(url)), 1)).toEqual([content]);
});

test('tells onState when it connects, when the stream is open, and when it waits', async () => {
  skipTime();
  const states: string[] = [];
  const { url } = await serve(empty(502), sse([streamed('e1')], true), sse([streamed('e2')]));
  const options = { onState: (state: string) => states.push(state), onReconnect: () => {} };
  expect(await take(listenBySse(robotAt(url), options), 2)).toEqual(['text of e1', 'text of e2']);
  expect(states).toEqual(['connecting', 'waiting', 'connecting', 'open', 'waiting', 'connecting', 'open']);
});

test('prints nothing when a stream that worked ends, and prints once when none works', async () => {
  skipTime();
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  const working = await serve(sse([streamed('e1')], true), sse([], true), sse([streamed('e2')], true));
  expect(await take(listenBySse(robotAt(working.url)), 1)).toEqual(['text of e1']);
  expect(printed).not.toHaveBeenCalled();
  const broken = await serve(text('<html>'), text('<html>'), sse([streamed('e1')]));
  expect(await take(listenBySse(robotAt(broken.url)), 1)).toEqual(['text of e1']);
  expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('is no event stream'), expect.anything());
});

test('closes the connection when the signal aborts, and hands over the events that it has', async () => {
  const closed = deferred();
  const { url } = await serve((response, request) => {
    response.on('close', closed.resolve);
    sse([streamed('e1') + streamed('e2')])(response, request);
  });
  const end = new AbortController();
  const events = listenBySse(robotAt(url), { signal: end.signal });
  expect(describe((await events.next()).value!)).toBe('text of e1');
  end.abort();
  await closed.promise;
  expect(describe((await events.next()).value!)).toBe('text of e2');
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(getEventListeners(end.signal, 'abort')).toEqual([]);
});

test.each(['abort', 'return'] as const)('ends a stream that waits immediately after %s', async (how) => {
  const arrived = deferred();
  const closed = deferred();
  const { url } = await serve((response, request) => {
    response.on('close', closed.resolve);
    sse([': connected\n\n'])(response, request);
    arrived.resolve();
  });
  const end = new AbortController();
  const events = listenBySse(robotAt(url), { signal: end.signal });
  const waiting = events.next();
  await arrived.promise;
  await new Promise((resolve) => setTimeout(resolve, 20));
  let isOver = false;
  void waiting.then(() => (isOver = true));
  if (how === 'abort') end.abort();
  else void events.return();
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(true);
  expect(await waiting).toEqual({ done: true, value: undefined });
  await closed.promise;
});

test('closes the connection and leaves no timer when the loop is left', async () => {
  const closed = deferred();
  const { url } = await serve((response, request) => {
    response.on('close', closed.resolve);
    sse([streamed('e1')])(response, request);
  });
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  expect(await take(listenBySse(robotAt(url)), 1)).toEqual(['text of e1']);
  await closed.promise;
  expect(timers()).toBeLessThanOrEqual(before + 1); // undici keeps one of its own for a moment.
});

test('closes the stream if the signal aborts while the headers come', async () => {
  const end = new AbortController();
  const stream = openStream();
  const transport = transportOf(async () => {
    queueMicrotask(() => end.abort());
    return respondWith(stream.response.body, 200, { 'content-type': 'text/event-stream' });
  });
  const ctx = createContext(ROBOT_TOKEN, { transport });
  expect(await take(listenBySse(ctx, { signal: end.signal }))).toEqual([]);
  expect(stream.cancel).toHaveBeenCalled();
});

test('reads no further than a slow consumer', async () => {
  let written = 0;
  const flood: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let id = 0;
    const write = () => {
      for (;;) {
        const event = streamed(`e${id++}`, 'x'.repeat(1000));
        written += event.length;
        if (!response.write(event)) break;
      }
      response.once('drain', () => setImmediate(write));
    };
    write();
  };
  const { url } = await serve(flood);
  const events = listenBySse(robotAt(url));
  await events.next();
  let last = -1;
  // Ends when the server cannot write any more.
  while (last !== written) {
    last = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(written).toBeLessThan(16 * 2 ** 20);
  const held = written;
  for (let taken = 0; taken < 20_000 && written === held; taken++) await events.next();
  expect(written).toBeGreaterThan(held);
  await events.return();
});

test('listenRobotEvents listens by the transport that it is given', async () => {
  const bySse = await serve(sse([streamed('e1')]));
  expect(await take(listenRobotEvents(robotAt(bySse.url), { transport: 'sse' }), 1)).toEqual(['text of e1']);
  const byPoll = await serve(json([polled('e1')]));
  expect(await take(listenRobotEvents(robotAt(byPoll.url), { transport: 'poll' }), 1)).toEqual(['text of e1']);
  expect(byPoll.requests[0]!.url).toBe('/robots/@me/events/poll');
});

test.each([undefined, null, {}, { transport: 'webhook' }, { transport: 'constructor' }])(
  'listenRobotEvents yields one Err for the options %j',
  async (options) => {
    const { url, requests } = await serve(text('no'));
    expect(await take(listenRobotEvents(robotAt(url), options as never))).toEqual(['Err invalid_input']);
    expect(requests).toEqual([]);
  },
);

test('yields an Err if the transport misbehaves', async () => {
  const headers = new Headers({ 'content-type': 'text/event-stream' });
  for (const stream of ['text', {}, new ReadableStream({ start: (c) => c.error(new Error('mine')) })]) {
    const ctx = robotOver(async () => ({ status: 200, ok: true, headers, body: stream }) as never);
    expect(await take(streamRobotEvents(ctx))).toEqual([expect.stringMatching(/^Err (invalid_input|connection)$/)]);
  }
  const locked = new Response('x', { headers });
  locked.body!.getReader();
  expect(await take(streamRobotEvents(robotOver(async () => locked)))).toEqual(['Err invalid_input']);
});

test('never shows the token in an error', async () => {
  skipTime();
  const { url } = await serve(sse([`id: e1\ndata: ${ROBOT_TOKEN}`], true), empty(401));
  const errors: unknown[] = [];
  for await (const event of listenBySse(robotAt(url), { onReconnect: (error) => errors.push(error) }))
    if (event.isErr()) errors.push(event.error);
  expect(errors).toHaveLength(2);
  const { inspect } = await import('node:util');
  expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain(ROBOT_TOKEN);
});
