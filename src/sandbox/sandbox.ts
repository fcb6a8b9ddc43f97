import { fetchTransport } from '../transports/fetch.js';
import type { LagHandler } from '../pipeline/types.js';
import { createApp } from './http/app.js';
import { createSystemClock, type SandboxClock } from './control/clock.js';
import { createFaults, type SandboxFaults } from './control/faults.js';
import { createFixtures, type SandboxFixtures } from './control/fixtures.js';
import type { LogEntry, SandboxRequest } from './control/request-log.js';
import { plantSeed, type SandboxIds, type SandboxTokens } from './control/seed.js';
import { createStateView, type SandboxState } from './views/state.js';
import { settled } from './world/webhook-delivery.js';
import { clearWorld, createWorld } from './world/world.js';

/** Options of `createSandbox`. */
export interface SandboxOptions {
  /** Ids, tokens and codes are the same for the same seed: `'lag'`. */
  readonly seed?: string | number | undefined;
  /** Where the time comes from: the real time. `createManualClock()` makes one that only tests move. */
  readonly clock?: SandboxClock | undefined;
  /** Milliseconds that a long poll is held while nothing happens: 30 000. 0 answers at once. */
  readonly pollHoldMs?: number | undefined;
  /** Milliseconds until an uploaded image is ready: 200. */
  readonly imageProcessingMs?: number | undefined;
  /** What posts to the URLs of webhooks: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Called after each request. */
  readonly onRequest?: ((request: SandboxRequest) => void) | undefined;
}

/** An in-memory Lag API. */
export interface Sandbox extends SandboxFixtures {
  /**
   * Answers as the API would, whatever the origin of the URL: a fetch handler, and a `fetch` for `createContext`.
   * Rejects where a `fetch` does: when the signal aborts, and when a fault breaks the connection.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** For `createContext`. */
  readonly transport: LagHandler;
  /** What the sandbox holds now, in the API's own shapes. */
  readonly state: SandboxState;
  /** Tokens of the seed. */
  readonly tokens: SandboxTokens;
  /** Ids of the seed. */
  readonly ids: SandboxIds;
  readonly clock: SandboxClock;
  /** What was asked, oldest first, without secrets; the last 10 000. */
  readonly requests: readonly SandboxRequest[];
  /** Makes requests go wrong. */
  readonly faults: SandboxFaults;
  /** Ends when no webhook is being called. Retries that wait for the clock do not count. */
  settled(): Promise<void>;
  /** Back to the seed: state, limits, requests and faults. The clock goes on. */
  reset(): void;
}

/** Makes an in-memory Lag API with a server, rooms, members and messages in it. Needs no network and nothing to close. */
export const createSandbox = (options?: SandboxOptions): Sandbox => {
  const { seed, clock = createSystemClock(), pollHoldMs, imageProcessingMs, fetch: post, onRequest } = options ?? {};
  const world = createWorld(clock, {
    seed: seed ?? 'lag',
    pollHoldMs: pollHoldMs ?? 30_000,
    imageProcessingMs: imageProcessingMs ?? 200,
    fetch: post ?? ((input, init) => globalThis.fetch(input, init)),
  });
  const { tokens, ids } = plantSeed(world);
  const faults = createFaults();
  const log: LogEntry[] = [];
  const answer = createApp(world, faults, log, onRequest);

  const fetch: Sandbox['fetch'] = (input, init) =>
    input instanceof Request && !init ? answer(input) : fetchAnswer(answer, input, init);

  return {
    fetch,
    transport: fetchTransport({ fetch }),
    state: createStateView(world),
    tokens,
    ids,
    clock,
    requests: log,
    faults,
    ...createFixtures(world, () => ids.server),
    settled: () => settled(world),
    reset: () => {
      for (const robot of world.robots.values()) robot.connection?.end();
      clearWorld(world);
      plantSeed(world);
      faults.clear();
      log.length = 0;
    },
  };
};

/** As `fetch` does: rejects for a URL that is none, and at once when the signal aborts. */
const fetchAnswer = async (
  answer: (request: Request) => Promise<Response>,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> => {
  const request = new Request(input, init);
  const signal = init?.signal;
  if (!signal) return answer(request);
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave);
    answer(request)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', leave));
  });
};
