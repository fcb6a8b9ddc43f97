/** What the sandbox takes the time from, and what it waits on. */
export interface SandboxClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Moves the time forward and runs what becomes due on the way, each at its time. Requests of this process get their
   * turn before and between, so that what was called just before is waiting already.
   */
  advance(ms: number): Promise<void>;
  /** Calls `run` once, `ms` from now; gives a function that calls it off. What is `background` keeps no process alive. */
  setTimeout(run: () => void, ms: number, background?: boolean): () => void;
}

/** A clock that stands still until it is told to `advance`; starts at 2026-01-01T00:00:00Z unless told otherwise. */
export const createManualClock = (start: number | string | Date = defaultStart): SandboxClock => {
  let startMs = NaN;
  try {
    startMs = new Date(start).getTime();
  } catch {
    // A symbol, say.
  }
  return makeClock(Number.isNaN(startMs) ? defaultStart : startMs, false);
};

/** The real time, which `advance` puts further ahead. */
export const createSystemClock = (): SandboxClock => makeClock(0, true);

const defaultStart = 1_767_225_600_000;

interface Timer {
  readonly at: number;
  readonly run: () => void;
  readonly background: boolean;
}

// Longer ones overflow the host's timers and fire at once.
const longestWait = 2 ** 31 - 1;

const makeClock = (start: number, ticking: boolean): SandboxClock => {
  let offset = start;
  let timers: Timer[] = [];
  let alarm: ReturnType<typeof setTimeout> | undefined;
  let advancing = Promise.resolve();
  const now = () => (ticking ? Date.now() + offset : offset);

  const arm = () => {
    clearTimeout(alarm);
    const [first] = timers;
    if (!ticking || !first) return;
    alarm = setTimeout(runDue, Math.min(Math.max(first.at - now(), 0), longestWait));
    // Node's timers keep a process alive, others are numbers and do not.
    if (timers.every((timer) => timer.background)) (alarm as { unref?: () => void }).unref?.();
  };
  const runDue = () => {
    for (let first = timers[0]; first && first.at <= now(); first = timers[0]) {
      timers.shift();
      first.run();
    }
    arm();
  };
  const reach = (time: number) => {
    if (time > now()) offset += time - now();
  };
  const advance = async (ms: number) => {
    await turn();
    const end = now() + (ms > 0 && Number.isFinite(ms) ? ms : 0);
    for (let first = timers[0]; first && first.at <= end; first = timers[0]) {
      timers.shift();
      reach(first.at);
      first.run();
      await turn();
    }
    reach(end);
    arm();
  };

  return {
    now,
    // One after the other, so that each moves the time as far as it says.
    advance: (ms) => (advancing = advancing.then(() => advance(ms))),
    setTimeout: (run, ms, background = false) => {
      const timer = { at: now() + (ms > 0 ? ms : 0), run, background };
      const later = timers.findIndex((other) => other.at > timer.at);
      timers.splice(later < 0 ? timers.length : later, 0, timer);
      if (timers[0] === timer || !background) arm();
      return () => {
        if (!timers.includes(timer)) return;
        timers = timers.filter((other) => other !== timer);
        arm();
      };
    },
  };
};

// Taken here, before a test puts a fake in its place.
const { setImmediate, setTimeout: setRealTimeout } = globalThis;

/** Ends when all that can run has run. */
const turn = (): Promise<void> =>
  new Promise((resolve) => void (setImmediate ? setImmediate(resolve) : setRealTimeout(resolve, 0)));
