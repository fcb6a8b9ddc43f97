import { createStorage } from 'unstorage';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallOptions } from '../../src/call-options.js';
import { createContext, type LagContext, type RobotContext } from '../../src/context.js';
import { listRoomMessages, sendRoomMessage } from '../../src/operations/room-messages.js';
import { deleteRoom } from '../../src/operations/rooms.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import type { LagRateLimitError } from '../../src/errors.js';
import type { LagResult } from '../../src/pipeline/types.js';
import { robotRateLimit, type RobotRateLimitOptions, type RobotStore } from '../../src/robots/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { sized } from '../support/runs.js';
import { ROBOT_TOKEN, sampleMessage, samplePage } from '../support/samples.js';
import { fakeTime } from './support.js';

beforeEach(fakeTime);
afterEach(() => void vi.useRealTimers());

/** A robot of a sandbox with the real limits, and when its calls ended, in seconds. */
const setUp = (options?: RobotRateLimitOptions) => {
  const sandbox = createSandbox();
  const limit = robotRateLimit(options);
  const contextOf = (middleware = limit): RobotContext =>
    createContext(sandbox.tokens.robot, { transport: sandbox.transport, middleware: [middleware] });
  const ctx = contextOf();
  const ends: number[] = [];
  const kinds: string[] = [];
  const track = async (call: LagResult<unknown>) => {
    const start = performance.now();
    const result = await call;
    if (result.isOk()) ends.push((performance.now() - start) / 1000);
    else kinds.push(result.error.kind);
  };
  const { server, rooms } = sandbox.ids;
  let sent = 0;
  return {
    sandbox,
    ctx,
    contextOf,
    ends,
    kinds,
    send: (by = ctx, callOptions?: CallOptions) =>
      track(sendRoomMessage(by, server, rooms.quiet, { content: String(sent++) }, callOptions)),
    list: (by = ctx, callOptions?: CallOptions) =>
      track(listRoomMessages(by, server, rooms.quiet, undefined, callOptions)),
    refused: () => sandbox.requests.filter(({ status }) => status === 429).length,
    contents: () => sandbox.state.messages.filter(({ roomId }) => roomId === rooms.quiet).map(({ content }) => content),
  };
};

/** Lets time pass until all is over; gives the seconds that it took. */
const run = async (work: Promise<unknown>[]): Promise<number> => {
  const start = performance.now();
  let isOver = false;
  const over = Promise.all(work).then(() => (isOver = true));
  for (let idle = 0; !isOver; idle = vi.getTimerCount() ? 0 : idle + 1) {
    if (idle > 50) throw new Error('it hangs: nothing is left that could end it');
    await vi.advanceTimersToNextTimerAsync();
  }
  await over;
  return (performance.now() - start) / 1000;
};

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

test('50 concurrent sends take as long as they must, see no 429 and keep their order', async () => {
  const { send, ends, refused, contents, sandbox } = setUp();
  const seconds = await run(times(50, () => send()));
  // Ten at once, and ten more every ten seconds.
  expect(seconds).toBeGreaterThanOrEqual(40);
  expect(seconds).toBeLessThanOrEqual(44);
  expect(ends).toHaveLength(50);
  expect(refused()).toBe(0);
  expect(sandbox.requests).toHaveLength(50);
  expect(contents()).toEqual(times(50, String));
});

test('250 concurrent reads take two minutes and see no 429', async () => {
  const { list, ends, refused } = setUp();
  const seconds = await run(times(250, () => list()));
  expect(seconds).toBeGreaterThanOrEqual(120);
  expect(seconds).toBeLessThanOrEqual(132);
  expect(ends).toHaveLength(250);
  expect(refused()).toBe(0);
});

test('reads do not stand behind messages that wait', async () => {
  const { send, list } = setUp();
  const sends = run(times(40, () => send()));
  await Promise.resolve();
  const start = performance.now();
  await list();
  expect(performance.now() - start).toBeLessThan(100);
  await sends;
});

test('messages count as requests, too', async () => {
  const { send, list, refused } = setUp();
  const seconds = await run([...times(95, () => list()), ...times(10, () => send())]);
  expect(seconds).toBeGreaterThanOrEqual(60);
  expect(seconds).toBeLessThanOrEqual(66);
  expect(refused()).toBe(0);
});

test('a POST that only names messages in its query is no message', async () => {
  const ctx = createContext(ROBOT_TOKEN, {
    transport: fetchTransport({ fetch: async () => Response.json(sampleMessage()) }),
    middleware: [(next) => (request) => next({ ...request, path: '/pins?of=/messages' }), robotRateLimit()],
  });
  const send = async () => expect((await sendRoomMessage(ctx, 's', 'r', { content: 'x' })).isOk()).toBe(true);
  expect(await run(times(30, send))).toBeLessThan(1);
});

