import { getEventListeners } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { createContext } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import type { LagMiddleware, LagRequest } from '../../src/pipeline/types.js';
import { listenByPoll, pollRobotEvents } from '../../src/robots/index.js';
import { deferred, errorOf, valueOf } from '../support/results.js';
import { ROBOT_TOKEN, USER_TOKEN } from '../support/samples.js';
import { empty, json, reset, serve, stall, text, truncate } from '../support/server.js';
import { skipTime } from '../support/clock.js';
import { describe as describeEvent, fakeTime, polled, robotAt, robotOver, take } from './support.js';

afterEach(() => void vi.useRealTimers());

const empty500 = async () => new Response(null, { status: 500 });

const isOpen = async (next: Promise<unknown>): Promise<boolean> =>
  Promise.race([next.then(() => false), new Promise<true>((resolve) => setTimeout(() => resolve(true), 20))]);

test('one poll gives the events that wait', async () => {
  const { url, requests } = await serve(json([polled('e1', 'hi')]));
  expect(await valueOf(pollRobotEvents(robotAt(url)))).toEqual([
    {
      id: 'e1',
      type: 'room.message',
      serverId: 's1',
      timestamp: '2026-01-02T03:04:05.000Z',
      data: { roomId: 'r1', content: 'hi', senderName: 'Ada' },
    },
  ]);
  expect(requests).toMatchObject([{ method: 'GET', url: '/robots/@me/events/poll' }]);
  expect(requests[0]!.headers.authorization).toBe(`Robot ${ROBOT_TOKEN}`);
});

test.each([
  ['204', empty(204)],
  ['an empty 200', empty(200)],
  ['an empty list', json([])],
])('%s says that there are none', async (_, answer) => {
  const { url } = await serve(answer);
  expect(await valueOf(pollRobotEvents(robotAt(url)))).toEqual([]);
});

test.each([
  ['an object', json({ events: [] })],
  ['a text', json('events')],
  ['HTML', text('<html></html>')],
])('%s instead of a list is an invalid response', async (_, answer) => {
  const { url } = await serve(answer);
  expect(await errorOf(pollRobotEvents(robotAt(url)))).toMatchObject({
    kind: 'invalid_response',
    status: 200,
    path: '/robots/@me/events/poll',
    issues: [{ path: '' }],
  });
});

test('a user token is refused before anything is sent', async () => {
  const { url, requests } = await serve(json([]));
  const ctx = createContext(USER_TOKEN as string, { baseUrl: url });
  expect(await errorOf(pollRobotEvents(ctx))).toMatchObject({ kind: 'invalid_token' });
  expect(await take(listenByPoll(ctx))).toEqual(['Err invalid_token']);
  expect(requests).toEqual([]);
});

test('a poll waits for longer than the server may hold it, unless told otherwise', async () => {
  const seen: LagRequest[] = [];
  const watch: LagMiddleware = (next) => (request) => {
    seen.push(request);
    return next(request);
  };
  const fetch = async () => Response.json([]);
  const ctx = createContext(ROBOT_TOKEN, { fetch, middleware: [watch] });
  await pollRobotEvents(ctx);
  await pollRobotEvents(ctx, { timeoutMs: 5 });
  expect(seen.map(({ timeoutMs }) => timeoutMs)).toEqual([60_000, 5]);
});

test('options that throw are an Err', async () => {
  const { url, requests } = await serve(json([]));
  const options = {
    get timeoutMs(): number {
      throw new Error('mine');
    },
  };
  expect(await errorOf(pollRobotEvents(robotAt(url), options))).toMatchObject({ kind: 'invalid_input' });
  expect(requests).toEqual([]);
});

test('a listener gives each event once, in order, and tells the server where it is', async () => {
  skipTime();
  const { url, requests } = await serve(
    json([polled('e1'), polled('e2')]),
    json([]),
    json([polled('e2'), polled('e3'), polled('e3')]),
    json([polled('e1'), polled('e4')]),
  );
  expect(await take(listenByPoll(robotAt(url)), 4)).toEqual(['text of e1', 'text of e2', 'text of e3', 'text of e4']);
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'e2', 'e2', 'e3']);
});

test('a listener goes on after `lastEventId`', async () => {
  const { url, requests } = await serve(json([polled('e7'), polled('e8')]));
  expect(await take(listenByPoll(robotAt(url), { lastEventId: 'e7' }), 1)).toEqual(['text of e8']);
  expect(requests[0]!.headers['last-event-id']).toBe('e7');
});

test('events without an id are never taken for the same', async () => {
  const { id: _, ...event } = polled('', 'hi');
  const { url } = await serve(json([event, event]));
  expect(await take(listenByPoll(robotAt(url)), 2)).toEqual(['hi', 'hi']);
});

