import { err, ResultAsync, type Result } from 'neverthrow';
import type { LagError } from '../errors.js';
import type { Step } from './compose.js';
import { sleep } from './sleep.js';
import { aborted } from './timeout.js';
import type { Handler, LagRequest, LagResponse } from './types.js';

/** Waits before retry `n + 1`: 250 ms · 2^n, at most 8 s, less up to a quarter so that clients spread out. */
const backoffMs = (n: number): number => Math.min(8000, 250 * 2 ** n) * (1 - Math.random() / 4);

// Codes of Node, undici and Bun for failures before anything could be sent: name, route, refusal, certificate.
const NOT_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$|CERT|_TLS_/;

const wasNotSent = (cause: unknown): boolean =>
  cause instanceof Error && (NOT_SENT.test((cause as { code?: string }).code!) || wasNotSent(cause.cause));

/** Whether the server may have carried out what ended in this error. */
const isAmbiguous = (error: LagError): boolean =>
  error.kind === 'connection'
    ? !wasNotSent(error.cause)
    : /^(server|timeout|aborted|invalid_response)$/.test(error.kind) || (error.kind === 'api' && error.status < 400);

const mayRepeat = ({ idempotent, retry }: LagRequest, error: LagError): boolean =>
  /^(server|rate_limit|connection|timeout)$/.test(error.kind) &&
  (idempotent || retry === 'always' || !isAmbiguous(error));

/** Repeats what failed in passing and is safe to repeat. */
export const retry: Step = (next) => (request) => new ResultAsync(attempts(next, request));

const attempts = async (next: Handler, request: LagRequest): Promise<Result<LagResponse, LagError>> => {
  const { trace, signal } = request;
  for (let retries = 0; ; retries++) {
    const { maybeApplied } = trace;
    trace.attempts++;
    // Presumed applied while it is under way: a call that ends now cannot know better.
    trace.maybeApplied = request.method !== 'GET';
    const result = await next(request);
    if (result.isOk()) return result;
    const { error } = result;
    if (!isAmbiguous(error)) trace.maybeApplied = maybeApplied;
    if (retries >= request.maxRetries || !mayRepeat(request, error)) return result;
    const askedMs = ((error as { retryAfterSeconds?: number }).retryAfterSeconds ?? 0) * 1000;
    const waitMs = Math.max(askedMs, backoffMs(retries));
    if (askedMs > request.maxRetryAfterMs || performance.now() + waitMs >= request.deadlineAt) return result;
    await sleep(waitMs, signal);
    if (signal?.aborted) return err(aborted(signal));
  }
};