const MINUTES = sized(5, 10);

test(`a robot that goes on for ${MINUTES} minutes never sees a 429`, async () => {
  const { send, list, refused, ends, kinds } = setUp();
  const seconds = await run([...times(50 * MINUTES, () => send()), ...times(45 * MINUTES, () => list())]);
  expect(kinds).toEqual([]);
  expect(ends).toHaveLength(95 * MINUTES);
  expect(seconds).toBeGreaterThanOrEqual(60 * (MINUTES - 1));
  expect(seconds).toBeLessThanOrEqual(76 * MINUTES);
  expect(refused()).toBe(0);
});

test('a slow server is given time from its answer on, because it may count late', async () => {
  const arrivals: number[] = [];
  let slow = true;
  const ctx = createContext(ROBOT_TOKEN, {
    transport: fetchTransport({
      fetch: async () => {
        // The first ten are counted late, the others at once.
        if (slow) await new Promise((resolve) => setTimeout(resolve, 900));
        arrivals.push(performance.now());
        return Response.json(sampleMessage());
      },
    }),
    middleware: [robotRateLimit()],
  });
  const work = times(20, () => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }).then(() => (slow = false)));
  await run(work as Promise<unknown>[]);
  expect(arrivals[10]! - arrivals[9]!).toBeGreaterThanOrEqual(10_000);
});

test('one limiter may serve several contexts', async () => {
  const { send, contextOf, refused, ends } = setUp();
  const seconds = await run(times(30, (index) => send(contextOf(), { timeoutMs: 1000 + index })));
  expect(seconds).toBeGreaterThanOrEqual(20);
  expect(seconds).toBeLessThanOrEqual(22);
  expect(ends).toHaveLength(30);
  expect(refused()).toBe(0);
});