test.each([
  [401, 'auth'],
  [403, 'permission'],
  [404, 'not_found'],
  [409, 'conflict'],
  [400, 'api'],
])('%i ends a listener with one Err', async (status, kind) => {
  const onReconnect = vi.fn();
  const { url, requests } = await serve(json([polled('e1')]), empty(status));
  expect(await take(listenByPoll(robotAt(url), { onReconnect }))).toEqual(['text of e1', `Err ${kind}`]);
  expect(requests).toHaveLength(2);
  expect(onReconnect).not.toHaveBeenCalled();
});

test('a listener gets over everything that passes, and says so', async () => {
  skipTime();
  const trouble: string[] = [];
  const { url, requests } = await serve(
    empty(500),
    reset,
    truncate,
    text('<html>captive portal</html>'),
    json({ not: 'a list' }),
    json([polled('e1')]),
    empty(503, { 'retry-after': '90' }),
    empty(429),
    json([polled('e2')]),
  );
  const onReconnect = ({ kind }: LagError) => void trouble.push(kind);
  expect(await take(listenByPoll(robotAt(url), { onReconnect }), 2)).toEqual(['text of e1', 'text of e2']);
  expect(requests).toHaveLength(9);
  expect(trouble).toEqual([
    'server',
    'connection',
    'connection',
    'invalid_response',
    'invalid_response',
    'server',
    'rate_limit',
  ]);
});

test('the waits double from one second on, begin anew after a success, and are those that the hook is told', async () => {
  fakeTime();
  const answers = [
    empty500,
    empty500,
    empty500,
    async () => Response.json([]),
    empty500,
    async () => new Response(null, { status: 429, headers: { 'retry-after': '90' } }),
    async () => new Response(null, { status: 503, headers: { 'retry-after': '1' } }),
    empty500,
  ];
  const starts: number[] = [];
  const told: number[] = [];
  const ctx = robotOver(async () => {
    starts.push(performance.now());
    return answers.shift()!();
  });
  const end = new AbortController();
  const listening = take(
    listenByPoll(ctx, {
      signal: end.signal,
      onReconnect: (_, delayMs) => {
        told.push(delayMs);
        if (!answers.length) end.abort();
      },
    }),
  );
  await vi.advanceTimersByTimeAsync(200_000);
  expect(await listening).toEqual([]);
  const waits = starts.slice(1).map((at, index) => at - starts[index]!);
  for (const [index, least] of [1000, 2000, 4000, 0, 1000, 90_000, 4000].entries()) {
    expect(waits[index]).toBeGreaterThanOrEqual(least);
    expect(waits[index]).toBeLessThanOrEqual(least * 1.25 + 1);
  }
  waits.splice(3, 1);
  for (const [index, wait] of waits.entries()) expect(Math.abs(told[index]! - wait)).toBeLessThan(2);
});

test('the backoff ends at half a minute and a quarter', async () => {
  const { waits } = skipTime();
  const { url } = await serve(empty(500));
  const end = new AbortController();
  let failures = 0;
  const onReconnect = () => void (++failures === 12 && end.abort());
  expect(await take(listenByPoll(robotAt(url), { onReconnect, signal: end.signal }))).toEqual([]);
  expect(waits).toHaveLength(11);
  expect(Math.min(...waits.slice(5))).toBeGreaterThanOrEqual(30_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(37_500);
});

test('no server makes it wait for more than an hour', async () => {
  const { waits } = skipTime();
  const { url } = await serve(
    empty(429, { 'retry-after': '99999999' }),
    empty(503, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }),
    json([polled('e1')]),
  );
  expect(await take(listenByPoll(robotAt(url)), 1)).toEqual(['text of e1']);
  expect(waits).toEqual([3_600_000, 3_600_000]);
});

test('a hook that throws or rejects changes nothing', async () => {
  skipTime();
  const { url } = await serve(empty(500), reset, json([polled('e1')]));
  let calls = 0;
  const onReconnect = () => {
    if (++calls === 1) throw new Error('mine');
    return Promise.reject(new Error('mine, too'));
  };
  expect(await take(listenByPoll(robotAt(url), { onReconnect }), 1)).toEqual(['text of e1']);
  expect(calls).toBe(2);
});

