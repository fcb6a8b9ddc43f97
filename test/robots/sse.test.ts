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

test('one stream gives its events as they come, and its end is an Err', async () => {
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

test('a user token is refused before anything is sent', async () => {
  const { url, requests } = await serve(sse([streamed('e1')]));
  const ctx = createContext(USER_TOKEN as string, { baseUrl: url });
  for (const listen of [streamRobotEvents, listenBySse]) expect(await take(listen(ctx))).toEqual(['Err invalid_token']);
  expect(requests).toEqual([]);
});

test('the Err at the end says how the stream ended, and asks for no wait where the server did not', async () => {
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

test('a listener that ended in an Err leaves no listener on the signal', async () => {
  const { signal } = new AbortController();
  const { url } = await serve(empty(401));
  expect(await take(listenBySse(robotAt(url), { signal }))).toEqual(['Err auth']);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a listener that connects again and again leaves no listener of its connections behind', async () => {
  skipTime();
  const { url } = await serve(sse([], true), sse([], true), sse([], true), sse([streamed('e1')], true), empty(401));
  const { signal } = new AbortController();
  const events = listenBySse(robotAt(url), { signal });
  expect(describe((await events.next()).value!)).toBe('text of e1');
  expect(getEventListeners(signal, 'abort').length).toBe(1);
  expect(await take(events)).toEqual(['Err auth']);
  expect(getEventListeners(signal, 'abort').length).toBe(0);
});

test('one stream does not connect again', async () => {
  for (const answer of [empty(500), reset, empty(204), json({})]) {
    const { url, requests } = await serve(answer, sse([streamed('e1')]));
    expect(await take(streamRobotEvents(robotAt(url)))).toEqual([expect.stringMatching(/^Err (server|connection)$/)]);
    expect(requests).toHaveLength(1);
  }
});

test('an event holds what its payload holds', async () => {
  const { url } = await serve(sse([streamed('e1', 'hi')]));
  for await (const event of streamRobotEvents(robotAt(url))) {
    expect(event._unsafeUnwrap()).toEqual({ id: 'e1', ...payload('hi') });
    break;
  }
});

const text3 = `\u{FEFF}retry: 1\r\n: c\r\n\r\nid:a\r\nevent:room.message\r\ndata:${JSON.stringify(payload('grüß 👋'))}\r\n\r\nid: b\ndata: {"type": "room.message",\ndata: "data": {"roomId": "r", "content": "two lines", "senderName": ""}}\n\nid: c\nevent: presence.update\ndata: {"data":{}}\n\n`;

test.each([1, 2, 3, 5, 64])('a stream may be cut into pieces of %i bytes anywhere', async (size) => {
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

test('what is no JSON, has no id, or no type comes as an unknown event', async () => {
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

test('a listener resumes where it was, without what comes twice', async () => {
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
])('%i ends a listener with one Err', async (status, kind) => {
  skipTime();
  const { url, requests } = await serve(sse([streamed('e1')], true), empty(status));
  expect(await take(listenBySse(robotAt(url)))).toEqual(['text of e1', `Err ${kind}`]);
  expect(requests).toHaveLength(2);
});

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

test('a connection without a byte for 75 s is dead, one with keepalives is not', async () => {
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

test('headers that do not come for 75 s are given up', async () => {
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

test("the server's `retry:` is the least that is waited, for what comes after, too", async () => {
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
  await vi.advanceTimersByTimeAsync(1250);
  expect(starts.map((at) => at - starts[0]!)).toEqual([0, 20_000, 40_000, expect.any(Number)]);
  streams[3]!.write(`retry: ${'9'.repeat(400)}\n\n`);
  streams[3]!.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(delays.map((ms) => Math.floor(ms / 1000))).toEqual([20, 20, 1, 3600]);
  end.abort();
  await over;
});

test('a `retry:` of nothing, and a server that always hangs up, do not make it spin', async () => {
  fakeTime();
  let connections = 0;
  const ctx = robotOver(async () => {
    connections++;
    return new Response('retry: 0\n\n: bye\n\n');
  });
  const end = new AbortController();
  const over = take(listenBySse(ctx, { signal: end.signal }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(connections).toBeLessThanOrEqual(45);
  end.abort();
  expect(await over).toEqual([]);
});

test('an event without end is not kept for ever', async () => {
  const trouble = vi.fn();
  const { streams, end, over } = listening({ onReconnect: trouble });
  await vi.advanceTimersByTimeAsync(0);
  const piece = `data: ${'x'.repeat(64 * 1024)}\n`;
  for (let pieces = 0; pieces < 18; pieces++) streams[0]!.write(piece);
  await vi.advanceTimersByTimeAsync(0);
  expect(trouble).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'connection' }), expect.any(Number));
  expect(streams[0]!.cancel).toHaveBeenCalled();
  end.abort();
  await over;
});

test('an abort closes the connection while the consumer is busy, and gives nothing more', async () => {
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
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(getEventListeners(end.signal, 'abort')).toEqual([]);
});

test.each(['abort', 'return'] as const)('%s ends a stream that waits, at once', async (how) => {
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

test('a break closes the connection and leaves no timer', async () => {
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

test('an abort in the moment that the headers come closes the stream', async () => {
  const end = new AbortController();
  const stream = openStream();
  const transport = transportOf(async () => {
    queueMicrotask(() => end.abort());
    return respondWith(stream.response.body);
  });
  const ctx = createContext(ROBOT_TOKEN, { transport });
  expect(await take(listenBySse(ctx, { signal: end.signal }))).toEqual([]);
  expect(stream.cancel).toHaveBeenCalled();
});

test('a slow consumer holds back the server', async () => {
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

test('listenRobotEvents listens by the transport that it is told', async () => {
  const bySse = await serve(sse([streamed('e1')]));
  expect(await take(listenRobotEvents(robotAt(bySse.url), { transport: 'sse' }), 1)).toEqual(['text of e1']);
  const byPoll = await serve(json([polled('e1')]));
  expect(await take(listenRobotEvents(robotAt(byPoll.url), { transport: 'poll' }), 1)).toEqual(['text of e1']);
  expect(byPoll.requests[0]!.url).toBe('/robots/@me/events/poll');
});

test.each([undefined, null, {}, { transport: 'webhook' }, { transport: 'constructor' }])(
  'listenRobotEvents with %j is one Err',
  async (options) => {
    const { url, requests } = await serve(text('no'));
    expect(await take(listenRobotEvents(robotAt(url), options as never))).toEqual(['Err invalid_input']);
    expect(requests).toEqual([]);
  },
);

test('a transport that misbehaves is an Err, not a throw', async () => {
  for (const stream of ['text', {}, new ReadableStream({ start: (c) => c.error(new Error('mine')) })]) {
    const ctx = robotOver(async () => ({ status: 200, ok: true, headers: new Headers(), body: stream }) as never);
    expect(await take(streamRobotEvents(ctx))).toEqual([expect.stringMatching(/^Err (invalid_input|connection)$/)]);
  }
  const locked = new Response('x');
  locked.body!.getReader();
  expect(await take(streamRobotEvents(robotOver(async () => locked)))).toEqual(['Err invalid_input']);
});

test('no error shows the token', async () => {
  skipTime();
  const { url } = await serve(sse([`id: e1\ndata: ${ROBOT_TOKEN}`], true), empty(401));
  const errors: unknown[] = [];
  for await (const event of listenBySse(robotAt(url), { onReconnect: (error) => errors.push(error) }))
    if (event.isErr()) errors.push(event.error);
  expect(errors).toHaveLength(2);
  const { inspect } = await import('node:util');
  expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain(ROBOT_TOKEN);
});
