import type { Result, ResultAsync } from 'neverthrow';
import type { LagError } from '../errors.js';

/** What every function of this package returns: a `ResultAsync` that never rejects. */
export type LagResult<T> = ResultAsync<T, LagError>;

/** What a robot key does on an operation: another path, the same path, refused, or required. */
export type RobotRule = 'rewrite' | 'same' | 'refuse' | 'only';

/** What is known of a call while it runs; one per call, shared by its attempts. */
export interface CallTrace {
  attempts: number;
  maybeApplied: boolean;
}

/** A request on its way through the pipeline. Change it by copying: `next({ ...request, headers })`. */
export interface LagRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Without trailing slash; a transport asks for `baseUrl + path`. */
  readonly baseUrl: string;
  /** Encoded, with the query: `/servers/s1/rooms/r1/messages?limit=50`. */
  readonly path: string;
  /** Lower-case names. The token is not among them until the auth middleware, which is inside of yours. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | FormData | undefined;
  readonly robot: RobotRule;
  /** Whether asking twice does no more than asking once. */
  readonly idempotent: boolean;
  /** Whether the answer's body is wanted as `stream` instead of text. */
  readonly stream: boolean;
  readonly signal?: AbortSignal | undefined;
  /** For one attempt; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** When the whole call must be over, on the clock of `performance.now()`; `Infinity` for no limit. */
  readonly deadlineAt: number;
  readonly maxRetries: number;
  readonly maxRetryAfterMs: number;
  readonly retry: 'safe' | 'always';
  readonly trace: CallTrace;
}

/** An answer, its body read to the end. Only 2xx ones reach a middleware as `Ok`. */
export interface LagResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: string;
  /** The unread body of a 2xx answer to a request with `stream`. */
  readonly stream?: ReadableStream<Uint8Array>;
}

export type LagHandler = (request: LagRequest) => ResultAsync<LagResponse, LagError>;

/**
 * A step of the pipeline: takes the next one, gives one that does more. An `async` function will do.
 * One that throws, rejects or answers nonsense makes the call an `Err` of kind `invalid_input`.
 */
export type LagMiddleware = (next: LagHandler) => (request: LagRequest) => PromiseLike<Result<LagResponse, LagError>>;
