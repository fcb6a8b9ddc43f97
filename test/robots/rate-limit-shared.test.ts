import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallOptions } from '../../src/call-options.js';
import { createContext } from '../../src/context.js';
import { listRoomMessages, sendRoomMessage } from '../../src/operations/room-messages.js';
import type { LagResult } from '../../src/pipeline/types.js';
import { robotRateLimit, type RobotRateLimitOptions, type TakeSlot } from '../../src/robots/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { sized } from '../support/runs.js';
import { fakeTime } from './support.js';

beforeEach(fakeTime);
afterEach(() => void vi.useRealTimers());

/** A budget like those over Redis: an exact log of the slots that were taken, some milliseconds away. */
const createBudget = (latencyMs: () => number = () => 2) => {
  const limits = { request: { calls: 100, windowMs: 60_250 }, message: { calls: 10, windowMs: 10_250 } };
  const taken: Record<'request' | 'message', number[]> = { request: [], message: [] };
  const state = { asked: [] as string[], taken };
  const take: TakeSlot = async (kind) => {
    state.asked.push(kind);
    await new Promise((resolve) => setTimeout(resolve, latencyMs()));
    const { calls, windowMs } = limits[kind];
    const now = performance.now();
    const recent = taken[kind].filter((at) => at > now - windowMs);
    const [oldest = 0] = recent;
    if (recent.length >= calls) return oldest + windowMs - now;
    taken[kind].push(now);
    return 0;
  };
  return { ...state, take };
};

const setUp = (count: number, options: RobotRateLimitOptions) => {
  const sandbox = createSandbox();
  const { server, rooms } = sandbox.ids;
  const instances = Array.from({ length: count }, () =>
    createContext(sandbox.tokens.robot, { transport: sandbox.transport, middleware: [robotRateLimit(options)] }),
  );
  const start = performance.now();
  const ends = { send: [] as number[], list: [] as number[] };
  const failures: string[] = [];
  const track = async (call: LagResult<unknown>, kind: 'send' | 'list') => {
    const result = await call;
    if (result.isOk()) ends[kind].push((performance.now() - start) / 1000);
    else failures.push(result.error.kind);
  };
  return {
    sandbox,
    ends,
    failures,
    send: (instance: number, callOptions?: CallOptions) =>
      track(sendRoomMessage(instances[instance]!, server, rooms.quiet, { content: 'hi' }, callOptions), 'send'),
    list: (instance: number, callOptions?: CallOptions) =>
      track(listRoomMessages(instances[instance]!, server, rooms.quiet, undefined, callOptions), 'list'),
    refused: () => sandbox.requests.filter(({ status }) => status === 429).length,
  };
};

