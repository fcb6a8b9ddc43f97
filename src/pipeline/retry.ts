import { err } from 'neverthrow';
import type { LagError, LagErrorKind } from '../errors.js';
import { ownFields } from '../invalid-input.js';
import type { Step } from './compose.js';
import { endReason } from './end-reason.js';
import { notify } from './notify.js';
import { retryAfterMs } from './retry-after.js';
import { progressOf } from './progress.js';
import { sleep } from './sleep.js';

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 8000;

/** Wait before retry `n + 1`: doubles from 250 ms to 8 s, less up to a quarter, so that clients spread out. */
export const backoffMs = (n: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** n) * (1 - Math.random() / 4);

/** What may go away by itself. */
const TRANSIENT: ReadonlySet<LagErrorKind> = /*#__PURE__*/ new Set(['server', 'rate_limit', 'connection', 'timeout']);

/** Retries transient failures, unless retrying could perform the operation twice. */
export const retry: Step = (next) => async (request) => {
  const { trace, signal, onRetry } = request;
  for (let retries = 0; ; retries++) {
    const reason = endReason(request);
    if (reason) return err(reason);
    const before = { ...trace };
    const attempt = ++trace.attempts;
    // Presumed applied while it is under way: a call that ends now cannot know better.
    trace.maybeApplied = request.method !== 'GET';
    const result = await next(request);
    if (result.isOk()) return result;
    const { error } = result;
    const { status } = ownFields(error);
    const mayBeApplied = mayHaveBeenApplied(error, status);
    // A middleware may have begun another attempt meanwhile, whose end is not known.
    const isLast = attempt === trace.attempts;
    if (!mayBeApplied && isLast) trace.maybeApplied = before.maybeApplied;
    // Nothing went out: the request was rejected on this machine.
    if (isLast && status === undefined && progressOf(error) === 'refused') trace.attempts = before.attempts;
    const isSafe = request.idempotent || request.retry === 'always' || !mayBeApplied;
    if (!isSafe || retries >= request.maxRetries || !TRANSIENT.has(error.kind)) return result;
    const askedMs = retryAfterMs(error);
    const waitMs = Math.max(askedMs, backoffMs(retries));
    if (askedMs > request.maxRetryAfterMs || performance.now() + waitMs >= request.deadlineAt) return result;
    notify(onRetry, error, waitMs);
    await sleep(waitMs, signal);
  }
};

/** Whether the server may have applied the request. */
const mayHaveBeenApplied = (error: LagError, status: number | undefined): boolean => {
  if (status === undefined) return progressOf(error) === 'unknown';
  // A client error says that the server did nothing.
  return status < 400 || status >= 500;
};
