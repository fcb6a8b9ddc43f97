import { copyError, lagError, type LagError } from './errors.js';
import { auth } from './pipeline/auth.js';
import { compose } from './pipeline/compose.js';
import { fetchTransport, type FetchLike } from './transports/fetch.js';
import { retry } from './pipeline/retry.js';
import { robotRewrite } from './pipeline/robot-rewrite.js';
import { status, type Hide } from './pipeline/status.js';
import { guard, timeout } from './pipeline/timeout.js';
import type { LagHandler, LagMiddleware } from './pipeline/types.js';
import { headersOf, invalid, settingsOf, toInvalidInput, type Settings } from './call-options.js';
import { VERSION } from './version.js';

/** Options of a context that a call may override. */
export interface CallDefaults {
  /** Milliseconds for one attempt, from its start to the last byte of the answer: 30 000. `Infinity` for no limit. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for the whole call with its retries and waits: no limit. */
  readonly deadlineMs?: number | undefined;
  /** Retries after 5xx, 429 and network failures: 2. */
  readonly maxRetries?: number | undefined;
  /** `'safe'` never repeats what might be done twice; `'always'` repeats sends and creates after ambiguous failures too. */
  readonly retry?: 'safe' | 'always' | undefined;
  /** Extra headers. `authorization` is not for you to set. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Options of one call; they go before those of the context. */
export interface CallOptions extends CallDefaults {
  /** Ends the call at once, waits included, as an `aborted` error. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `createContext`. */
export interface ContextOptions extends CallDefaults {
  /** Sends the requests: `fetchTransport()`, the default, `ofetchTransport()`, `undiciTransport()` or `sandbox.transport`. */
  readonly transport?: LagHandler | undefined;
  /** Short for `transport: fetchTransport({ fetch })`. */
  readonly fetch?: FetchLike | undefined;
  /** `https://api.trylag.com`. A path prefix is kept; query, hash and user info are refused; http only on loopback. */
  readonly baseUrl?: string | undefined;
  /** Milliseconds of `Retry-After` that a call waits for at most: 60 000. More comes back as an error at once. */
  readonly maxRetryAfterMs?: number | undefined;
  /** Instead of `lagclient/<version>`. Browsers set their own. */
  readonly userAgent?: string | undefined;
  /** Your own steps, the first one outermost. */
  readonly middleware?: readonly LagMiddleware[] | undefined;
  /** Allows `http:` beyond loopback. The token then travels in the clear. */
  readonly allowInsecureHttp?: boolean | undefined;
}

/** What every operation takes first: a token, settings and the pipeline, frozen. It holds nothing to close. */
export interface LagContext {
  readonly baseUrl: string;
  /** The composed pipeline. */
  readonly handle: LagHandler;
}

/** A context whose token is known to be a user's: `createContext('lag_pat_…')`. */
export interface UserContext extends LagContext {
  readonly robot?: false;
}

/** A context whose token is known to be a robot's: `createContext('lag_robot_…')`. Operations for users do not take it. */
export interface RobotContext extends LagContext {
  readonly robot?: true;
}

/** The kind of context that a token's type makes. A plain `string` makes one that every operation takes. */
export type ContextFor<Token extends string> = Token extends `lag_robot_${string}`
  ? RobotContext
  : Token extends `lag_pat_${string}`
    ? UserContext
    : LagContext;

/** What a context is inside. */
export interface ContextState extends LagContext {
  readonly robot: boolean;
  readonly hide: Hide;
  readonly headers: Readonly<Record<string, string>>;
  readonly settings: Settings;
  /** Makes the error of every call, where a token or option was not usable. */
  readonly fail?: () => LagError;
}

/**
 * Makes the context that every operation takes first. A `lag_pat_…` token acts as a user, a `lag_robot_…` key as a robot
 * of its server.
 *
 * Never throws: with a malformed token or option every call returns `invalid_token` or `invalid_input`.
 */
export function createContext<const Token extends string>(token: Token, options?: ContextOptions): ContextFor<Token> {
  return create(token, options) as never;
}

const create = (token: string, options: ContextOptions | null | undefined): ContextState => {
  try {
    const { baseUrl, headers, middleware, userAgent, allowInsecureHttp, transport, fetch } = options ?? {};
    if (transport && fetch) throw invalid('options: pass either transport or fetch');
    const secret = typeof token === 'string' ? token.trim() : '';
    // Printable ASCII without spaces, so that a pasted `Bearer …` is refused, and without what JSON would escape, so that
    // `hide` finds it wherever it is repeated.
    if (!/^[!#-[\]-~]+$/.test(secret)) throw lagError('invalid_token', 'empty or malformed token');
    const robot = secret.startsWith('lag_robot_');
    const hide: Hide = (text) => text.replaceAll(secret, '<token>');
    return Object.freeze({
      baseUrl: checkBaseUrl(baseUrl ?? 'https://api.trylag.com', allowInsecureHttp),
      handle: compose(
        ...(middleware ?? []).map(guard),
        robotRewrite(robot),
        retry,
        status(hide),
        auth(`${robot ? 'Robot' : 'Bearer'} ${secret}`),
        timeout,
      )(transport ?? fetchTransport({ fetch })),
      robot,
      hide,
      headers: Object.freeze({
        ...headersOf({
          accept: 'application/json',
          // Browsers set their own, and would ask the server for leave to send another.
          ...(!/^Mozilla/.test(globalThis.navigator?.userAgent) && {
            'user-agent': userAgent ?? `lagclient/${VERSION}`,
          }),
        }),
        // Apart, because two spellings of a name would be sent as a list.
        ...headersOf(headers),
      }),
      settings: Object.freeze({
        timeoutMs: 30_000,
        deadlineMs: Infinity,
        maxRetries: 2,
        maxRetryAfterMs: 60_000,
        retry: 'safe',
        ...settingsOf(options ?? {}),
      }),
    });
  } catch (thrown) {
    const error = toInvalidInput(thrown);
    // Read only inside of a call, where it may throw.
    return Object.freeze({ fail: () => copyError(error) }) as never;
  }
};

/** The base URL without trailing slash. */
const checkBaseUrl = (baseUrl: string, allowInsecureHttp: boolean | undefined): string => {
  let url: URL | undefined;
  try {
    url = new URL(baseUrl);
  } catch {}
  const isAllowed = allowInsecureHttp ? /^https?:/ : /^https:|^http:\/\/(localhost|127(\.\d+){3}|\[::1\])[:/]/;
  // What was given is not repeated: it may hold a password.
  if (!url || !isAllowed.test(url.href) || url.href !== url.origin + url.pathname)
    throw invalid('baseUrl: https, or http on loopback, without query');
  return url.href.replace(/\/+$/, '');
};