/** Lets time pass until all is over; gives the seconds that it took. */
const run = async (work: readonly Promise<unknown>[]): Promise<number> => {
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

const INSTANCES = 8;
const CALLS = sized(16, 50);

test(`shares the limits between ${INSTANCES} instances without a 429, in little more time than one instance takes`, async () => {
  const alone = setUp(1, {});
  const ideal = await run(times(INSTANCES * CALLS, () => [alone.send(0), alone.list(0)]).flat());
  const { send, list, ends, failures, refused } = setUp(INSTANCES, { take: createBudget().take });
  const work = times(INSTANCES, (instance) => times(CALLS, () => [send(instance), list(instance)])).flat(2);
  const seconds = await run(work);
  expect(failures).toEqual([]);
  expect(refused()).toBe(0);
  expect(ends.send).toHaveLength(INSTANCES * CALLS);
  expect(ends.list).toHaveLength(INSTANCES * CALLS);
  expect(seconds).toBeLessThanOrEqual(ideal * 1.15);
  // Neither kind waits for the other to be over.
  const half = CALLS * (INSTANCES / 2);
  expect(ends.send[half]).toBeLessThanOrEqual(seconds * 0.7);
  expect(ends.list[half]).toBeLessThanOrEqual(seconds * 0.7);
});

test('takes a slot as a message and one as a request for a message, and one for anything else', async () => {
  const { take, asked } = createBudget();
  const { send, list } = setUp(1, { take });
  await run([send(0)]);
  expect(asked).toEqual(['message', 'request']);
  await run([list(0)]);
  expect(asked).toEqual(['message', 'request', 'request']);
});

test('asks again after the time that it is told, and not before', async () => {
  const answers = [1500, 0];
  const askedAt: number[] = [];
  const { list, ends } = setUp(1, {
    take: () => {
      askedAt.push(performance.now());
      return answers.shift() ?? 0;
    },
  });
  await run([list(0)]);
  expect(ends.list[0]).toBeGreaterThanOrEqual(1.5);
  expect(askedAt).toHaveLength(2);
  expect(askedAt[1]! - askedAt[0]!).toBeGreaterThanOrEqual(1500);
});

test('keeps to the limits of the process although the shared budget allows more', async () => {
  const { send, refused } = setUp(1, { take: () => 0 });
  expect(await run(times(30, () => send(0)))).toBeGreaterThanOrEqual(20);
  expect(refused()).toBe(0);
});

test.each<[string, TakeSlot]>([
  ['rejects', () => Promise.reject(new Error('no engine'))],
  [
    'throws',
    () => {
      throw new Error('no engine');
    },
  ],
  ['never answers', () => new Promise(() => {})],
  ['answers NaN', () => NaN],
  ['answers less than nothing', () => -1],
  ['answers a text', (() => '0') as never],
])('falls back to the limits of the process if the shared budget %s', async (_, take) => {
  const { send, ends, failures, refused } = setUp(1, { take });
  const seconds = await run(times(30, () => send(0)));
  expect(failures).toEqual([]);
  expect(ends.send).toHaveLength(30);
  // A budget that hangs costs a second each five seconds.
  expect(ends.send[9]).toBeLessThanOrEqual(2.1);
  expect(seconds).toBeLessThanOrEqual(30);
  expect(refused()).toBe(0);
});

test('waits no longer than a minute for a shared budget that asks for a year', async () => {
  const answers = [31_536_000_000, 0];
  const { list, ends } = setUp(1, { take: () => answers.shift() ?? 0 });
  await run([list(0)]);
  expect(ends.list[0]).toBeLessThanOrEqual(61);
});

test('asks a failing budget every five seconds, and uses it again when it answers', async () => {
  let isOut = true;
  let asked = 0;
  const { list } = setUp(1, {
    take: () => {
      asked++;
      return isOut ? Promise.reject(new Error('no engine')) : 0;
    },
  });
  await run(times(20, () => list(0)));
  // The calls that asked before the first answer came.
  expect(asked).toBeLessThanOrEqual(10);
  asked = 0;
  for (let second = 0; second < 12; second++) {
    await run([list(0)]);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(asked).toBe(2);
  isOut = false;
  await vi.advanceTimersByTimeAsync(5000);
  asked = 0;
  await run([list(0)]);
  await run([list(0)]);
  expect(asked).toBe(2);
});

test('loses no call while the shared budget is out, although eight instances get in each other’s way', async () => {
  const { send, list, failures, ends, refused } = setUp(INSTANCES, { take: () => Promise.reject(new Error('gone')) });
  const work = times(INSTANCES, (instance) => times(8, () => [send(instance), list(instance)])).flat(2);
  const seconds = await run(work);
  expect(failures).toEqual([]);
  expect(ends.send).toHaveLength(64);
  expect(ends.list).toHaveLength(64);
  expect(seconds).toBeLessThanOrEqual(200);
  // Each refusal halves what an instance tries, until all fit.
  expect(refused()).toBeLessThanOrEqual(150);
});

test('ends a call whose signal aborts or whose deadline passes while the shared budget is asked', async () => {
  const { list, failures, sandbox } = setUp(1, { take: () => new Promise(() => {}), takeTimeoutMs: 60_000 });
  const end = new AbortController();
  const work = [list(0, { signal: end.signal }), list(0, { deadlineMs: 300 })];
  await vi.advanceTimersByTimeAsync(500);
  end.abort();
  await Promise.all(work);
  expect(failures.toSorted()).toEqual(['aborted', 'timeout']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sandbox.requests).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([{ take: 5 }, { take: () => 0, takeTimeoutMs: 0 }, { take: () => 0, takeTimeoutMs: 'x' }])(
  'makes an invalid_input of each call with the options %j',
  async (options) => {
    const { list, failures } = setUp(1, options as never);
    await run([list(0)]);
    expect(failures).toEqual(['invalid_input']);
  },
);
