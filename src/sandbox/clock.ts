/** What the sandbox takes the time from, and what it waits on. */
export interface SandboxClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Moves the time forward and runs, in their order, the timers that became due on the way. */
  advance(ms: number): void;
  /** Calls `run` once, `ms` from now; gives a function that calls it off. What is `background` keeps no process alive. */
  setTimeout(run: () => void, ms: number, background?: boolean): () => void;
}

/** A clock that stands still until it is told to `advance`; starts at 2026-01-01T00:00:00Z unless told otherwise. */
export const createManualClock = (start: number | string | Date = Date.UTC(2026, 0, 1)): SandboxClock => {
  const startMs = new Date(start).getTime();
  return makeClock(Number.isNaN(startMs) ? Date.UTC(2026, 0, 1) : startMs, false);
};

/** The real time, which `advance` puts further ahead. */
export const createSystemClock = (): SandboxClock => makeClock(0, true);

interface Timer {
  at: number;
  run: () => void;
  background: boolean;
}

// Longer ones overflow the host's timers and fire at once.
const longestWait = 2 ** 31 - 1;

const makeClock = (start: number, ticking: boolean): SandboxClock => {
  let offset = start;
  let timers: Timer[] = [];
  let alarm: ReturnType<typeof setTimeout> | undefined;
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

  return {
    now,
    advance: (ms) => {
      const end = now() + (ms > 0 && Number.isFinite(ms) ? ms : 0);
      for (let first = timers[0]; first && first.at <= end; first = timers[0]) {
        timers.shift();
        if (first.at > now()) offset += first.at - now();
        first.run();
      }
      if (end > now()) offset += end - now();
      arm();
    },
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
