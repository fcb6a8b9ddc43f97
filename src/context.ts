import { errAsync } from 'neverthrow';
import { readBaseUrl } from './base-url.js';
import { DEFAULT_SETTINGS, readSettings, type CallDefaults, type CallSettings } from './call-options.js';
import { renewError, type LagError } from './errors.js';
import { readHeaders } from './headers.js';
import { invalidInput, invalidToken, ownFields, toInvalidInput } from './invalid-input.js';
import { auth } from './pipeline/auth.js';
import { compose } from './pipeline/compose.js';
import { isolateMiddleware } from './pipeline/isolate-middleware.js';
import { isAbortSignal } from './pipeline/on-abort.js';
import { createRedactor, redactToken, type Redactor } from './pipeline/redact-token.js';
import { retry } from './pipeline/retry.js';
import { robotRewrite } from './pipeline/robot-rewrite.js';
import { sendOver } from './transports/send-over.js';
import { checkStatus } from './pipeline/status.js';
import { timeout } from './pipeline/timeout.js';
import type { LagHandler, LagMiddleware } from './pipeline/types.js';
import { fetchTransport, type FetchLike } from './transports/fetch.js';
import type { LagTransport } from './pipeline/transport.js';
import { VERSION } from './version.js';

/** Options of `createContext`. */
export interface ContextOptions extends CallDefaults {
  /**
   * Carries the requests: `ofetchTransport()`, `undiciTransport()`, `xhrTransport()`, `sandbox.transport` or one of your
   * own.
   * @default fetchTransport()
   */
  readonly transport?: LagTransport | undefined;
  /** Short for `transport: fetchTransport({ fetch })`. */
  readonly fetch?: FetchLike | undefined;
  /**
   * https, or http on loopback. A path prefix is kept; query, hash and user info are rejected.
   * @default 'https://api.trylag.com'
   */
  readonly baseUrl?: string | undefined;
  /**
   * The `user-agent` header. Browsers set their own.
   * @default 'lagclient/<version>'
   */
  readonly userAgent?: string | undefined;
  /** Your own steps, the first one outermost. They run once per call, before retries, and never see the token. */
  readonly middleware?: readonly LagMiddleware[] | undefined;
  /** Ends every call of the context when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Allows `http:` beyond loopback. The token then travels in the clear.
   * @default false
   */
  readonly allowInsecureHttp?: boolean | undefined;
}

// Shared by all copies of the package, so that a context of one works with the functions of another.
const STATE = /*#__PURE__*/ Symbol.for('lagclient.context');

/** What every operation takes first: a token, settings and the pipeline, frozen. There is nothing to close. */
export interface LagContext {
  /** Without trailing slash; absent if the token or an option is invalid. */
  readonly baseUrl?: string;
  /** The composed pipeline. */
  readonly handle: LagHandler;
}

/** A context whose token is known to be a user's: `createContext('lag_pat_…')`. */
export interface UserContext extends LagContext {
  readonly robot?: false;
}

/** A context whose token is known to be a robot key: `createContext('lag_robot_…')`. Operations for users do not accept it. */
export interface RobotContext extends LagContext {
  readonly robot?: true;
}

/** The kind of context that a token's type makes. A plain `string`, or `any`, makes one that every operation accepts. */
export type ContextFor<Token> = string extends Token
  ? LagContext
  : Token extends `lag_robot_${string}`
    ? RobotContext
    : Token extends `lag_pat_${string}`
      ? UserContext
      : LagContext;

/** What operations need of a usable context. */
export interface UsableState {
  readonly isRobot: boolean;
  readonly baseUrl: string;
  readonly handle: LagHandler;
  readonly redactor: Redactor;
  readonly headers: Readonly<Record<string, string>>;
  /** The settings that the context was given. */
  readonly given: Partial<CallSettings>;
  /** Those, and the defaults of the rest. */
  readonly settings: CallSettings;
  readonly signal: AbortSignal | undefined;
  /** Makes a context with more options over the same transport. */
  readonly derive: (options: OverridableOptions) => LagContext;
}

/** A usable context, or the error of every call with one that is not. */
export type ContextState =
  | { readonly isUsable: true; readonly state: UsableState }
  | { readonly isUsable: false; readonly error: LagError };

interface WithState {
  readonly [STATE]?: ContextState;
}

/** The state behind a context. Whatever is passed instead of one gives an error; it never throws. */
export const stateOf = (ctx: unknown): ContextState => {
  try {
    const state = (ctx as WithState)[STATE]; // whatever it is: absent without a state
    if (state) return state;
  } catch {
    // Not an object, or one that cannot be read.
  }
  return { isUsable: false, error: toInvalidInput(invalidInput('invalid ctx: pass a context made by createContext')) };
};

/** Whether a context holds a robot key. `false` for a context that is not usable. */
export const isRobot = (ctx: LagContext): boolean => {
  const known = stateOf(ctx);
  return known.isUsable && known.state.isRobot;
};

/**
 * Makes the context that every operation takes first. A `lag_pat_…` token acts as a user, a `lag_robot_…` key as a robot
 * of its server.
 *
 * Never throws: with an absent or malformed token, or an invalid option, every call returns `invalid_token` or
 * `invalid_input`.
 */
