import { fetchTransport } from '../transports/fetch.js';
import type { LagTransport } from '../pipeline/transport.js';
import type { SandboxClock } from './control/clock.js';
import { createFaults, type SandboxFaults } from './control/faults.js';
import { createFixtures, type SandboxFixtures } from './control/fixtures.js';
import { resolveOptions, type SandboxOptions } from './control/options.js';
import { createRequestLog, type SandboxRequest } from './control/request-log.js';
import { plantSeed, type SandboxIds, type SandboxTokens } from './control/seed.js';
import { createApp } from './http/app.js';
import { createStateView, type SandboxState } from './views/state.js';
import { settled } from './world/webhook-delivery.js';
import { clearWorld, createWorld } from './world/world.js';

/** An in-memory Lag API. */
export interface Sandbox extends SandboxFixtures {
  /**
   * Answers as the API would, whatever the origin of the URL: a fetch handler, and a `fetch` for `createContext`.
   * Rejects where `fetch` does: for an invalid URL, when the signal aborts, and when a fault breaks the connection.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** For `createContext`. */
  readonly transport: LagTransport;
  /** What the sandbox holds now, in the API's own shapes. */
  readonly state: SandboxState;
  /** Tokens of the seed. */
  readonly tokens: SandboxTokens;
  /** Ids of the seed. */
  readonly ids: SandboxIds;
  readonly clock: SandboxClock;
  /** The requests so far, oldest first, without secrets. At most 10 000; long bodies are cut. */
  readonly requests: readonly SandboxRequest[];
  /** Makes requests go wrong. */
  readonly faults: SandboxFaults;
  /** Resolves when no webhook is being called. Retries that wait for the clock do not count. */
  settled(): Promise<void>;
  /** Back to the seed: state, limits, requests and faults. Tokens and the clock stay as they are. */
  reset(): void;
}

/** Makes an in-memory Lag API with a server, rooms, members and messages in it. Needs no network and nothing to close. */
export const createSandbox = (options?: SandboxOptions): Sandbox => {
  const settings = resolveOptions(options);
  const world = createWorld(settings.clock, settings);
  const { tokens, ids } = plantSeed(world);
  const faults = createFaults(settings.warn);
  const log = createRequestLog();
  const respond = createApp(world, faults, log, settings.onRequest);
  const fetch = fetchInProcess(respond);
  RESPONDS.set(fetch, respond);

  return {
    fetch,
    transport: fetchTransport({ fetch }),
    state: createStateView(world),
    tokens,
    ids,
    clock: settings.clock,
    requests: log.entries,
    faults,
    ...createFixtures(world, () => ids.server),
    settled: () => settled(world),
    reset: () => {
      for (const robot of world.robots.values()) robot.connection?.end();
      clearWorld(world);
      plantSeed(world, tokens);
      faults.clear();
      log.clear();
    },
  };
};

export type Respond = (request: Request) => Promise<Response>;

/** What a server calls instead of `sandbox.fetch`, which copies its request. */
export const respondOf = (sandbox: Sandbox): Respond => RESPONDS.get(sandbox.fetch) ?? sandbox.fetch;

/** By `sandbox.fetch`. */
const RESPONDS = new WeakMap<Sandbox['fetch'], Respond>();

/** A `fetch` without a network: rejects for an invalid URL, and as soon as the request's signal aborts. */
const fetchInProcess =
  (respond: Respond): Sandbox['fetch'] =>
  async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abandon = () => reject(signal.reason);
      signal.addEventListener('abort', abandon);
      respond(request)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', abandon));
    });
  };
