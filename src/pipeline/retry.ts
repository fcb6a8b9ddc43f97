import { err } from 'neverthrow';
import type { LagError } from '../errors.js';
import type { Step } from './compose.js';
import { sleep } from './sleep.js';
import { ended } from './timeout.js';

/** Waits before retry `n + 1`: 250 ms · 2^n, at most 8 s, less up to a quarter so that clients spread out. */
export const backoffMs = (n: number): number => Math.min(8000, 250 * 2 ** n) * (1 - Math.random() / 4);

// Codes of Node, undici and Bun for failures before anything could be sent: name, route, refusal, certificate. Deno
// gives none, but says at which stage it failed.
const NOT_SENT = /^\w*(refused|ENOTFOUND|AI_AGAIN|TUNREACH|CONNECT_TIMEOUT|CERT|_TLS_)\w*$| \(Connect\)/i;

/** Whether the server may have carried out what ended in this error: not where it answered 4xx or was never reached. */
const isAmbiguous = ({ status, cause }: LagError): boolean => {
  const { code, message } = Object(cause) as { code?: string; message: string };
  return status ? status < 400 || status > 499 : !NOT_SENT.test(code ?? message);
};

/** Repeats what failed in passing and is safe to repeat. */
export const retry: Step = (next) => async (request) => {
  const { trace, signal } = request;
  for (let retries = 0; ; retries++) {
    const over = ended(request);
    if (over) return err(over);
    const { maybeApplied } = trace;
    const attempt = ++trace.attempts;
    // Presumed applied while it is under way: a call that ends now cannot know better.
    trace.maybeApplied = request.method !== 'GET';
    const result = await next(request);
    if (result.isOk()) return result;
    const { error } = result;
    const ambiguous = isAmbiguous(error);
    // Unless a middleware began another one meanwhile, which is not over.
    if (!ambiguous && attempt === trace.attempts) trace.maybeApplied = maybeApplied;
    const isSafe = request.idempotent || request.retry === 'always' || !ambiguous;
    if (!isSafe || retries >= request.maxRetries || !/server|rate_limit|connection|timeout/.test(error.kind))
      return result;
    const askedMs = ((error as { retryAfterSeconds?: number }).retryAfterSeconds ?? 0) * 1000;
    const waitMs = Math.max(askedMs, backoffMs(retries));
    if (askedMs > request.maxRetryAfterMs || performance.now() + waitMs >= request.deadlineAt) return result;
    await sleep(waitMs, signal);
  }
};
