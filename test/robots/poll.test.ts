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

/** The `timeoutMs` of a poll and the `drainMs` of a listener; no wait before the next poll is exactly as long. */
const isPollLimit = (ms: number): boolean => ms === 60_000 || ms === 500;

test('returns the events that are waiting', async () => {
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
])('takes %s as no events', async (_, answer) => {
  const { url } = await serve(answer);
  expect(await valueOf(pollRobotEvents(robotAt(url)))).toEqual([]);
});

test.each([
  ['an object', json({ events: [] })],
  ['a text', json('events')],
  ['HTML', text('<html></html>')],
])('returns an invalid_response for %s instead of a list', async (_, answer) => {
  const { url } = await serve(answer);
  expect(await errorOf(pollRobotEvents(robotAt(url)))).toMatchObject({
    kind: 'invalid_response',
    status: 200,
    path: '/robots/@me/events/poll',
    issues: [{ path: '' }],
  });
});

test('refuses a user token before anything is sent', async () => {
  const { url, requests } = await serve(json([]));
  const ctx = createContext(USER_TOKEN as string, { baseUrl: url });
  expect(await errorOf(pollRobotEvents(ctx))).toMatchObject({ kind: 'invalid_token' });
  expect(await take(listenByPoll(ctx))).toEqual(['Err invalid_token']);
  expect(requests).toEqual([]);
});

test('waits for longer than the server may hold a poll, unless told otherwise', async () => {
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

test('returns an Err if its options throw', async () => {
  const { url, requests } = await serve(json([]));
  const options = {
    get timeoutMs(): number {
      throw new Error('mine');
    },
  };
  expect(await errorOf(pollRobotEvents(robotAt(url), options))).toMatchObject({ kind: 'invalid_input' });
  expect(requests).toEqual([]);
});

test('yields each event once, in order, and tells the server where it is', async () => {
  skipTime(isPollLimit);
  const { url, requests } = await serve(
    json([polled('e1'), polled('e2')]),
    json([]),
    json([polled('e2'), polled('e3'), polled('e3')]),
    json([polled('e1'), polled('e4')]),
  );
  expect(await take(listenByPoll(robotAt(url)), 4)).toEqual(['text of e1', 'text of e2', 'text of e3', 'text of e4']);
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'e2', 'e2', 'e3']);
});

test('resumes after `lastEventId`', async () => {
  const { url, requests } = await serve(json([polled('e7'), polled('e8')]));
  expect(await take(listenByPoll(robotAt(url), { lastEventId: 'e7' }), 1)).toEqual(['text of e8']);
  expect(requests[0]!.headers['last-event-id']).toBe('e7');
});

test('yields events without an id even if they are equal', async () => {
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
])('ends with one Err after status %i', async (status, kind) => {
  const onReconnect = vi.fn();
  const { url, requests } = await serve(json([polled('e1')]), empty(status));
  expect(await take(listenByPoll(robotAt(url), { onReconnect }))).toEqual(['text of e1', `Err ${kind}`]);
  expect(requests).toHaveLength(2);
  expect(onReconnect).not.toHaveBeenCalled();
});

