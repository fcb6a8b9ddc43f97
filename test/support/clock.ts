import { vi } from 'vitest';

type Timer = (run: () => void, ms: number) => unknown;

/** The file that called the caller of this function. */
const callerFile = (): string => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  // As the engine has it: a text would be mapped to the sources, which takes longer than many a call.
  Error.prepareStackTrace = (_error, sites) => sites[2]?.getFileName() ?? '';
  Error.stackTraceLimit = 3;
  const { stack } = new Error();
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return stack!;
};

/** Puts stand-ins for the `setTimeout` that files of the pipeline see. Sockets, and the rest of the test, keep theirs. */
const replaceTimers = (standIns: Readonly<Record<string, Timer>>): void => {
  const { setTimeout } = globalThis;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number, ...rest: unknown[]) => {
    const caller = callerFile();
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
    'run-with-limits.': (run) => {
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

/** Timers of the pipeline under the eyes of the test. */
export interface TrackedTimers {
  readonly delays: readonly number[];
  /** How many are neither cleared nor over. */
  readonly pending: () => number;
  /** Resolves when so many have been started. */
  readonly started: (count: number) => Promise<void>;
  /** Lets all the time pass that a timer still waits for. */
  readonly expire: () => void;
}

/** Sees the timers that the pipeline starts. They run in real time, unless the test makes it pass. */
export const trackTimers = (): TrackedTimers => {
  const pending = new Map<unknown, { readonly ms: number; readonly end: () => void }>();
  const delays: number[] = [];
  let onStart = (): void => {};
  let skipped = 0;
  const { setTimeout, clearTimeout, performance } = globalThis;
  vi.stubGlobal('performance', Object.create(performance, { now: { value: () => performance.now() + skipped } }));
  replaceTimers({
    '': (run, ms) => {
      const end = () => {
        pending.delete(timer);
        run();
      };
      const timer = setTimeout(end, ms);
      pending.set(timer, { ms, end });
      delays.push(ms);
      onStart();
      return timer;
    },
  });
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    pending.delete(timer);
    clearTimeout(timer);
  });
  return {
    delays,
    pending: () => pending.size,
    started: (count) =>
      new Promise((resolve) => {
        onStart = () => delays.length >= count && resolve();
        onStart();
      }),
    expire: () => {
      const open = [...pending];
      skipped += Math.max(0, ...open.map(([, { ms }]) => ms));
      for (const [timer, { end }] of open) {
        clearTimeout(timer as NodeJS.Timeout);
        end();
      }
    },
  };
};
