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
  const listeners = new Set([settings.onRequest]);
  const respond = createApp(world, faults, log, (request) => {
    for (const listener of listeners) listener(request);
  });
  const fetch = fetchInProcess(respond);
  INTERNALS.set(fetch, {
    respond,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    warnUnmatchedFaults: faults.warnUnmatched,
  });

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

type Respond = (request: Request) => Promise<Response>;

/** What a server needs of a sandbox besides its public functions. */
export interface SandboxInternals {
  /** Does what `sandbox.fetch` does without copying the request. */
  readonly respond: Respond;
  /** Calls the listener after each request. Returns a function that stops it. */
  readonly subscribe: (listener: (request: SandboxRequest) => void) => () => void;
  /** Tells of faults that never matched. */
  readonly warnUnmatchedFaults: () => void;
}

/** The internals of a sandbox. Those of an object that only looks like one are made of its public functions. */
export const internalsOf = (sandbox: Sandbox): SandboxInternals =>
  INTERNALS.get(sandbox.fetch) ?? {
    respond: sandbox.fetch,
    subscribe: () => () => {},
    warnUnmatchedFaults: () => {},
  };

/** By `sandbox.fetch`, so that a copy of a sandbox with other functions around has them as well. */
const INTERNALS = new WeakMap<Sandbox['fetch'], SandboxInternals>();

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