test('connects again after every failure that may pass, and tells onReconnect', async () => {
  skipTime(isPollLimit);
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

test('doubles its waits from one second on, starts over after a success, and tells onReconnect the true waits', async () => {
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

test('waits for at most half a minute and a quarter of it', async () => {
  const { waits } = skipTime(isPollLimit);
  const { url } = await serve(empty(500));
  const end = new AbortController();
  let failures = 0;
  const onReconnect = () => void (++failures === 12 && end.abort());
  expect(await take(listenByPoll(robotAt(url), { onReconnect, signal: end.signal }))).toEqual([]);
  expect(waits).toHaveLength(11);
  expect(Math.min(...waits.slice(5))).toBeGreaterThanOrEqual(30_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(37_500);
});

test('waits for at most an hour whatever the server asks for', async () => {
  const { waits } = skipTime(isPollLimit);
  const { url } = await serve(
    empty(429, { 'retry-after': '99999999' }),
    empty(503, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }),
    json([polled('e1')]),
  );
  expect(await take(listenByPoll(robotAt(url), { onReconnect: () => {} }), 1)).toEqual(['text of e1']);
  expect(waits).toEqual([3_600_000, 3_600_000]);
});

test('ignores what onReconnect throws or rejects with', async () => {
  skipTime(isPollLimit);
  const { url } = await serve(empty(500), reset, json([polled('e1')]));
  let calls = 0;
  const onReconnect = () => {
    if (++calls === 1) throw new Error('mine');
    return Promise.reject(new Error('mine, too'));
  };
  expect(await take(listenByPoll(robotAt(url), { onReconnect }), 1)).toEqual(['text of e1']);
  expect(calls).toBe(2);
});

test('spaces polls that are answered immediately, except for the first ones', async () => {
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

test('polls again immediately after a poll that was held', async () => {
  fakeTime();
  const starts: number[] = [];
  const ctx = robotOver(async () => {
    starts.push(performance.now());
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    return Response.json([]);
  });
  const end = new AbortController();
  const listening = take(listenByPoll(ctx, { signal: end.signal, drainMs: 0 }));
  await vi.advanceTimersByTimeAsync(125_000);
  expect(starts.map((at) => Math.round((at - starts[0]!) / 1000))).toEqual([0, 30, 60, 90, 120]);
  end.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(await listening).toEqual([]);
});

test('gives up a poll that is not answered for a minute', async () => {
  fakeTime();
  const trouble = vi.fn();
  const end = new AbortController();
  const listening = take(
    listenByPoll(
      robotOver(() => new Promise(() => {})),
      { signal: end.signal, onReconnect: trouble, drainMs: 0 },
    ),
  );
  await vi.advanceTimersByTimeAsync(59_000);
  expect(trouble).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(trouble).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'timeout' }), expect.any(Number));
  end.abort();
  expect(await listening).toEqual([]);
});

test('gives a poll that is held half a second to be answered when the signal aborts, then cuts it off', async () => {
  fakeTime();
  const cut = vi.fn();
  const ctx = robotOver(
    (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          cut();
          reject(new Error('aborted'));
        });
      }),
  );
  const stop = new AbortController();
  const listening = take(listenByPoll(ctx, { signal: stop.signal }));
  await vi.advanceTimersByTimeAsync(1000);
  stop.abort();
  await vi.advanceTimersByTimeAsync(499);
  expect(cut).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(cut).toHaveBeenCalled();
  expect(await listening).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('hands over the events of a poll that is answered after the signal has aborted, and polls no more', async () => {
  const arrived = deferred();
  const release = deferred();
  const { url, requests } = await serve((response, request) => {
    arrived.resolve();
    void release.promise.then(() => json([polled('e1'), polled('e2')])(response, request));
  });
  const stop = new AbortController();
  const listening = take(listenByPoll(robotAt(url), { signal: stop.signal, drainMs: 20_000 }));
  await arrived.promise;
  stop.abort();
  release.resolve();
  expect(await listening).toEqual(['text of e1', 'text of e2']);
  expect(requests).toHaveLength(1);
});

test('cuts off a held poll immediately, and without an Err, if drainMs is 0', async () => {
  const arrived = deferred();
  const closed = deferred();
  const { url } = await serve((response) => {
    arrived.resolve();
    response.on('close', closed.resolve);
  });
  const stop = new AbortController();
  const listening = take(listenByPoll(robotAt(url), { signal: stop.signal, drainMs: 0 }));
  await arrived.promise;
  stop.abort();
  let isOver = false;
  void listening.then(() => (isOver = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(true);
  expect(await listening).toEqual([]);
  await closed.promise;
});

test('ends immediately when the signal aborts during a wait, and leaves no timer', async () => {
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

test('hands over the rest of the events that it has when the signal aborts in the loop', async () => {
  const { url, requests } = await serve(json([polled('e1'), polled('e2'), polled('e3')]));
  const stop = new AbortController();
  const taken: (string | undefined)[] = [];
  for await (const event of listenByPoll(robotAt(url), { signal: stop.signal })) {
    taken.push(describeEvent(event));
    stop.abort();
  }
  expect(taken).toEqual(['text of e1', 'text of e2', 'text of e3']);
  expect(requests).toHaveLength(1);
});

test('hands over nothing more when the loop is left', async () => {
  const { url, requests } = await serve(json([polled('e1'), polled('e2')]));
  const events = listenByPoll(robotAt(url));
  expect(describeEvent((await events.next()).value!)).toBe('text of e1');
  await events.return();
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(requests).toHaveLength(1);
});

test('sends nothing if the signal has aborted before', async () => {
  const { url, requests } = await serve(json([polled('e1')]));
  expect(await take(listenByPoll(robotAt(url), { signal: AbortSignal.abort() }))).toEqual([]);
  expect(requests).toEqual([]);
});

test('ends immediately when the iterator is returned while a poll is held', async () => {
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

test('sends nothing if it is returned before the first event', async () => {
  const { url, requests } = await serve(json([]));
  expect(await listenByPoll(robotAt(url)).return()).toEqual({ done: true, value: undefined });
  expect(requests).toEqual([]);
});

test('adds one listener to the signal however often it connects, and removes it', async () => {
  skipTime(isPollLimit);
  const { url } = await serve(reset, empty(500), json([polled('e1')]), json([polled('e2')]), stall);
  const end = new AbortController();
  const add = vi.spyOn(end.signal, 'addEventListener');
  for await (const event of listenByPoll(robotAt(url), { signal: end.signal, onReconnect: () => {} }))
    if (describeEvent(event) === 'text of e2') break;
  expect(add).toHaveBeenCalledTimes(1);
  expect(getEventListeners(end.signal, 'abort')).toEqual([]);
});

test.each([
  ['a signal', { signal: {} }],
  ['a last event id with a line break', { lastEventId: 'e1\r\nx: y' }],
  ['a last event id that is a number', { lastEventId: 7 }],
  ['a drainMs of -1', { drainMs: -1 }],
  ['a maxAgeMs that is a text', { maxAgeMs: 'a day' }],
  [
    'options that throw',
    {
      get signal() {
        throw new Error('mine');
      },
    },
  ],
])('yields one Err for %s that cannot be used', async (_, options) => {
  const { url, requests } = await serve(json([]));
  expect(await take(listenByPoll(robotAt(url), options as never))).toEqual(['Err invalid_input']);
  expect(requests).toEqual([]);
});

test('yields one Err for a context that cannot be used', async () => {
  expect(await take(listenByPoll(createContext('lag_robot_a b')))).toEqual(['Err invalid_token']);
  expect(await take(listenByPoll(null as never))).toEqual(['Err invalid_input']);
});

test('ends when something is thrown into the iterator', async () => {
  const arrived = deferred();
  const { url } = await serve(() => arrived.resolve());
  const events = listenByPoll(robotAt(url));
  const waiting = events.next();
  await arrived.promise;
  expect(await events.throw(new Error('mine'))).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test('yields events without an id although `lastEventId` is empty', async () => {
  const { id: _, ...event } = polled('', 'hi');
  const { url, requests } = await serve(json([event, event]));
  expect(await take(listenByPoll(robotAt(url), { lastEventId: '' }), 2)).toEqual(['hi', 'hi']);
  expect(requests[0]!.headers).not.toHaveProperty('last-event-id');
});

test('skips events that are older than maxAgeMs, tells onSkip, and resumes after them', async () => {
  skipTime(isPollLimit);
  const at = (id: string, ageMs: number) => ({
    ...polled(id),
    payload: { ...polled(id).payload, timestamp: new Date(Date.now() - ageMs).toISOString() },
  });
  const undated = {
    ...polled('undated'),
    createdAt: undefined,
    payload: { ...polled('undated').payload, timestamp: 'soon' },
  };
  const { url, requests } = await serve(
    json([at('old', 61_000), at('fresh', 1000), undated, at('future', -600_000), at('late', 90_000)]),
    json([at('next', 0)]),
  );
  const skipped: string[] = [];
  const events = listenByPoll(robotAt(url), { maxAgeMs: 60_000, onSkip: ({ id }) => skipped.push(id) });
  expect(await take(events, 4)).toEqual(['text of fresh', 'text of undated', 'text of future', 'text of next']);
  expect(skipped).toEqual(['old', 'late']);
  expect(requests[1]!.headers['last-event-id']).toBe('late');
});

test('tells onState when it connects, when a poll was answered, and when it waits', async () => {
  skipTime(isPollLimit);
  const states: string[] = [];
  const { url } = await serve(empty(500), json([]), json([polled('e1')]), empty(503), json([polled('e2')]));
  const options = { onState: (state: string) => states.push(state), onReconnect: () => {} };
  expect(await take(listenByPoll(robotAt(url), options), 2)).toEqual(['text of e1', 'text of e2']);
  expect(states).toEqual(['connecting', 'waiting', 'connecting', 'open', 'waiting', 'connecting', 'open']);
});

test('ignores the deadline of its context, which is for calls', async () => {
  const seen: LagRequest[] = [];
  const ctx = createContext(ROBOT_TOKEN, {
    deadlineMs: 5,
    middleware: [(next) => (request) => (seen.push(request), next(request))],
    fetch: async () => Response.json([polled('e1')]),
  });
  expect(await take(listenByPoll(ctx), 1)).toEqual(['text of e1']);
  expect(seen.map(({ deadlineAt }) => deadlineAt)).toEqual([Infinity]);
});

test('without onReconnect prints the first failure', async () => {
  skipTime(isPollLimit);
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { url } = await serve(empty(502), empty(503), json([polled('e1')]));
  expect(await take(listenByPoll(robotAt(url)), 1)).toEqual(['text of e1']);
  expect(printed).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(
      /^lagclient: receiving events failed: .* the next connection is in 1\d{3} ms \(pass onReconnect/,
    ),
    expect.objectContaining({ kind: 'server', status: 502 }),
  );
});

test('refuses a poll of more than ten thousand events', async () => {
  const { url } = await serve(json(Array.from({ length: 10_001 }, () => 0)));
  expect(await errorOf(pollRobotEvents(robotAt(url)))).toMatchObject({
    kind: 'invalid_response',
    issues: [{ path: '', message: expect.stringContaining('10000') }],
  });
});