test('an aborted call leaves the queue at once, and takes no place', async () => {
  const { send, kinds, contents, refused } = setUp();
  const end = new AbortController();
  const work = times(30, (index) => send(undefined, index >= 10 && index < 20 ? { signal: end.signal } : undefined));
  await vi.advanceTimersByTimeAsync(1000);
  end.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(kinds).toEqual(times(10, () => 'aborted'));
  expect(await run(work)).toBeLessThanOrEqual(9.1);
  expect(contents()).toEqual([...times(10, String), ...times(10, (index) => String(index + 20))]);
  expect(refused()).toBe(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('when the last one leaves, no timer stays', async () => {
  const { send } = setUp();
  const end = new AbortController();
  const work = times(11, () => send(undefined, { signal: end.signal }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  end.abort();
  await Promise.all(work);
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('a call whose deadline passes in the queue is a timeout, and is not sent', async () => {
  const { send, kinds, contents } = setUp();
  const work = times(12, (index) => send(undefined, index === 10 ? { deadlineMs: 3000 } : undefined));
  await vi.advanceTimersByTimeAsync(3000);
  expect(kinds).toEqual(['timeout']);
  await run(work);
  expect(contents()).toEqual([...times(10, String), '11']);
});

test('what is refused before it is sent takes no place', async () => {
  const { ctx, list, sandbox } = setUp();
  for (let count = 0; count < 200; count++) await deleteRoom(ctx as LagContext, sandbox.ids.server, 'r1');
  expect(await run([list()])).toBeLessThan(1);
});

test('after a 429 everybody waits as long as it says, and who was first stays first', async () => {
  const { send, contents, sandbox, kinds } = setUp();
  sandbox.faults.next({ status: 429, retryAfter: 7 });
  const work = times(5, () => send());
  await vi.advanceTimersByTimeAsync(100);
  const before = sandbox.requests.length;
  await vi.advanceTimersByTimeAsync(6800);
  expect(sandbox.requests).toHaveLength(before);
  expect(await run(work)).toBeLessThanOrEqual(0.2);
  expect(kinds).toEqual([]);
  expect(contents().toSorted()).toEqual(['0', '1', '2', '3', '4']);
});

test('used budget that it did not know of is learned from a 429', async () => {
  const { send, contextOf, refused, kinds, contents } = setUp();
  const elsewhere = contextOf(robotRateLimit());
  await run(times(10, () => send(elsewhere)));
  await run(times(20, () => send()));
  expect(kinds).toEqual([]);
  expect(contents()).toHaveLength(30);
  // The ten that were on their way, not one each for all that waited.
  expect(refused()).toBeLessThanOrEqual(10);
});

test('retries are counted, and a 429 is no more repeated than the call allows', async () => {
  const { list, sandbox, kinds } = setUp();
  sandbox.faults.next({ status: 429, retryAfter: 1, times: Infinity });
  await run([list()]);
  expect(sandbox.requests).toHaveLength(3);
  await run([list(undefined, { maxRetries: 0 })]);
  expect(sandbox.requests).toHaveLength(4);
  expect(kinds).toEqual(['rate_limit', 'rate_limit']);
  sandbox.faults.clear();
  sandbox.faults.next({ status: 500, times: 2 });
  await run([list()]);
  expect(sandbox.requests).toHaveLength(7);
  await vi.advanceTimersByTimeAsync(60_000);
  sandbox.faults.next({ status: 500, times: 99 });
  await run(times(33, () => list()));
  // 99 requests were made by then: one may be at once, the next one waits for a minute.
  expect(await run(times(2, () => list()))).toBeGreaterThan(50);
});

test('a 503 that says when is waited for, where that is safe', async () => {
  const { list, send, sandbox, kinds } = setUp();
  sandbox.faults.next({ status: 503, retryAfter: 5 });
  expect(await run([list()])).toBeGreaterThanOrEqual(5);
  sandbox.faults.next({ status: 503, retryAfter: 5 });
  await run([send()]);
  expect(kinds).toEqual(['server']);
  sandbox.faults.next({ status: 503, retryAfter: 5 });
  await run([send(undefined, { retry: 'always' })]);
  expect(kinds).toEqual(['server']);
});

test('a 429 that says nothing makes all wait for a second', async () => {
  const { list, sandbox, kinds } = setUp();
  sandbox.faults.next({ status: 429 });
  await run([list(undefined, { maxRetries: 0 })]);
  expect(kinds).toEqual(['rate_limit']);
  const seconds = await run([list()]);
  expect(seconds).toBeGreaterThanOrEqual(0.99);
  expect(seconds).toBeLessThan(1.1);
});

test('a call that is aborted while it waits for a 503 to pass is not sent again', async () => {
  const { list, sandbox, kinds } = setUp();
  sandbox.faults.next({ status: 503, retryAfter: 5 });
  const end = new AbortController();
  const work = list(undefined, { signal: end.signal });
  await vi.advanceTimersByTimeAsync(1000);
  end.abort();
  await work;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(kinds).toEqual(['aborted']);
  expect(sandbox.requests).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('a 429 that asks for more than the call allows comes back at once, for those that wait, too', async () => {
  const { list, sandbox, kinds } = setUp();
  sandbox.faults.next({ status: 429, retryAfter: 3600 });
  const start = performance.now();
  await run([list(), list()]);
  await run([list()]);
  expect(performance.now() - start).toBeLessThan(1000);
  expect(kinds.filter((kind) => kind === 'rate_limit').length).toBeGreaterThanOrEqual(2);
  expect(sandbox.requests.length).toBeLessThanOrEqual(2);
});

/** A robot under its limits over a function of the test, which is told how manieth request it answers. */
const limitedOver = (answer: (index: number) => Response | Promise<Response>, limits?: RobotRateLimitOptions) => {
  const starts: number[] = [];
  const fetch = async () => answer(starts.push(performance.now()) - 1);
  const options = { middleware: [robotRateLimit(limits)], timeoutMs: Infinity };
  return { starts, ctx: createContext(ROBOT_TOKEN, { ...options, transport: fetchTransport({ fetch }) }) };
};

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const refusal = (status: number, seconds: number) =>
  new Response('{"message":"not now"}', { status, headers: { 'retry-after': String(seconds) } });

test('a message that was refused is sent again before those that came after it', async () => {
  const { send, sandbox, contents } = setUp();
  sandbox.faults.next({ status: 429, retryAfter: 1 });
  await run(times(12, () => send()));
  expect(contents()).toHaveLength(12);
  expect(contents().indexOf('0')).toBeLessThan(contents().indexOf('10'));
});

test('a message takes its place until it is answered, however long that takes', async () => {
  const { ctx, starts } = limitedOver(async (index) => {
    if (index < 10) await later(15_000);
    return Response.json(sampleMessage());
  });
  await run(times(11, async () => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })));
  expect(starts[10]).toBeGreaterThanOrEqual(starts[0]! + 25_000);
});

test('one slow message holds up no more than its own place', async () => {
  const { ctx, starts } = limitedOver(async (index) => {
    if (index === 0) await later(15_000);
    return Response.json(sampleMessage());
  });
  await run(times(11, async () => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })));
  expect(starts[10]).toBe(starts[0]! + 10_000);
});

test('reads take no place of a message', async () => {
  const { send, list } = setUp();
  await run(times(10, () => list()));
  expect(await run([send()])).toBeLessThan(1);
});

test('a call that is aborted while it is under way takes nobody out of the queue', async () => {
  const end = new AbortController();
  const { ctx, starts } = limitedOver((index) =>
    index === 0 ? new Promise<Response>(() => {}) : Response.json(sampleMessage()),
  );
  const send = async (signal?: AbortSignal) => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, { signal });
  const first = send(end.signal);
  const others = times(11, () => send());
  await vi.advanceTimersByTimeAsync(1000);
  end.abort();
  expect((await first)._unsafeUnwrapErr()).toMatchObject({ kind: 'aborted', attempts: 1 });
  await run(others);
  expect(starts).toHaveLength(12);
});

test('those that wait are refused at once when a later answer asks for too much', async () => {
  const { ctx, starts } = limitedOver(async (index) => {
    if (index === 0) return refusal(429, 7);
    await later(1000);
    return refusal(429, 3600);
  });
  const list = async () => (await listRoomMessages(ctx, 's1', 'r1'))._unsafeUnwrapErr();
  const work = times(2, list);
  expect(await run(work)).toBe(1);
  const [waited, told] = await Promise.all(work);
  expect(waited).toMatchObject({ kind: 'rate_limit', message: 'too long to wait', status: 429, attempts: 1 });
  expect((waited as LagRateLimitError).retryAfterSeconds).toBe(3600);
  expect(told).toMatchObject({ kind: 'rate_limit', message: 'not now', retryAfterSeconds: 3600, attempts: 1 });
  expect(starts).toHaveLength(2);
});

test.each([429, 503])('a %d is waited for up to `maxRetryAfterMs`, and less than the deadline', async (status) => {
  let seconds = 60;
  const { ctx, starts } = limitedOver(() =>
    starts.length % 2 ? refusal(status, seconds) : Response.json(samplePage([])),
  );
  const list = async (options?: CallOptions) => listRoomMessages(ctx, 's1', 'r1', undefined, options);
  const refused = async (options?: CallOptions) => {
    const work = list(options);
    expect(await run([work])).toBe(0);
    expect((await work)._unsafeUnwrapErr()).toMatchObject({ status, message: 'not now', attempts: 1 });
    await vi.advanceTimersByTimeAsync(3_600_000);
    starts.length = 0;
  };
  const waits = async (options?: CallOptions) => {
    const work = list(options);
    expect(await run([work])).toBe(seconds);
    expect((await work).isOk()).toBe(true);
    starts.length = 0;
  };
  await waits();
  seconds = 61;
  await refused();
  seconds = 5;
  await refused({ deadlineMs: 4000 });
  await refused({ deadlineMs: 5000 });
  await waits({ deadlineMs: 5001 });
});

/** A store as unstorage and the like have it. */
const createStore = (delayMs: () => number = () => 1) => {
  const kept = new Map<string, string>();
  const later = () => new Promise((resolve) => setTimeout(resolve, delayMs()));
  const store: RobotStore = {
    getItem: async (key) => {
      await later();
      return kept.get(key) ?? null;
    },
    setItem: async (key, value) => {
      await later();
      kept.set(key, value);
    },
  };
  return { kept, store };
};

test('instances with one store share one budget', async () => {
  const { store, kept } = createStore();
  const { send, contextOf, refused, kinds, contents } = setUp();
  const instances = times(3, () => contextOf(robotRateLimit({ store })));
  await run(times(10, (index) => send(instances[index % 3])));
  const before = refused();
  const seconds = await run(times(30, (index) => send(instances[index % 3])));
  expect(seconds).toBeGreaterThanOrEqual(19);
  expect(kinds).toEqual([]);
  expect(contents()).toHaveLength(40);
  // Without a shared budget these would be twenty at once, and again every ten seconds.
  expect(refused() - before).toBeLessThanOrEqual(12);
  expect([...kept.keys()]).toEqual(['lag-rate-limit']);
});

test("unstorage's memory will do", async () => {
  const store = createStorage();
  const { send, contextOf, refused, kinds } = setUp();
  const instances = times(2, () => contextOf(robotRateLimit({ store })));
  for (let count = 0; count < 22; count++) await run([send(instances[count % 2])]);
  expect(kinds).toEqual([]);
  expect(refused()).toBe(0);
});

test('instances that take turns see no 429 at all, and take no longer than one would', async () => {
  const { store } = createStore();
  const { send, contextOf, refused } = setUp();
  const instances = times(3, () => contextOf(robotRateLimit({ store })));
  let seconds = 0;
  for (let count = 0; count < 25; count++) seconds += await run([send(instances[count % 3])]);
  expect(refused()).toBe(0);
  expect(seconds).toBeGreaterThanOrEqual(20);
  expect(seconds).toBeLessThanOrEqual(22);
});

test('an instance counts what it sent itself once, whatever the store says', async () => {
  const { store } = createStore();
  const { send, list } = setUp({ store });
  expect(await run(times(10, () => send()))).toBeLessThan(1);
  expect(await run(times(90, () => list()))).toBeLessThan(1);
  expect(await run([list()])).toBeGreaterThan(50);
});

test('the store does not keep what no limit looks at any more', async () => {
  const { store, kept } = createStore();
  const { list, contextOf } = setUp();
  const [first, second] = times(2, () => contextOf(robotRateLimit({ store })));
  const sent = () => (JSON.parse(kept.get('lag-rate-limit')!) as { sent: Record<string, unknown[]> }).sent;
  for (let count = 0; count < 5; count++) {
    await run([list(first)]);
    await vi.advanceTimersByTimeAsync(10);
    await run([list(second)]);
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(30_000);
  await run([list(second)]);
  await vi.advanceTimersByTimeAsync(10);
  expect(Object.values(sent()).flat()).toHaveLength(11);
  await vi.advanceTimersByTimeAsync(31_000);
  await run([list(second)]);
  await vi.advanceTimersByTimeAsync(10);
  expect(Object.values(sent()).map(({ length }) => length)).toEqual([2]);
});

test('robots with keys of their own do not share', async () => {
  const { store } = createStore();
  const { list, contextOf } = setUp();
  const one = contextOf(robotRateLimit({ store, key: 'one' }));
  await run(times(100, () => list(one)));
  const other = createContext(ROBOT_TOKEN, {
    transport: fetchTransport({ fetch: async () => Response.json(samplePage([])) }),
    middleware: [robotRateLimit({ store, key: 'other' })],
  });
  expect(await run([list(other)])).toBeLessThan(1);
});

test.each<[string, RobotStore]>([
  [
    'throws',
    {
      getItem: () => {
        throw new Error('mine');
      },
      setItem: () => {
        throw new Error('mine');
      },
    },
  ],
  ['rejects', { getItem: () => Promise.reject(new Error('mine')), setItem: () => Promise.reject(new Error('mine')) }],
  ['forgets', { getItem: () => null, setItem: () => {} }],
  [
    'answers nonsense',
    { getItem: () => '{"sent":{"a":[1,null,"x"],"b":5,"c":null},"pausedUntil":"soon"}', setItem: () => {} },
  ],
  ['answers no JSON', { getItem: () => 'no', setItem: () => {} }],
])('with a store that %s calls go on', async (_, store) => {
  const { send, ends } = setUp({ store });
  await run(times(11, () => send()));
  expect(ends).toHaveLength(11);
});

test('times in the store that are no numbers are not looked at', async () => {
  const { store, kept } = createStore();
  const at = String(Date.now());
  kept.set('lag-rate-limit', JSON.stringify({ sent: { other: times(100, () => [at, true]) }, pausedUntil: [0, 0] }));
  const { send } = setUp({ store });
  expect(await run([send()])).toBeLessThan(1);
});

test('a clock that was put back by less than a minute does not stop messages', async () => {
  const { store } = createStore();
  const answer = () => Response.json(sampleMessage());
  const [first, second] = times(2, () => limitedOver(answer, { store }).ctx);
  const send = async (ctx: RobotContext) => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' });
  await run(times(10, () => send(first!)));
  vi.setSystemTime(Date.now() - 30_000);
  expect(await run([send(first!)])).toBeLessThan(1);
  expect(await run([send(second!)])).toBeLessThan(1);
});

test('a clock that was put back does not stop a robot', async () => {
  const { store, kept } = createStore();
  const ahead = Date.now() + 3_600_000;
  kept.set(
    'lag-rate-limit',
    JSON.stringify({ sent: { other: times(100, () => [ahead, false]) }, pausedUntil: [0, 0] }),
  );
  const { list } = setUp({ store });
  expect(await run([list()])).toBeLessThan(1);
});

test('options that throw make an Err of each call', async () => {
  const options = {
    get store(): RobotStore {
      throw new Error('mine');
    },
  };
  const { list, kinds } = setUp(options);
  await run([list()]);
  expect(kinds).toEqual(['invalid_input']);
});
