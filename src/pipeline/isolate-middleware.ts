import { err, ResultAsync, type Result } from 'neverthrow';
import { isLagError, lagError, type LagError } from '../errors.js';
import { invalidInput, messageOf } from '../invalid-input.js';
import type { Next, Step } from './compose.js';
import { runWithLimits } from './run-with-limits.js';
import type { LagHandler, LagMiddleware, LagRequest, LagResponse } from './types.js';

/**
 * Keeps a user's middleware from breaking the guarantees: it may throw, hang, return something that is not a Result, or
 * call `next` with something that is not a request.
 */
export const isolateMiddleware = (middleware: LagMiddleware): Step => {
  if (typeof middleware !== 'function') throw invalidInput('invalid middleware: pass functions');
  return (next) => {
    const handler = middleware((request) => new ResultAsync(toResult(next, request)));
    if (typeof handler !== 'function') {
      // One that is async returns a promise, which may reject.
      Promise.resolve(handler).catch(() => {});
      throw invalidInput('invalid middleware: it must return a function');
    }
    return (request) => runWithLimits((inner) => toResult(handler, inner), request, Infinity);
  };
};

const isResult = (result: Result<LagResponse, LagError>): boolean => {
  try {
    return result.isErr() ? isLagError(result.error) : typeof result.value.body === 'string';
  } catch {
    return false;
  }
};

/** Runs user code for its Result; anything else becomes an `Err`. */
const toResult = async (
  handler: LagHandler | Next | ReturnType<LagMiddleware>,
  request: LagRequest,
): Promise<Result<LagResponse, LagError>> => {
  try {
    const result = await handler(request);
    if (isResult(result)) return result;
    return err(lagError('invalid_input', 'a middleware returned something that is not a Result of a response'));
  } catch (thrown) {
    return err(lagError('invalid_input', `a middleware failed: ${messageOf(thrown)}`, { cause: thrown }));
  }
};