export function createContext<const Token extends string | undefined>(
  token: Token,
  options?: ContextOptions,
): ContextFor<Token> {
  return makeContext(token, () => options) as ContextFor<Token>; // kinds of contexts are one at run time
}

/** The options that `withOptions` changes. */
export type OverridableOptions = Omit<
  ContextOptions,
  'transport' | 'fetch' | 'baseUrl' | 'userAgent' | 'allowInsecureHttp'
>;

/**
 * Makes a context with more options over the same token and transport: headers, middleware or a signal of one incoming
 * request. Headers are added to those of the context, middleware runs inside of the context's own; the other options
 * override.
 */
export function withOptions<Ctx extends LagContext>(ctx: Ctx, options: OverridableOptions): Ctx {
  const known = stateOf(ctx);
  return known.isUsable ? (known.state.derive(options) as Ctx) : ctx; // the same token makes the same kind
}

const makeContext = (token: unknown, readOptions: () => ContextOptions | null | undefined): LagContext => {
  let state: ContextState;
  try {
    state = { isUsable: true, state: makeState(token, readOptions()) };
  } catch (thrown) {
    state = { isUsable: false, error: toInvalidInput(thrown, 'the options cannot be read') };
  }
  const visible = state.isUsable
    ? { baseUrl: state.state.baseUrl, handle: state.state.handle }
    : { handle: failing(state.error) };
  // Not enumerable: a context is printed without its insides.
  return Object.freeze(Object.defineProperty(visible, STATE, ownFields({ value: state })));
};

const failing =
  (error: LagError): LagHandler =>
  () =>
    errAsync(renewError(error, {}));

const makeState = (token: unknown, options: ContextOptions | null | undefined): UsableState => {
  const secret = readToken(token);
  const isRobot = secret.startsWith('lag_robot_');
  const given = ownFields(options);
  const baseUrl = readBaseUrl(given.baseUrl ?? 'https://api.trylag.com', given.allowInsecureHttp === true);
  const transport = readTransport(given.transport, given.fetch);
  const middleware = readMiddleware(given.middleware);
  const redactor = createRedactor(secret);
  const settings = readSettings(given);
  if (given.signal !== undefined && !isAbortSignal(given.signal))
    throw invalidInput('invalid signal: pass an AbortSignal');
  return {
    isRobot,
    baseUrl,
    handle: compose(
      ...middleware.map(isolateMiddleware),
      robotRewrite(isRobot),
      retry,
      redactToken(redactor),
      checkStatus(redactor),
      auth(`${isRobot ? 'Robot' : 'Bearer'} ${secret}`, baseUrl),
      timeout,
    )(sendOver(transport)),
    redactor,
    headers: Object.freeze({
      accept: 'application/json',
      ...userAgentHeader(given.userAgent),
      ...readHeaders(given.headers),
    }),
    given: Object.freeze(settings),
    settings: Object.freeze({ ...DEFAULT_SETTINGS, ...settings }),
    signal: given.signal,
    derive: (more) =>
      makeContext(secret, () => mergeOptions(ownFields({ ...given, transport, fetch: undefined }), more)),
  };
};

const mergeOptions = (given: Partial<ContextOptions>, more: OverridableOptions | null | undefined): ContextOptions => {
  const added = ownFields(more);
  return {
    ...given,
    ...added,
    headers: { ...readHeaders(given.headers), ...readHeaders(added.headers) },
    middleware: [...readMiddleware(given.middleware), ...readMiddleware(added.middleware)],
  };
};

const readToken = (token: unknown): string => {
  if (typeof token !== 'string' || token.trim() === '')
    throw invalidToken('no token: pass a personal access token or a robot key');
  const secret = token.trim();
  // Printable ASCII without spaces, so that a pasted `Bearer …` is rejected, and without `"` and `\`, which JSON escapes.
  if (!/^[!#-[\]-~]+$/.test(secret))
    throw invalidToken('malformed token: it has spaces or characters that no token has');
  return secret;
};

const readTransport = (transport: LagTransport | undefined, fetch: FetchLike | undefined): LagTransport => {
  if (transport === undefined) return fetchTransport(fetch === undefined ? undefined : { fetch });
  if (fetch !== undefined) throw invalidInput('invalid options: pass either transport or fetch');
  if (typeof Object(transport).send !== 'function')
    throw invalidInput('invalid transport: pass what fetchTransport(), undiciTransport() or sandbox.transport is');
  return transport;
};

const readMiddleware = (middleware: readonly LagMiddleware[] | undefined): readonly LagMiddleware[] => {
  if (middleware === undefined) return [];
  if (!Array.isArray(middleware)) throw invalidInput('invalid middleware: pass an array of functions');
  return [...middleware];
};

/** Browsers set their own, and would ask the server for permission to send another. */
const userAgentHeader = (userAgent: string | undefined): Record<string, string> => {
  const isBrowser = /^Mozilla/.test(globalThis.navigator?.userAgent ?? '');
  return isBrowser ? {} : readHeaders({ 'user-agent': userAgent ?? `lagclient/${VERSION}` });
};
