import { err } from 'neverthrow';
import type { LagError } from '../errors.js';
import { sleep } from './sleep.js';
import { aborted } from './timeout.js';
import type { Middleware } from './types.js';

/** Waits before retry `n + 1`: 250 ms · 2^n, at most 8 s, less up to a quarter so that clients spread out. */
export const backoffMs = (n: number): number => Math.min(8000, 250 * 2 ** n) * (1 - Math.random() / 4);

// Codes of Node, undici and Bun for failures before anything could be sent: name, route, refusal, certificate.
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$|CERT|_TLS_/;

/** Whether the server may have carried out what ended in this error: not where it answered 4xx or was never reached. */
const isAmbiguous = ({ status, cause }: LagError): boolean =>
  status ? status < 400 || status > 499 : !NOT_SENT.test((cause as { code?: string } | undefined)?.code as string);

/** Repeats what failed in passing and is safe to repeat. */
export const retry: Middleware = (next) => async (request) => {
  const { trace, signal } = request;
  for (let retries = 0; ; retries++) {
    if (signal?.aborted) return err(aborted(signal));
    const { maybeApplied } = trace;
    trace.attempts++;
    // Presumed applied while it is under way: a call that ends now cannot know better.
    trace.maybeApplied = request.method !== 'GET';
    const result = await next(request);
    if (result.isOk()) return result;
    const { error } = result;
    const ambiguous = isAmbiguous(error);
    if (!ambiguous) trace.maybeApplied = maybeApplied;
    const isSafe = request.idempotent || request.retry === 'always' || !ambiguous;
    if (!isSafe || retries >= request.maxRetries || !/^(server|rate_limit|connection|timeout)$/.test(error.kind))
      return result;
    const askedMs = ((error as { retryAfterSeconds?: number }).retryAfterSeconds ?? 0) * 1000;
    const waitMs = Math.max(askedMs, backoffMs(retries));
    if (askedMs > request.maxRetryAfterMs || performance.now() + waitMs >= request.deadlineAt) return result;
    await sleep(waitMs, signal);
  }
};
