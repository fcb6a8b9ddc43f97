import type * as undici from 'undici';
import { invalidInput, messageOf } from '../invalid-input.js';
import type { Route } from './dispatch-request.js';

/** Options of `undiciTransport`. An invalid one makes every call an `invalid_input` error. */
export interface UndiciTransportOptions {
  /**
   * Most sockets for one origin.
   * @default no limit
   */
  readonly connections?: number | undefined;
  /**
   * Most requests in flight on one socket. With more than 1, the next request is sent once the headers of the last
   * response have arrived. `0` closes a socket after its response.
   * @default 1
   */
  readonly pipelining?: number | undefined;
  /** `true` to use `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or the `http:` or `https:` URL of a proxy. */
  readonly proxy?: boolean | string | undefined;
  /**
   * Whether a server may choose HTTP/2.
   * @default undici's own: `false` in undici 7, `true` in undici 8
   */
  readonly allowH2?: boolean | undefined;
  /** Your own dispatcher instead of one made of the other options. `close()` leaves it open. */
  readonly dispatcher?: undici.Dispatcher | undefined;
}

/** A dispatcher with what to do when its transport is closed. */
export interface Pool extends Route {
  /** Gives the pool back; never rejects. */
  readonly release: () => Promise<void>;
}

/** The pool for a transport. Rejects with the reason why there is none. */
export const openPool = async (options: Partial<UndiciTransportOptions>): Promise<Pool> => {
  const { dispatcher } = options;
  const library = await loadUndici();
  if (dispatcher !== undefined) return routeOver(library, dispatcher);
  const { connections, pipelining, proxy, allowH2 } = options;
  requireCount('connections', connections, 1);
  requireCount('pipelining', pipelining, 0);
  if (allowH2 !== undefined && typeof allowH2 !== 'boolean') throw invalidInput('invalid allowH2: pass a boolean');
  const isDefault = connections === undefined && pipelining === undefined && allowH2 === undefined && !proxy;
  if (isDefault) return joinSharedPool(library);
  const own = makeDispatcher(library, proxy, { connections, pipelining, allowH2 });
  return { dispatcher: own, reportsStart: true, takesPieces: true, release: () => own.close().catch(ignore) };
};

type Undici = typeof undici;

const ignore = (): void => {};

// Loaded when it is asked for, because uploads from a path do without.
const loadUndici = async (): Promise<Undici> => {
  try {
    return await import('undici');
  } catch (thrown) {
    throw invalidInput(`undici 7 or 8 must be installed beside lagclient: ${messageOf(thrown)}`, thrown);
  }
};

const requireCount = (name: string, value: number | undefined, least: number): void => {
  if (value !== undefined && !(Number.isInteger(value) && value >= least))
    throw invalidInput(`invalid ${name}: pass an integer from ${least}`);
};

/** A user's own dispatcher. One of undici's, not composed with interceptors, keeps undici's promises. */
const routeOver = ({ Agent, ProxyAgent }: Undici, dispatcher: undici.Dispatcher): Pool => {
  const { dispatch }: Partial<undici.Dispatcher> = Object(dispatcher);
  if (typeof dispatch !== 'function') throw invalidInput('invalid dispatcher: pass a dispatcher of undici');
  const isUndicis = dispatch === Agent.prototype.dispatch || dispatch === ProxyAgent.prototype.dispatch;
  return { dispatcher, reportsStart: isUndicis, takesPieces: false, release: async () => {} };
};

/** The sockets of all transports without options, so that many contexts hold no more of them than one. */
let shared: { readonly agent: undici.Agent; users: number } | undefined;

const joinSharedPool = ({ Agent }: Undici): Pool => {
  const pool = (shared ??= { agent: new Agent(), users: 0 });
  pool.users++;
  return {
    dispatcher: pool.agent,
    reportsStart: true,
    takesPieces: true,
    release: async () => {
      pool.users--;
      if (pool.users > 0) return;
      // Whoever comes next opens another one.
      if (shared === pool) shared = undefined;
      await pool.agent.close().catch(ignore);
    },
  };
};

type AgentOptions = Pick<UndiciTransportOptions, 'connections' | 'pipelining' | 'allowH2'>;

const makeDispatcher = (
  library: Undici,
  proxy: boolean | string | undefined,
  options: AgentOptions,
): undici.Dispatcher => {
  const { Agent, EnvHttpProxyAgent, ProxyAgent } = library;
  const settings = options as undici.Agent.Options; // undici takes `undefined` for an option left out; its types do not.
  if (!proxy) return new Agent(settings);
  try {
    const proxied = { ...settings, ...tunnelOnce(library) };
    return proxy === true ? new EnvHttpProxyAgent(proxied) : new ProxyAgent({ ...proxied, uri: requireProxy(proxy) });
  } catch {
    // The URL is not repeated, and no error about it: it may hold a password.
    throw invalidInput('invalid proxy: pass true, or the http: or https: URL of a proxy');
  }
};

const PROXY_PROTOCOLS: ReadonlySet<string> = /*#__PURE__*/ new Set(['http:', 'https:']);

const requireProxy = (url: string): string => {
  if (!PROXY_PROTOCOLS.has(new URL(url).protocol)) throw new Error('no proxy of HTTP');
  return url;
};

// As long as undici waits for a socket.
const TUNNEL_TIMEOUT_MS = 10_000;

/**
 * Options by which a tunnel that cannot be opened fails the requests that wait for it. undici 7 takes the `UND_ERR_SOCKET`
 * of a CONNECT that was dropped for an error of a socket that worked, keeps the requests and connects again, for ever. Nor
 * does it limit the time of a CONNECT to less than five minutes, for which it keeps the process alive.
 */
const tunnelOnce = ({ Pool }: Undici): Pick<undici.ProxyAgent.Options, 'factory' | 'clientFactory'> => ({
  factory: (origin, options: undici.Pool.Options) => {
    const { connect } = options;
    if (typeof connect !== 'function') return new Pool(origin, options);
    return new Pool(origin, {
      ...options,
      connect: (target, callback) =>
        connect(target, (...outcome) => {
          const [error] = outcome;
          // Without its code, by which undici tells what to connect again for.
          if (error) return callback(new Error(`no tunnel through the proxy: ${error.message}`), null);
          callback(...outcome);
        }),
    });
  },
  clientFactory: (origin, options: undici.Pool.Options) =>
    new Pool(origin, { ...options, headersTimeout: TUNNEL_TIMEOUT_MS }),
});
