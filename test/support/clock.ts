import { vi } from 'vitest';

/** A timer that ends when its clock says so, whatever the real time is. */
interface Timer {
  readonly at: number;
  readonly run: () => void;
  /** Started by the test itself. */
  readonly isOwn: boolean;
}

// Taken before a test replaces them.
const { setImmediate, setTimeout, clearTimeout, performance } = globalThis;

/** How many turns of the event loop have to pass without an end before it counts as idle. */
const IDLE_TURNS = 6;

/** The `timeoutMs` of a context that sets none. In tests with real I/O a shorter timer is a wait, any other a limit. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** undici's one timer without an argument: it runs this often while requests are in flight. */
const UNDICI_TICK_MS = 499;

/** Timers in virtual time: it starts at 0 and passes only when one of them is ended. */
const createTimers = () => {
  const open = new Map<object, Timer>();
  let now = 0;
  return {
    open,
    now: () => now,
    start: (run: () => void, ms: number, { lagMs = 0, isOwn = false } = {}): object => {
      const begin = () => {
        open.set(timer, { at: now + Math.max(1, ms || 0) + lagMs, run, isOwn });
        return timer;
      };
      const timer = { unref: () => timer, ref: () => timer, refresh: begin };
      return begin();
    },
    /** Lets the time of a timer pass and runs it; does nothing where it was cleared. */
    end: (timer: object): void => {
      const { at, run } = open.get(timer) ?? {};
      if (!run || at === undefined) return;
      open.delete(timer);
      now = Math.max(now, at);
      run();
    },
    /** The timer that ends first. */
    first: (): object | undefined => {
      let first: [object, Timer] | undefined;
      for (const entry of open) if (!first || entry[1].at < first[1].at) first = entry;
      return first?.[0];
    },
  };
};

type Timers = ReturnType<typeof createTimers>;

/** A `clearTimeout` for virtual timers and real ones. */
const clearerOf =
  ({ open }: Timers) =>
  (timer: object | undefined): void => {
    if (!open.delete(timer as object)) clearTimeout(timer as NodeJS.Timeout);
  };

/** Timers in the hands of a test that uses real sockets. */
export interface Clock {
  /** The delay of each timer that the package started. */
  readonly delays: readonly number[];
  /** The delays of those that ended at once. */
  readonly waits: readonly number[];
  /** How many are neither cleared nor over. */
  readonly pending: () => number;
  /** Resolves when so many have been started. */
  readonly started: (count: number) => Promise<void>;
  /** Lets all the time pass that a timer still waits for. */
  readonly expire: () => void;
}

/**
 * Replaces `setTimeout`, `clearTimeout` and `performance.now` until the test ends, while sockets stay real: waits end at
 * once, limits when the test calls `expire`. Node's own code keeps its own timers, and undici is the one dependency that
 * uses the global ones: it passes them a value, which the package never does. A test that needs real time imports
 * `node:timers`.
 */
export const skipTime = (isLimit: (ms: number) => boolean = (ms) => ms >= DEFAULT_TIMEOUT_MS): Clock => {
  const timers = createTimers();
  const delays: number[] = [];
  const waits: number[] = [];
  let onStart = (): void => {};
  vi.stubGlobal('performance', Object.create(performance, { now: { value: () => performance.now() + timers.now() } }));
  vi.stubGlobal('setTimeout', (run: () => void, ms = 0, ...args: unknown[]) => {
    if (args[0] !== undefined || ms === 0 || ms === UNDICI_TICK_MS) return setTimeout(run, ms, ...args);
    const timer = timers.start(run, ms);
    delays.push(ms);
    if (!isLimit(ms)) {
      waits.push(ms);
      setTimeout(() => timers.end(timer), 0);
    }
    onStart();
    return timer;
  });
  vi.stubGlobal('clearTimeout', clearerOf(timers));
  return {
    delays,
    waits,
    pending: () => timers.open.size,
    started: (count) =>
      new Promise((resolve) => {
        onStart = () => delays.length >= count && resolve();
        onStart();
      }),
    expire: () => {
      // Not those that are started meanwhile.
      const started = [...timers.open.keys()];
      for (const timer of started) timers.end(timer);
    },
  };
};

/** `skipTime` where waits, too, last until the test calls `expire`. */
export const trackTimers = (): Clock => skipTime(() => true);

/** Time that passes only when nothing else can happen; a call that waits for ever shows at once. */
export interface VirtualTime {
  /** Milliseconds since the start. */
  readonly now: () => number;
  /** Timers that were started and are neither over nor cleared. */
  readonly pending: () => number;
  /** Waits in virtual time; leaves no timer that counts. */
  readonly pass: (ms: number) => Promise<void>;
}

/**
 * Runs with `setTimeout`, `performance.now` and `Date.now` in virtual time. Throws where the promise is still open and
 * no timer could end it. What other threads do (sockets, files, Blobs) must come to its end within `settle`.
 * `lagMs` is how late each timer is.
 */
export const inVirtualTime = async <T>(
  run: (time: VirtualTime) => PromiseLike<T>,
  { settle = turns, lagMs = 0 }: { readonly settle?: () => Promise<void>; readonly lagMs?: number } = {},
): Promise<T> => {
  const timers = createTimers();
  const startedAt = Date.now();
  const realNow = performance.now;
  const realDate = Date.now;
  const startTimer = (callback: (...args: unknown[]) => void, ms: number, ...args: unknown[]) =>
    timers.start(() => callback(...args), ms, { lagMs });
  Object.assign(globalThis, { setTimeout: startTimer, clearTimeout: clearerOf(timers) });
  performance.now = timers.now;
  Date.now = () => startedAt + timers.now();
  try {
    let outcome: { value: T } | { thrown: unknown } | undefined;
    run({
      now: timers.now,
      pending: () => [...timers.open.values()].filter(({ isOwn }) => !isOwn).length,
      pass: (ms) => new Promise((resolve) => timers.start(resolve, ms, { isOwn: true })),
    }).then(
      (value) => (outcome = { value }),
      (thrown: unknown) => (outcome = { thrown }),
    );
    for (;;) {
      await settle();
      if (outcome) break;
      const next = timers.first();
      if (!next) throw new Error('it hangs: nothing is left that could end it');
      timers.end(next);
    }
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.value;
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    performance.now = realNow;
    Date.now = realDate;
  }
};

/** Lets the event loop go round: what was written to a socket of this process has been read then. */
export const turns = async (count = IDLE_TURNS): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** For what reads Blobs or asks WebCrypto: gives other threads a moment of real time. */
export const turnsOfThreads = async (): Promise<void> => {
  await turns();
  await new Promise<void>((resolve) => setTimeout(resolve, 2));
  await turns();
};
