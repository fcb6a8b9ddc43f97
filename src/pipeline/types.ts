import type { Result, ResultAsync } from 'neverthrow';
import type { CallSettings } from '../call-options.js';
import type { LagError } from '../errors.js';
import type { LagHeaders } from '../headers.js';
import type { ByteSource, LagTransportRequest, UploadBody, UploadProgress } from './transport.js';

/** What every function of this package returns: a `ResultAsync` that never rejects. */
export type LagResult<T> = ResultAsync<T, LagError>;

/** How an operation treats robot keys: rewrites the path to the robot's routes, keeps it, rejects them or requires them. */
export type RobotRule = 'rewrite' | 'same' | 'refuse' | 'only';

/** What is known of a call while it runs; one per call, shared by its attempts. */
export interface CallTrace {
  attempts: number;
  maybeApplied: boolean;
}

/** A request on its way through the pipeline. Change it by copying: `next({ ...request, headers })`. */
export interface LagRequest extends CallSettings {
  readonly method: LagTransportRequest['method'];
  /** The function that was called: `sendRoomMessage`. */
  readonly operation: string;
  /** The path without the values in it: `/servers/:serverId/rooms/:roomId/messages`. */
  readonly route: string;
  /** Without trailing slash; a transport asks for `baseUrl + path`. Another origin is rejected. */
  readonly baseUrl: string;
  /** Encoded, with the query: `/servers/s1/rooms/r1/messages?limit=50`. */
  readonly path: string;
  /** Lower-case names. The token is not among them until the auth step, which comes after your middleware. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | UploadBody | undefined;
  readonly robot: RobotRule;
  /** Whether sending it twice does no more than sending it once. */
  readonly idempotent: boolean;
  /** Whether the response's body is wanted as `stream` instead of text. */
  readonly stream: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onUploadProgress: ((progress: UploadProgress) => unknown) | undefined;
  /** When the whole call must be over, on the clock of `performance.now()`; `Infinity` for no limit. */
  readonly deadlineAt: number;
  readonly trace: CallTrace;
}

/** A response, its body read to the end. Only 2xx ones reach a middleware as an `Ok`. */
export interface LagResponse {
  readonly status: number;
  readonly headers: LagHeaders;
  readonly body: string;
  /** Whether the body of a failure was cut off at 64 KB. */
  readonly isTruncated?: boolean | undefined;
  /** The unread body of a 2xx response to a request with `stream`. */
  readonly stream?: ByteSource | undefined;
}

/** Sends a request through the steps that follow. */
export type LagHandler = (request: LagRequest) => ResultAsync<LagResponse, LagError>;

/**
 * A step of the pipeline: takes the next handler and returns one that does more. An `async` function will do. One that
 * throws, rejects or returns something that is not a Result makes the call an `Err` of kind `invalid_input`.
 */
export type LagMiddleware = (next: LagHandler) => (request: LagRequest) => PromiseLike<Result<LagResponse, LagError>>;
