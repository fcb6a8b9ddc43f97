// A robot may make 100 requests a minute. Connections start 1.5 s apart on average, which leaves 60 for the messages
// that it may send, and a few may start ahead of that.
const INTERVAL_MS = 1500;
const BURST = 4;

/** Spaces connections; returns how long to wait after one that started at `startedAt`. */
export type Pace = (startedAt: number, now: number) => number;

export const createPace = (): Pace => {
  let nextStartAt = -Infinity;
  return (startedAt, now) => {
    nextStartAt = Math.max(nextStartAt, startedAt - BURST * INTERVAL_MS) + INTERVAL_MS;
    return Math.max(0, nextStartAt - now);
  };
};

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;

/** The wait before another connection after so many failures in a row, with up to a quarter more so that robots spread out. */
export const reconnectBackoffMs = (earlierFailures: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** earlierFailures) * (1 + Math.random() / 4);
