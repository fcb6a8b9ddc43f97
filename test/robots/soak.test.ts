import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Result } from 'neverthrow';
import { afterEach, expect, test, vi } from 'vitest';
import type { LagError } from '../../src/errors.js';
import { listenByPoll, listenBySse, type RobotEvent } from '../../src/robots/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { sized } from '../support/runs.js';
import { fakeTime, polled, robotOver, streamed } from './support.js';
import { createContext } from '../../src/context.js';
import { fetchTransport } from '../../src/transports/fetch.js';

afterEach(() => void vi.useRealTimers());

const EVENTS = sized(3000, 10_000);
/** Most that come at a time; fewer of them make as many connections for the faults to meet. */
const BURST = sized(5, 20);
/** Events between two looks at the memory; the first of them fill what is kept of ids. */
const STRETCH = sized(6000, 20_000);
const STRETCHES = sized(3, 5);
const ROOMS = 7;

/** Numbers from 0 to 1 that are the same in every run. */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const refusals = [
  () => Promise.reject(new TypeError('fetch failed')),
  async () => new Response('bad gateway', { status: 502 }),
  async () => new Response(null, { status: 503, headers: { 'retry-after': '2' } }),
  async () => new Response(null, { status: 429, headers: { 'retry-after': '3' } }),
];

/** Bytes of `body` up to `most`, then whatever `then` does. */
const cut = (body: ReadableStream<Uint8Array>, most: number, then: (c: ReadableStreamDefaultController) => void) => {
  const reader = body.getReader();
  let left = most;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        controller.enqueue(value.subarray(0, left));
        left -= value.length;
        if (left > 0) return;
        await reader.cancel();
        then(controller);
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  );
};

/** A stream's connections are refused, cut, ended and stalled at random places; some replay more than was missed. */
const spoilStream = (fetch: Fetch, random: () => number, count: (fault: string) => void): Fetch => {
  let before: string | undefined;
  return async (url, init) => {
    const luck = random();
    if (luck < 0.2) {
      count('refused');
      return refusals[Math.floor(random() * refusals.length)]!();
    }
    const headers = new Headers(init.headers);
    const last = headers.get('last-event-id')!;
    if (before && random() < 0.3) {
      count('replayed');
      headers.set('last-event-id', before);
    }
    before = last;
    const response = await fetch(url, { ...init, headers });
    const most = Math.floor(random() ** 2 * sized(25_000, 60_000));
    const fault = luck < 0.45 ? 'cut' : luck < 0.75 ? 'ended' : 'stalled';
    count(fault);
    const body = cut(response.body!, most, (controller) => {
      if (fault === 'cut') controller.error(new TypeError('terminated'));
      if (fault === 'ended') controller.close();
      // Nothing more comes of one that is stalled.
    });
    return new Response(body, { headers: response.headers });
  };
};

/**
 * A poll's connections are refused, cut, truncated, stalled and spoilt. A server notices that an answer did not get
 * through, and keeps its events for the next poll; now and then it is wrong about that, and they come twice.
 */
const spoilPolls = (fetch: Fetch, random: () => number, count: (fault: string) => void): Fetch => {
  let kept: unknown[] = [];
  return async (url, init) => {
    const luck = random();
    if (luck < 0.15) {
      count('refused');
      return refusals[Math.floor(random() * refusals.length)]!();
    }
    const events = kept.length ? kept : ((await (await fetch(url, init)).json()) as unknown[]);
    kept = events;
    const text = JSON.stringify(events);
    const half = Math.floor(random() * text.length);
    const body = new Response(text).body!;
    if (luck < 0.22) {
      count('cut');
      return new Response(cut(body, half, (controller) => controller.error(new TypeError('terminated'))));
    }
    if (luck < 0.29) {
      count('truncated');
      return new Response(text.slice(0, half));
    }
    if (luck < 0.35) {
      count('stalled');
      const { signal } = init;
      return new Response(
        cut(body, half, (controller) =>
          signal!.addEventListener('abort', () => controller.error(new Error('aborted'))),
        ),
      );
    }
    if (luck < 0.4) {
      count('html');
      return new Response('<html>502</html>', { headers: { 'content-type': 'text/html' } });
    }
    if (luck < 0.5) count('twice');
    else kept = [];
    return Response.json(events);
  };
};