test('polls that come back empty at once do not spin, and the first ones do not wait', async () => {
  fakeTime();
  let polls = 0;
  const ctx = robotOver(async () => {
    polls++;
    return Response.json([]);
  });
  const end = new AbortController();
  const listening = take(listenByPoll(ctx, { signal: end.signal }));
  await vi.advanceTimersByTimeAsync(100);
  expect(polls).toBe(5);
  await vi.advanceTimersByTimeAsync(59_900);
  expect(polls).toBeGreaterThanOrEqual(40);
  expect(polls).toBeLessThanOrEqual(45);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(polls).toBeLessThanOrEqual(85);
  end.abort();
  expect(await listening).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('after a poll that was held the next one starts at once', async () => {
  fakeTime();
  const starts: number[] = [];
  const ctx = robotOver(async () => {
    starts.push(performance.now());
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    return Response.json([]);
  });
  const end = new AbortController();
  const listening = take(listenByPoll(ctx, { signal: end.signal }));
  await vi.advanceTimersByTimeAsync(125_000);
  expect(starts.map((at) => Math.round((at - starts[0]!) / 1000))).toEqual([0, 30, 60, 90, 120]);
  end.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(await listening).toEqual([]);
});

test('a poll that never ends is given up after a minute', async () => {
  fakeTime();
  const trouble = vi.fn();
  const end = new AbortController();
  const listening = take(
    listenByPoll(
      robotOver(() => new Promise(() => {})),
      { signal: end.signal, onReconnect: trouble },
    ),
  );
  await vi.advanceTimersByTimeAsync(59_000);
  expect(trouble).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(trouble).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'timeout' }), expect.any(Number));
  end.abort();
  expect(await listening).toEqual([]);
});

test('an abort ends a held poll at once, without an Err, and closes its connection', async () => {
  const arrived = deferred();
  const closed = deferred();
  const { url } = await serve((response) => {
    arrived.resolve();
    response.on('close', closed.resolve);
  });
  const end = new AbortController();
  const listening = take(listenByPoll(robotAt(url), { signal: end.signal }));
  await arrived.promise;
  end.abort();
  let isOver = false;
  void listening.then(() => (isOver = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(true);
  expect(await listening).toEqual([]);
  await closed.promise;
});

test('an abort ends a wait at once, and leaves no timer', async () => {
  fakeTime();
  const end = new AbortController();
  const trouble = vi.fn();
  const ctx = robotOver(async () => new Response(null, { status: 500 }));
  const listening = take(listenByPoll(ctx, { signal: end.signal, onReconnect: trouble }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(trouble).toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(1);
  end.abort();
  expect(await listening).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('an abort drops what was not taken yet', async () => {
  const { url } = await serve(json([polled('e1'), polled('e2')]));
  const end = new AbortController();
  const events = listenByPoll(robotAt(url), { signal: end.signal });
  expect(describeEvent((await events.next()).value!)).toBe('text of e1');
  end.abort();
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test('a signal that is aborted already sends nothing', async () => {
  const { url, requests } = await serve(json([polled('e1')]));
  expect(await take(listenByPoll(robotAt(url), { signal: AbortSignal.abort() }))).toEqual([]);
  expect(requests).toEqual([]);
});

test('the iterator that is returned while it waits ends at once', async () => {
  const arrived = deferred();
  const closed = deferred();
  const { url } = await serve((response) => {
    arrived.resolve();
    response.on('close', closed.resolve);
  });
  const events = listenByPoll(robotAt(url));
  const waiting = events.next();
  await arrived.promise;
  expect(await isOpen(waiting)).toBe(true);
  expect(await events.return()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
  await closed.promise;
});

test('one that was never started ends without asking', async () => {
  const { url, requests } = await serve(json([]));
  expect(await listenByPoll(robotAt(url)).return()).toEqual({ done: true, value: undefined });
  expect(requests).toEqual([]);
});

test('no listener stays on the signal, however often it connects', async () => {
  skipTime();
  const { url } = await serve(reset, empty(500), json([polled('e1')]), json([polled('e2')]), stall);
  const end = new AbortController();
  const add = vi.spyOn(end.signal, 'addEventListener');
  for await (const event of listenByPoll(robotAt(url), { signal: end.signal }))
    if (describeEvent(event) === 'text of e2') break;
  expect(add).toHaveBeenCalledTimes(1);
  expect(getEventListeners(end.signal, 'abort')).toEqual([]);
});

test.each([
  ['a signal', { signal: {} }],
  ['a last event id with a line break', { lastEventId: 'e1\r\nx: y' }],
  [
    'options that throw',
    {
      get signal() {
        throw new Error('mine');
      },
    },
  ],
])('%s that cannot be used is one Err', async (_, options) => {
  const { url, requests } = await serve(json([]));
  expect(await take(listenByPoll(robotAt(url), options as never))).toEqual(['Err invalid_input']);
  expect(requests).toEqual([]);
});

test('a context that cannot be used is one Err', async () => {
  expect(await take(listenByPoll(createContext('lag_robot_a b')))).toEqual(['Err invalid_token']);
  expect(await take(listenByPoll(null as never))).toEqual(['Err invalid_input']);
});
