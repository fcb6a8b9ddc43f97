import { vi } from 'vitest';

type Timer = (run: () => void, ms: number) => unknown;

/** Puts stand-ins for the `setTimeout` that files of the pipeline see. Sockets, and the rest of the test, keep theirs. */
const replaceTimers = (standIns: Readonly<Record<string, Timer>>): void => {
  const { setTimeout } = globalThis;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number, ...rest: unknown[]) => {
    // Frames: this function, its caller.
    const caller = new Error().stack!.split('\n')[2]!;
    const file = Object.keys(standIns).find((name) => caller.includes(`/src/pipeline/${name}`));
    return file === undefined ? setTimeout(run, ms, ...rest) : standIns[file]!(run, ms);
  });
};

/** Time that does not pass by itself. */
export interface SkippedTime {
  /** The waits between attempts so far; they take no time. */
  readonly waits: readonly number[];
  /** Ends the time of the attempts that are under way. */
  readonly expire: () => void;
}

/** Takes the waits between attempts, and the time of the attempts, into the hands of the test. */
export const skipTime = (): SkippedTime => {
  const waits: number[] = [];
  const attempts: (() => void)[] = [];
  const { setTimeout } = globalThis;
  replaceTimers({
    'sleep.': (run, ms) => {
      waits.push(ms);
      return setTimeout(run, 0);
    },
    'timeout.': (run) => {
      attempts.push(run);
      return {};
    },
  });
  return {
    waits,
    expire: () => {
      for (const run of attempts.splice(0)) run();
    },
  };
};

/** The delays of the timers that the pipeline starts, and how many of them are neither cleared nor over. */
export const trackTimers = (): { readonly delays: readonly number[]; readonly pending: () => number } => {
  const pending = new Set<unknown>();
  const delays: number[] = [];
  const { setTimeout, clearTimeout } = globalThis;
  replaceTimers({
    '': (run, ms) => {
      delays.push(ms);
      const timer = setTimeout(() => {
        pending.delete(timer);
        run();
      }, ms);
      pending.add(timer);
      return timer;
    },
  });
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    pending.delete(timer);
    clearTimeout(timer);
  });
  return { delays, pending: () => pending.size };
};