test.each([
  { transport: 'poll' as const, faults: ['refused', 'cut', 'truncated', 'stalled', 'html', 'twice'] },
  { transport: 'sse' as const, faults: ['refused', 'cut', 'ended', 'stalled', 'replayed'] },
])(
  `by $transport delivers each of ${EVENTS} events exactly once and in the order of its room, whatever fails`,
  async ({ transport, faults }) => {
    fakeTime();
    const random = randomFrom(20260102);
    const sandbox = createSandbox({ pollHoldMs: 25_000, quirks: { describedEventFields: true } });
    const robot = sandbox.addRobot({ delivery: transport, events: ['voice.join'] });
    const rooms = Array.from({ length: ROOMS }, () => sandbox.addRoom().id);
    const counts = new Map<string, number>();
    const count = (fault: string) => counts.set(fault, (counts.get(fault) ?? 0) + 1);
    const fetch: Fetch = (url, init) => sandbox.fetch(url, init);
    const spoilt = transport === 'sse' ? spoilStream(fetch, random, count) : spoilPolls(fetch, random, count);
    const ctx = createContext(robot.token, { transport: fetchTransport({ fetch: spoilt }) });

    // A stream has nothing to resume from before its first event.
    sandbox.joinVoice({ roomId: rooms[0]!, userId: 'first' });
    const firstId = sandbox.state.robots.find(({ id }) => id === robot.id)!.kept[0]!.id;

    const taken: string[][] = rooms.map(() => []);
    let total = 0;
    let wrong: Result<RobotEvent, LagError> | undefined;
    const end = new AbortController();
    const listen = transport === 'sse' ? listenBySse : listenByPoll;
    const over = (async () => {
      for await (const event of listen(ctx, {
        signal: end.signal,
        lastEventId: firstId,
        drainMs: 0,
        onReconnect: () => {},
      })) {
        if (event.isErr() || event.value.type !== 'voice.join') {
          wrong = event;
          break;
        }
        const { roomId, userId } = event.value.data;
        taken[rooms.indexOf(roomId!)]!.push(userId!);
        total++;
        if (random() < 0.01) await new Promise((resolve) => setTimeout(resolve, random() * 2000));
      }
    })();

    const made: string[][] = rooms.map(() => []);
    for (let number = 0, steps = 0; total < EVENTS && !wrong; steps++) {
      // A server keeps 1000 events for a robot that does not come.
      for (let burst = random() * BURST; burst > 0 && number < EVENTS && number - total < 900; burst--, number++) {
        const room = Math.floor(random() * ROOMS);
        const userId = `${room}-${made[room]!.length}`;
        made[room]!.push(userId);
        sandbox.joinVoice({ roomId: rooms[room]!, userId });
      }
      await vi.advanceTimersByTimeAsync(random() * 2000);
      if (steps > 20_000) break;
    }
    // Whatever would come twice has time to come.
    await vi.advanceTimersByTimeAsync(300_000);
    end.abort();
    await over;
    expect(wrong).toBeUndefined();
    expect(taken).toEqual(made);
    expect(total).toBe(EVENTS);
    for (const fault of faults) expect(counts.get(fault), fault).toBeGreaterThan(3);
    await vi.advanceTimersByTimeAsync(0);
  },
);

const collect = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

/** Bytes that are in use. */
const heapInUse = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

test.each(['poll', 'sse'] as const)(
  `by %s needs no more memory over ${STRETCHES * STRETCH} events`,
  async (transport) => {
    fakeTime();
    let made = 0;
    const ctx = robotOver(async () => {
      if (transport === 'poll') return Response.json(Array.from({ length: 500 }, () => polled(`e${made++}`)));
      let pulls = 0;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          controller.enqueue(Buffer.from(Array.from({ length: 50 }, () => streamed(`e${made++}`)).join('')));
          // Connections end, too.
          if (++pulls === 40) controller.close();
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    });
    const end = new AbortController();
    const marks: number[] = [];
    let total = 0;
    let isOver = false;
    const over = (async () => {
      for await (const event of transport === 'sse'
        ? listenBySse(ctx, { signal: end.signal })
        : listenByPoll(ctx, { signal: end.signal })) {
        if (event.isErr()) break;
        total++;
        if (total % STRETCH === 0) marks.push(heapInUse());
        if (total === STRETCHES * STRETCH) break;
      }
      isOver = true;
    })();
    while (!isOver) await vi.advanceTimersByTimeAsync(5000);
    await over;
    expect(total).toBe(STRETCHES * STRETCH);
    expect(marks).toHaveLength(STRETCHES);
    expect(marks.at(-1)! - marks[0]!).toBeLessThan(1_000_000);
  },
);
