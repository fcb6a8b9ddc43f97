import { err, ResultAsync, type Result } from 'neverthrow';
import { isLagError, lagError, type LagAbortedError, type LagError } from '../errors.js';
import { invalid } from '../call-options.js';
import type { Next, Step } from './compose.js';
import type { LagRequest, LagResponse, LagMiddleware } from './types.js';

type Answer = Result<LagResponse, LagError>;

/** Gives each attempt, body included, its `timeoutMs` or what is left of the deadline. */
export const timeout: Step = (next) => (request) => within(next, request, request.timeoutMs, 'connection');

/** Keeps a user's middleware from breaking the promises: it may throw, hang, answer nonsense or ask for it. */
export const guard =
  (middleware: LagMiddleware): Step =>
  (next) => {
    const handler = middleware((request) => new ResultAsync(contain(next, request, 'invalid_input')));
    // One that is `async` too early gives a promise; calls say so.
    void (handler as Partial<Promise<never>>)?.catch?.(() => {});
    return (request) => within(handler, request, Infinity, 'invalid_input');
  };

/** What a call ends in when its caller's `signal` does. */
export const aborted = (signal: AbortSignal): LagAbortedError =>
  lagError('aborted', 'aborted', { cause: signal.reason });

/** What a call ends in before the next step, should the caller have aborted it or its time be over. */
export const ended = ({ signal, deadlineAt }: LagRequest): LagError | undefined => {
  if (signal?.aborted) return aborted(signal);
  if (signal && !(signal instanceof AbortSignal)) return invalid('signal');
  return performance.now() < deadlineAt ? undefined : lagError('timeout', 'no time left');
};

/**
 * Runs a handler until it answers, the caller aborts, or `ms` or the deadline pass, whichever is first. Whatever the
 * handler does, the answer is a Result, and no timer or listener is left.
 */
const within = (
  handler: Next,
  request: LagRequest,
  ms: number,
  misbehaved: 'connection' | 'invalid_input',
): Promise<Answer> =>
  new Promise((resolve) => {
    const over = ended(request);
    if (over) return resolve(err(over));
    const { signal, deadlineAt } = request;
    const limit = Math.min(ms, deadlineAt - performance.now());
    // Nothing to end it by.
    if (limit === Infinity && !signal) return resolve(contain(handler, request, misbehaved));
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
    signal?.addEventListener('abort', abort);
    if (limit < Infinity)
      timer = setTimeout(() => stop(lagError('timeout', `no answer within ${limit | 0} ms`)), limit);
    void contain(handler, { ...request, signal: controller.signal }, misbehaved).then(finish);
  });

const contain = async (
  handler: Next,
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
