import { err, type Result } from 'neverthrow';
import { isLagError, lagError, type LagAbortedError, type LagError } from '../errors.js';
import type { LagRequest, LagResponse, Middleware } from './types.js';

type Answer = Result<LagResponse, LagError>;

/** Gives each attempt, body included, its `timeoutMs` or what is left of the deadline. */
export const timeout: Middleware = (next) => (request) => within(next, request, request.timeoutMs, 'connection');

/** Keeps a user's middleware from breaking the promises: it may throw, hang or answer nonsense. */
export const guard =
  (middleware: Middleware): Middleware =>
  (next) => {
    const handler = middleware(next);
    return (request) => within(handler, request, Infinity, 'invalid_input');
  };

/** What a call ends in when its caller's `signal` does. */
export const aborted = (signal: AbortSignal): LagAbortedError =>
  lagError('aborted', 'aborted', { cause: signal.reason });

/**
 * Runs a handler until it answers, the caller aborts, or `ms` or the deadline pass, whichever is first. Whatever the
 * handler does, the answer is a Result, and no timer or listener is left.
 */
const within = (
  handler: ReturnType<Middleware>,
  request: LagRequest,
  ms: number,
  misbehaved: 'connection' | 'invalid_input',
): Promise<Answer> =>
  new Promise((resolve) => {
    const { signal, deadlineAt } = request;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(answer);
    };
    const stop = (error: LagError) => {
      finish(err(error));
      controller.abort();
    };
    const abort = () => stop(aborted(signal!));
    const limit = Math.max(0, Math.min(ms, deadlineAt - performance.now()));
    const expire = () => stop(lagError('timeout', `no answer within ${Math.ceil(limit)} ms`));

    if (signal?.aborted) return abort();
    if (!limit) return expire();
    signal?.addEventListener('abort', abort);
    if (limit < Infinity) timer = setTimeout(expire, limit);
    void contain(handler, { ...request, signal: controller.signal }, misbehaved).then(finish);
  });

const contain = async (
  handler: ReturnType<Middleware>,
  request: LagRequest,
  misbehaved: 'connection' | 'invalid_input',
): Promise<Answer> => {
  let cause: unknown;
  try {
    const answer = await handler(request);
    if (answer.isErr() ? isLagError(answer.error) : typeof answer.value.body === 'string') return answer;
  } catch (thrown) {
    cause = thrown;
  }
  return err(lagError(misbehaved, 'a middleware or transport misbehaved', { cause }));
};
