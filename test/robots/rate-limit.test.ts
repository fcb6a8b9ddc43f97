import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallOptions } from '../../src/call-options.js';
import { createContext, type LagContext, type RobotContext } from '../../src/context.js';
import { deleteRoomMessage, listRoomMessages, sendRoomMessage } from '../../src/operations/room-messages.js';
import { deleteRoom } from '../../src/operations/rooms.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import type { LagRateLimitError } from '../../src/errors.js';
import type { LagResult } from '../../src/pipeline/types.js';
import { robotRateLimit, type RobotRateLimitOptions } from '../../src/robots/index.js';
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

test('sends 50 messages at once in 40 s, in their order and without a 429', async () => {
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

test('sends 250 reads at once in two minutes without a 429', async () => {
  const { list, ends, refused } = setUp();
  const seconds = await run(times(250, () => list()));
  expect(seconds).toBeGreaterThanOrEqual(120);
  expect(seconds).toBeLessThanOrEqual(132);
  expect(ends).toHaveLength(250);
  expect(refused()).toBe(0);
});

test('does not hold up reads behind messages that wait', async () => {
  const { send, list } = setUp();
  const sends = run(times(40, () => send()));
  await Promise.resolve();
  const start = performance.now();
  await list();
  expect(performance.now() - start).toBeLessThan(100);
  await sends;
});

test('counts messages as requests, too', async () => {
  const { send, list, refused } = setUp();
  const seconds = await run([...times(95, () => list()), ...times(10, () => send())]);
  expect(seconds).toBeGreaterThanOrEqual(60);
  expect(seconds).toBeLessThanOrEqual(66);
  expect(refused()).toBe(0);
});

test('does not take a POST for a message that names messages in its query only', async () => {
  const ctx = createContext(ROBOT_TOKEN, {
    transport: fetchTransport({ fetch: async () => Response.json(sampleMessage()) }),
    middleware: [(next) => (request) => next({ ...request, path: '/pins?of=/messages' }), robotRateLimit()],
  });
  const send = async () => expect((await sendRoomMessage(ctx, 's', 'r', { content: 'x' })).isOk()).toBe(true);
  expect(await run(times(30, send))).toBeLessThan(1);
});

const MINUTES = sized(5, 10);

test(`never sees a 429 within ${MINUTES} busy minutes`, async () => {
  const { send, list, refused, ends, kinds } = setUp();
  const seconds = await run([...times(50 * MINUTES, () => send()), ...times(45 * MINUTES, () => list())]);
  expect(kinds).toEqual([]);
  expect(ends).toHaveLength(95 * MINUTES);
  expect(seconds).toBeGreaterThanOrEqual(60 * (MINUTES - 1));
  expect(seconds).toBeLessThanOrEqual(76 * MINUTES);
  expect(refused()).toBe(0);
});

test('counts from the response on, because a slow server may count late', async () => {
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

test('limits several contexts together', async () => {
  const { send, contextOf, refused, ends } = setUp();
  const seconds = await run(times(30, (index) => send(contextOf(), { timeoutMs: 1000 + index })));
  expect(seconds).toBeGreaterThanOrEqual(20);
  expect(seconds).toBeLessThanOrEqual(22);
  expect(ends).toHaveLength(30);
  expect(refused()).toBe(0);
});

test('lets an aborted call leave the line immediately and use nothing', async () => {
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

test('leaves no timer when the last call has left', async () => {
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

test('does not send a call whose deadline passes while it waits', async () => {
  const { send, kinds, contents } = setUp();
  const work = times(12, (index) => send(undefined, index === 10 ? { deadlineMs: 3000 } : undefined));
  await vi.advanceTimersByTimeAsync(3000);
  expect(kinds).toEqual(['timeout']);
  await run(work);
  expect(contents()).toEqual([...times(10, String), '11']);
});

test('does not count calls that are refused before they are sent', async () => {
  const { ctx, list, sandbox } = setUp();
  for (let count = 0; count < 200; count++) await deleteRoom(ctx as LagContext, sandbox.ids.server, 'r1');
  expect(await run([list()])).toBeLessThan(1);
});

test('lets all calls wait after a 429 for as long as it says', async () => {
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

test('learns from a 429 that others have used the limit', async () => {
  const { send, contextOf, refused, kinds, contents } = setUp();
  const elsewhere = contextOf(robotRateLimit());
  await run(times(10, () => send(elsewhere)));
  await run(times(20, () => send()));
  expect(kinds).toEqual([]);
  expect(contents()).toHaveLength(30);
  // The ten that were on their way, not one each for all that waited.
  expect(refused()).toBeLessThanOrEqual(10);
});

test('counts retries, and repeats a 429 no more often than the call allows', async () => {
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

test('waits for a 503 that says when to come back, unless a repetition could do harm', async () => {
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

test('lets all calls wait for a second after a 429 that does not say how long', async () => {
  const { list, sandbox, kinds } = setUp();
  sandbox.faults.next({ status: 429 });
  await run([list(undefined, { maxRetries: 0 })]);
  expect(kinds).toEqual(['rate_limit']);
  const seconds = await run([list()]);
  expect(seconds).toBeGreaterThanOrEqual(0.99);
  expect(seconds).toBeLessThan(1.1);
});

test('does not repeat a call that is aborted while it waits for a 503 to pass', async () => {
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

test('returns a 429 that asks for more than the call allows immediately', async () => {
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

/** A call that is no message, with any response. */
const deleteMessage = (ctx: RobotContext) => deleteRoomMessage(ctx, 's1', 'r1', 'm1');

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const refusal = (status: number, seconds: number) =>
  new Response('{"message":"not now"}', { status, headers: { 'retry-after': String(seconds) } });

test('sends a message that was refused before those that came after it', async () => {
  const { send, sandbox, contents } = setUp();
  sandbox.faults.next({ status: 429, retryAfter: 1 });
  await run(times(12, () => send()));
  expect(contents()).toHaveLength(12);
  expect(contents().indexOf('0')).toBeLessThan(contents().indexOf('10'));
});

test('counts a message until it is answered, however long that takes', async () => {
  const { ctx, starts } = limitedOver(async (index) => {
    if (index < 10) await later(15_000);
    return Response.json(sampleMessage());
  });
  await run(times(11, async () => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })));
  expect(starts[10]).toBeGreaterThanOrEqual(starts[0]! + 25_000);
});

test('does not hold up others behind one slow message', async () => {
  const { ctx, starts } = limitedOver(async (index) => {
    if (index === 0) await later(15_000);
    return Response.json(sampleMessage());
  });
  await run(times(11, async () => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })));
  expect(starts[10]).toBe(starts[0]! + 10_000);
});

test('does not count reads as messages', async () => {
  const { send, list } = setUp();
  await run(times(10, () => list()));
  expect(await run([send()])).toBeLessThan(1);
});

test('keeps the line as it is when a call is aborted that was sent', async () => {
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

test('refuses calls that wait within two seconds when a later response asks for too much', async () => {
  const { ctx, starts } = limitedOver(async (index) => {
    if (index === 0) return refusal(429, 7);
    await later(1000);
    return refusal(429, 3600);
  });
  const list = async () => (await listRoomMessages(ctx, 's1', 'r1'))._unsafeUnwrapErr();
  const work = times(2, list);
  expect(await run(work)).toBeLessThanOrEqual(2);
  const [waited, told] = await Promise.all(work);
  expect(waited).toMatchObject({
    kind: 'rate_limit',
    message: expect.stringContaining('longer than maxRetryAfterMs'),
    status: 429,
    attempts: 1,
  });
  expect((waited as LagRateLimitError).retryAfterSeconds).toBeGreaterThan(3598);
  expect(told).toMatchObject({ kind: 'rate_limit', message: 'not now', retryAfterSeconds: 3600, attempts: 1 });
  expect(starts).toHaveLength(2);
});

test.each([429, 503])('waits after a %d for at most `maxRetryAfterMs`, and less than the deadline', async (status) => {
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

test('makes an Err of each call if its options throw', async () => {
  const options = {
    get take(): never {
      throw new Error('mine');
    },
  };
  const { list, kinds } = setUp(options);
  await run([list()]);
  expect(kinds).toEqual(['invalid_input']);
});

test.each([
  ['a number without end', '999999999999'],
  ['a date in 2999', 'Fri, 01 Mar 2999 00:00:00 GMT'],
])('asks the server again after an hour although Retry-After is %s', async (_, retryAfter) => {
  let isRefusing = true;
  const { ctx, starts } = limitedOver(() =>
    isRefusing
      ? new Response('{"message":"not now"}', { status: 429, headers: { 'retry-after': retryAfter } })
      : Response.json(samplePage([])),
  );
  const list = async () => listRoomMessages(ctx, 's1', 'r1');
  expect((await list()).isErr()).toBe(true);
  expect(starts).toHaveLength(1);
  isRefusing = false;
  await vi.advanceTimersByTimeAsync(3_500_000);
  const early = (await list())._unsafeUnwrapErr() as LagRateLimitError;
  expect(early).toMatchObject({ kind: 'rate_limit', status: 429, attempts: 0 });
  expect(early.retryAfterSeconds).toBeLessThanOrEqual(100);
  expect(starts).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(100_000);
  expect((await list()).isOk()).toBe(true);
});

test('leaves room for messages that wait, so that reads do not starve them and they do not starve reads', async () => {
  const { ctx, starts } = limitedOver(() => Response.json(sampleMessage()));
  const sent: number[] = [];
  const read: number[] = [];
  const start = performance.now();
  const track = async (call: LagResult<unknown>, ends: number[]) => {
    await call;
    ends.push((performance.now() - start) / 1000);
  };
  const work = [
    ...times(90, () => track(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }), sent)),
    ...times(110, () => track(deleteMessage(ctx), read)),
  ];
  await run(work);
  expect(starts).toHaveLength(200);
  // Ten messages every ten seconds, as if there were no reads, and 40 reads in the first minute.
  expect(sent.at(-1)).toBeLessThanOrEqual(82);
  expect(read.filter((second) => second < 59)).toHaveLength(40);
  expect(read.at(-1)).toBeLessThanOrEqual(125);
});

test('frees the places of calls that were never answered after five minutes', async () => {
  const { ctx, starts } = limitedOver((index) =>
    index < 10 ? new Promise<Response>(() => {}) : Response.json(sampleMessage()),
  );
  void times(10, () => sendRoomMessage(ctx, 's1', 'r1', { content: 'lost' }).then(() => {}));
  await vi.advanceTimersByTimeAsync(1000);
  const late = sendRoomMessage(ctx, 's1', 'r1', { content: 'late' });
  await vi.advanceTimersByTimeAsync(290_000);
  expect(starts).toHaveLength(10);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(starts).toHaveLength(11);
  expect((await late).isOk()).toBe(true);
});

test('keeps a thousand waiting calls in order', async () => {
  const { ctx } = limitedOver(() => Response.json(sampleMessage()));
  const order: number[] = [];
  await run(times(1000, async (index) => deleteMessage(ctx).then(() => order.push(index))));
  expect(order).toEqual(times(1000, (index) => index));
});
