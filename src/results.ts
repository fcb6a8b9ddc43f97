import type { Result } from 'neverthrow';
import type { LagError, LagErrorJson, LagErrorKind } from './errors.js';
import { isLagError } from './errors.js';
import { invalidInput, toInvalidInput } from './invalid-input.js';

// The class of every result of this package, so that an app needs no second dependency to name or make one.
export { err, errAsync, ok, okAsync, Result, ResultAsync, safeTry } from 'neverthrow';

/**
 * The value of a result, or its error thrown: for code that reports failure by throwing, such as a `queryFn`, a loader or
 * a job. A `ResultAsync` gives a promise that rejects. It is the only function of this package that throws.
 */
export function orThrow<T, E>(result: Result<T, E>): T;
export function orThrow<T, E>(result: PromiseLike<Result<T, E>>): Promise<T>;
export function orThrow<T, E>(result: Result<T, E> | PromiseLike<Result<T, E>>): T | Promise<T> {
  return isPromise(result) ? Promise.resolve(result).then(unwrap) : unwrap(result);
}

/** A result as plain data. */
export type PlainResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: LagErrorJson };

/**
 * A result as plain data, for server actions, RPC and `postMessage`: classes do not survive those. The error is what its
 * `toJSON()` returns, without token, stack and body. A `ResultAsync` gives a promise, which never rejects.
 */
export function toPlain<T, E extends LagError>(result: Result<T, E>): PlainResult<T>;
export function toPlain<T, E extends LagError>(result: PromiseLike<Result<T, E>>): Promise<PlainResult<T>>;
export function toPlain<T>(
  result: Result<T, LagError> | PromiseLike<Result<T, LagError>>,
): PlainResult<T> | Promise<PlainResult<T>> {
  try {
    if (isPromise(result)) return Promise.resolve(result).then(describe).catch(describeThrown);
    return describe(result);
  } catch (thrown) {
    return describeThrown(thrown);
  }
}

/** The statuses that `httpStatusOf` returns. */
export type LagHttpStatus = 400 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 502 | 503 | 504;

// 4xx statuses about what was asked for. All others, such as 401, 405 and 407, are about how this server asks.
const CALLER_STATUSES: readonly LagHttpStatus[] = [400, 410, 413, 415, 422];

/**
 * The HTTP status with which a server of yours answers when a call to Lag failed. It is never below 400, and never 401:
 * that Lag rejects your token says nothing about your caller's. Also takes the plain error of `toPlain`.
 */
export const httpStatusOf = (error: { readonly kind: LagErrorKind; readonly status?: number }): LagHttpStatus => {
  try {
    return statusOf(error.kind, error.status);
  } catch {
    return 500;
  }
};

const statusOf = (kind: LagErrorKind, status: number | undefined): LagHttpStatus => {
  switch (kind) {
    case 'permission':
      return 403;
    case 'not_found':
      return 404;
    case 'conflict':
      return 409;
    case 'rate_limit':
      return 429;
    case 'api':
      return CALLER_STATUSES.find((passed) => passed === status) ?? 502;
    case 'server':
      return status === 503 || status === 504 ? status : 502;
    // Your own credential was rejected, Lag's answer is no use, or there was none.
    case 'auth':
    case 'invalid_token':
    case 'invalid_response':
    case 'connection':
      return 502;
    case 'timeout':
      return 504;
    // You gave the call up. A caller that is still there may try again.
    case 'aborted':
      return 503;
    // Ids and bodies come from the caller as a rule, and Lag would answer 400 or 404 to them. A wrong option fails each call.
    case 'invalid_input':
      return 400;
    default:
      return 500;
  }
};

const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> => {
  const { then } = Object(value) as { then?: unknown }; // Whatever it is, it may have a `then`.
  return typeof then === 'function';
};

const unwrap = <T, E>(result: Result<T, E>): T => {
  if (result.isErr()) throw result.error;
  return result.value;
};

const describe = <T>(result: Result<T, LagError>): PlainResult<T> => {
  if (result.isOk()) return { ok: true, value: result.value };
  const { error } = result;
  if (!isLagError(error)) throw invalidInput('the result holds an error that is not a LagError', error);
  return { ok: false, error: error.toJSON() };
};

const describeThrown = (thrown: unknown): { readonly ok: false; readonly error: LagErrorJson } => ({
  ok: false,
  error: toInvalidInput(thrown, 'the result cannot be read').toJSON(),
});
