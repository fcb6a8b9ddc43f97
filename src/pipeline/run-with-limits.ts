import { err, type Result } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import type { Next } from './compose.js';
import { abortedError, endReason } from './end-reason.js';
import { onAbort } from './on-abort.js';
import type { LagRequest, LagResponse } from './types.js';

/**
 * Runs a handler until it settles, the caller aborts, or `timeoutMs` or the deadline pass, whichever comes first. The
 * handler gets a signal of its own that ends with it. No timer or listener is left.
 */
export const runWithLimits = (
  handler: Next,
  request: LagRequest,
  timeoutMs: number,
): Promise<Result<LagResponse, LagError>> =>
  new Promise((resolve) => {
    const reason = endReason(request);
    if (reason) return resolve(err(reason));
    const { signal, deadlineAt } = request;
    const limitMs = Math.min(timeoutMs, deadlineAt - performance.now());
    if (limitMs === Infinity && !signal) return resolve(handler(request));
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Resolves first: what cleans up may fail.
    const settle = (result: Result<LagResponse, LagError>) => {
      resolve(result);
      clearTimeout(timer);
      stopListening();
    };
    const stop = (error: LagError) => {
      settle(err(error));
      controller.abort();
    };
    const stopListening = onAbort(signal, () => signal && stop(abortedError(signal)));
    if (limitMs < Infinity)
      timer = setTimeout(
        () => stop(lagError('timeout', `no complete response within ${Math.round(limitMs)} ms`)),
        limitMs,
      );
    void handler({ ...request, signal: controller.signal }).then(settle);
  });
