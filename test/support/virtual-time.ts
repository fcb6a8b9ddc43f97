/** Time that passes only when nothing else can happen; a call that waits for ever shows at once. */
export interface VirtualTime {
  /** Milliseconds since the start. */
  readonly now: () => number;
  /** Timers that were started and are neither over nor cleared. */
  readonly pending: () => number;
  /** Waits in virtual time; leaves no timer that counts. */
  readonly pass: (ms: number) => Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
  readonly isOwn: boolean;
}

// Taken before anybody replaces them.
const { setImmediate, setTimeout, clearTimeout } = globalThis;
const { performance } = globalThis;

/** How many turns of the event loop have to go by without an end before it is taken for idle. */
const IDLE_TURNS = 6;

/**
 * Runs with `setTimeout`, `performance.now` and `Date.now` in virtual time. Throws where the promise is still open and
 * no timer could end it. What goes on in other threads (sockets, files, Blobs) must come to its end within `settle`.
 * `lagMs` is how late each timer is.
 */
export const inVirtualTime = async <T>(
  run: (time: VirtualTime) => PromiseLike<T>,
  { settle = turns, lagMs = 0 }: { readonly settle?: () => Promise<void>; readonly lagMs?: number } = {},
): Promise<T> => {
  const timers = new Map<object, Timer>();
  const startedAt = Date.now();
  let now = 0;
  const start = (callback: () => void, ms: number, isOwn: boolean): object => {
    const timer = { unref: () => timer, ref: () => timer, refresh: () => begin() };
    const begin = () => {
      timers.set(timer, { at: now + Math.max(1, ms || 0) + (isOwn ? 0 : lagMs), run: callback, isOwn });
      return timer;
    };
    return begin();
  };
  const time: VirtualTime = {
    now: () => now,
    pending: () => [...timers.values()].filter(({ isOwn }) => !isOwn).length,
    pass: (ms) => new Promise((resolve) => start(resolve, ms, true)),
  };
  const realNow = performance.now;
  const realDate = Date.now;
  globalThis.setTimeout = ((callback: (...args: unknown[]) => void, ms: number, ...args: unknown[]) =>
    start(() => callback(...args), ms, false)) as never;
  globalThis.clearTimeout = ((timer: object) => {
    if (!timers.delete(timer)) clearTimeout(timer as never);
  }) as never;
  performance.now = () => now;
  Date.now = () => startedAt + now;
  try {
    let outcome: { value: T } | { thrown: unknown } | undefined;
    run(time).then(
      (value) => (outcome = { value }),
      (thrown: unknown) => (outcome = { thrown }),
    );
    for (;;) {
      await settle();
      if (outcome) break;
      let next: [object, Timer] | undefined;
      for (const entry of timers) if (!next || entry[1].at < next[1].at) next = entry;
      if (!next) throw new Error('it hangs: nothing is left that could end it');
      timers.delete(next[0]);
      now = Math.max(now, next[1].at);
      next[1].run();
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
