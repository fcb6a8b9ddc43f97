/** What the sandbox takes the time from, and what it waits on. */
export interface SandboxClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Moves the time forward, and runs everything that becomes due on the way at its own time. Calls in this process get
   * their turn before and in between, so that a call that was made just before is already waiting.
   */
  advance(ms: number): Promise<void>;
  /**
   * Calls `run` once, `ms` from now. Returns a function that cancels it. A `background` timer does not keep the process
   * alive.
   */
  setTimeout(run: () => void, ms: number, background?: boolean): () => void;
}

/**
 * A clock that stands still until it is told to `advance`.
 *
 * @param start - Where it starts; 2026-01-01T00:00:00Z by default, and for anything that is not a time.
 */
export const createManualClock = (start: number | string | Date = DEFAULT_START_MS): SandboxClock =>
  createClock({ isTicking: false, startMs: timeOf(start) ?? DEFAULT_START_MS });

/** The real time. `advance` moves it ahead. */
export const createSystemClock = (): SandboxClock => createClock({ isTicking: true });

const DEFAULT_START_MS = Date.UTC(2026, 0, 1);

/** The host's timers fire at once for longer waits. */
const MAX_HOST_WAIT_MS = 2 ** 31 - 1;

const timeOf = (start: unknown): number | undefined => {
  try {
    const ms = new Date(start as string).getTime(); // Anything is fine: a date of nonsense is NaN, or throws.
    return Number.isNaN(ms) ? undefined : ms;
  } catch {
    // A symbol, for example.
    return undefined;
  }
};

interface Timer {
  readonly at: number;
  readonly run: () => void;
  readonly background: boolean;
}

type Kind = { readonly isTicking: true } | { readonly isTicking: false; readonly startMs: number };

const createClock = (kind: Kind): SandboxClock => {
  /** Of a ticking clock, how far it is ahead of the real time; of a manual one, its time. */
  let offsetMs = kind.isTicking ? 0 : kind.startMs;
  /** By the time at which they are due. */
  let timers: Timer[] = [];
  let hostTimer: ReturnType<typeof setTimeout> | undefined;
  let advancing = Promise.resolve();
  const now = () => (kind.isTicking ? Date.now() + offsetMs : offsetMs);

  const startHostTimer = () => {
    clearTimeout(hostTimer);
    const [first] = timers;
    if (!kind.isTicking || !first) return;
    hostTimer = setTimeout(runDueTimers, Math.min(Math.max(first.at - now(), 0), MAX_HOST_WAIT_MS));
    // Only Node's timers keep a process alive. Those of browsers are numbers.
    const { unref }: { unref?: () => void } = Object(hostTimer);
    if (timers.every((timer) => timer.background)) unref?.call(hostTimer);
  };
  const takeDueTimer = (dueAt: number): Timer | undefined => {
    const [first] = timers;
    return first && first.at <= dueAt ? timers.shift() : undefined;
  };
  const runDueTimers = () => {
    for (let timer = takeDueTimer(now()); timer; timer = takeDueTimer(now())) runTimer(timer);
    startHostTimer();
  };
  const moveTo = (time: number) => {
    if (time > now()) offsetMs += time - now();
  };
  const advance = async (ms: number) => {
    await nextTurn();
    const endsAt = now() + (ms > 0 && Number.isFinite(ms) ? ms : 0);
    for (let timer = takeDueTimer(endsAt); timer; timer = takeDueTimer(endsAt)) {
      moveTo(timer.at);
      runTimer(timer);
      await nextTurn();
    }
    moveTo(endsAt);
    startHostTimer();
  };

  return {
    now,
    // One call after the other, so that each moves the time by the whole of its `ms`.
    advance: (ms) => (advancing = advancing.then(() => advance(ms))),
    setTimeout: (run, ms, background = false) => {
      const timer = { at: now() + (ms > 0 ? ms : 0), run, background };
      const later = timers.findIndex((other) => other.at > timer.at);
      timers.splice(later < 0 ? timers.length : later, 0, timer);
      if (timers[0] === timer || !background) startHostTimer();
      return () => {
        if (!timers.includes(timer)) return;
        timers = timers.filter((other) => other !== timer);
        startHostTimer();
      };
    },
  };
};

/** Reports what a timer throws as the host's timers do, and goes on with the next one. */
const runTimer = ({ run }: Timer): void => {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
};

// Taken at import. Test runners replace the global with a fake one, and may have done so before this file was loaded.
const setHostTimeout = globalThis.setTimeout;

/**
 * Resolves when everything that can run now has run. Uses a message port where there is one, because fake timers replace
 * `setTimeout`, `setImmediate` and `process.nextTick`, but not message ports.
 */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof MessageChannel !== 'function') return void setHostTimeout(resolve, 0);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
