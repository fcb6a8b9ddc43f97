import { err, ok, type Result } from 'neverthrow';
import { invalidInput, ownFields } from '../invalid-input.js';
import { lagError, type LagError } from '../errors.js';
import { requireAmount } from '../call-options.js';
import { sleep } from '../pipeline/sleep.js';
import { abortedError } from '../pipeline/end-reason.js';
import type { LagHandler, LagMiddleware, LagRequest, LagResponse } from '../pipeline/types.js';
import type { CallKind } from './limits.js';
import { createOwnBudget, leaveRoomForMessages, type OwnBudget, type Place, type ReadLimit } from './own-budget.js';
import { retryAfterMs } from '../pipeline/retry-after.js';
import { createSharedBudget, type SharedBudget, type TakeSlot } from './shared-budget.js';
import { createWaitingLine, type WaitingLine } from './waiting-line.js';

/** Options of `robotRateLimit`. */
export interface RobotRateLimitOptions {
  /**
   * Takes a slot from a budget that all instances of the robot share, over Redis or a Durable Object, say. While it fails
   * or does not answer, this process keeps to the limits alone.
   */
  readonly take?: TakeSlot | undefined;
  /**
   * How long `take` may need to answer, in milliseconds.
   * @default 1_000
   */
  readonly takeTimeoutMs?: number | undefined;
}

/** What the calls of a limiter share. */
interface Limiter {
  readonly own: OwnBudget;
  readonly line: WaitingLine;
  readonly shared: SharedBudget | undefined;
  /** Where a 429 halves the share of this process while the shared budget is out. */
  share: number;
  halvedAt: number;
}

/** A call on its way through the limiter. */
interface LimitedCall {
  readonly request: LagRequest;
  readonly kind: CallKind;
  readonly number: number;
}

// How often a call looks whether others have left the line, or the server asked for more. One that is due much later looks
// less often.
const RECHECK_MS = 1000;

// How long a call lets those before it go first that may go at the same time.
const YIELD_MS = 5;

// How many calls of a kind ask the shared budget at a time, and how soon the next one looks again.
const MAX_ASKING = 10;
const ASKING_RECHECK_MS = 20;

// A 429 that does not say how long to wait.
const DEFAULT_PAUSE_MS = 1000;

// While the shared budget is out, instances get in each other's way: that is no reason to lose a call.
const MAX_REFUSALS_WHILE_OUT = 10;
const MIN_SHARE = 0.1;

/**
 * Makes middleware that keeps a robot within its limits, 100 requests a minute and 10 messages in 10 seconds: calls wait
 * for their turn instead of being refused. Each kind goes first come, first served, and reads leave room for the messages
 * that wait. After a 429 all calls wait for as long as the server asks, but at most an hour. Give one to all contexts of a
 * robot.
 *
 * A call that waits ends with its `signal` and its `deadlineMs`. `take` shares the limits with other instances.
 */
export function robotRateLimit(options?: RobotRateLimitOptions): LagMiddleware {
  let limiter: Limiter | undefined;
  return (next) => async (request) => {
    // Not earlier, because options may throw.
    limiter ??= createLimiter(options);
    return runLimited(limiter, next, request);
  };
}

const createLimiter = (options: RobotRateLimitOptions | undefined): Limiter => {
  const { take, takeTimeoutMs = 1000 } = ownFields(options);
  if (take !== undefined && typeof take !== 'function') throw invalidInput('invalid take: pass a function');
  requireAmount('takeTimeoutMs', takeTimeoutMs, 1);
  const shared = take && createSharedBudget(take, takeTimeoutMs);
  return {
    own: createOwnBudget(shared ? leaveShareForMessages(shared) : leaveRoomForMessages),
    line: createWaitingLine(),
    shared,
    share: 1,
    halvedAt: 0,
  };
};

// What an instance that is one of several reads in a minute while messages wait: two for each three messages that it
// sends, because 40 and 60 fill the limit of 100, but a few in any case.
const READS_PER_MESSAGE = 2 / 3;
const MIN_READS_BESIDE_MESSAGES = 4;
const MIN_READS_WHEN_EXHAUSTED = 1;

const leaveShareForMessages =
  (shared: SharedBudget): ReadLimit =>
  (sentMessages, waitingMessages) => {
    if (waitingMessages === 0) return leaveRoomForMessages(sentMessages, waitingMessages);
    const minimum = shared.wasExhausted() ? MIN_READS_WHEN_EXHAUSTED : MIN_READS_BESIDE_MESSAGES;
    return Math.max(minimum, Math.floor(sentMessages * READS_PER_MESSAGE));
  };

const runLimited = async (
  limiter: Limiter,
  next: LagHandler,
  request: LagRequest,
): Promise<Result<LagResponse, LagError>> => {
  const { trace, signal } = request;
  // A call that is sent again keeps its number, and so goes before those that came later.
  const call: LimitedCall = { request, kind: kindOf(request), number: limiter.line.nextNumber() };
  let retriesLeft = request.maxRetries;
  let refusalsWhileOut = 0;
  for (;;) {
    const admitted = await admit(limiter, call);
    if (admitted.isErr()) return err(admitted.error);
    const place = admitted.value;
    const sentAt = performance.now();
    const attemptsBefore = trace.attempts;
    // The server's wait comes back immediately, so that all calls wait, not this one alone.
    const result = await next({ ...request, maxRetries: retriesLeft, maxRetryAfterMs: 0 });
    const requests = trace.attempts - attemptsBefore;
    limiter.own.settle(place, requests);
    if (result.isOk()) return result;
    const { error } = result;
    const askedMs = retryAfterMs(error);
    const isRefused = error.kind === 'rate_limit';
    if (isRefused) noteRefusal(limiter, call.kind, askedMs, sentAt);
    const isOwnDoing = isRefused && limiter.shared?.isOut() === true && ++refusalsWhileOut <= MAX_REFUSALS_WHILE_OUT;
    retriesLeft -= isOwnDoing && request.maxRetries > 0 ? requests - 1 : requests;
    if (retriesLeft < 0 || !mayWaitAndRepeat(request, error, askedMs)) return result;
    // After a 429 the line waits.
    if (!isRefused) await sleep(askedMs, signal);
  }
};

const kindOf = ({ method, path }: LagRequest): CallKind => {
  const [withoutQuery = ''] = path.split('?', 1);
  return method === 'POST' && withoutQuery.endsWith('/messages') ? 'message' : 'read';
};

/** Whether the server asks for a wait that the call allows, after which it may be sent again. */
const mayWaitAndRepeat = (request: LagRequest, { kind }: LagError, askedMs: number): boolean => {
  if (askedMs === 0 || askedMs > request.maxRetryAfterMs) return false;
  if (performance.now() + askedMs >= request.deadlineAt) return false;
  return kind === 'rate_limit' || request.idempotent || request.retry === 'always';
};

/** After a 429 nobody sends for a while; without the shared budget this process also leaves more to the others. */
const noteRefusal = (limiter: Limiter, kind: CallKind, askedMs: number, sentAt: number): void => {
  limiter.own.pause(kind, askedMs || DEFAULT_PAUSE_MS);
  // Those that were sent at the same time are refused together, and halve it once.
  if (!limiter.shared?.isOut() || sentAt < limiter.halvedAt) return;
  limiter.halvedAt = performance.now();
  limiter.share = Math.max(MIN_SHARE, limiter.share / 2);
};

/** Waits until a call may be sent. */
const admit = async (limiter: Limiter, call: LimitedCall): Promise<Result<Place, LagError>> => {
  const { own, line, shared } = limiter;
  const { request, kind, number } = call;
  const { signal } = request;
  let hasYielded = false;
  try {
    for (;;) {
      if (signal?.aborted) return err(abortedError(signal));
      line.join(kind, number);
      const pausedMs = own.pausedMs(kind);
      if (pausedMs > request.maxRetryAfterMs) return err(tooLongError(pausedMs));
      const waitMs = pausedMs > 0 ? Math.min(pausedMs, RECHECK_MS) : waitInLine(limiter, call);
      if (waitMs > 0) {
        await sleep(Math.ceil(Math.min(waitMs, Math.max(RECHECK_MS, waitMs / 2))), signal);
        continue;
      }
      if (!hasYielded && line.ahead(kind, number) > 0) {
        // Those before it may go, too, and are about to wake up.
        hasYielded = true;
        await sleep(YIELD_MS, signal);
        continue;
      }
      line.leave(kind, number);
      if (!shared) return ok(own.take(kind, 'sent'));
      const place = own.take(kind, 'asking');
      const mayGo = await shared.take(kind);
      own.giveBack(place);
      if (mayGo && !signal?.aborted) return ok(own.take(kind, 'sent'));
    }
  } finally {
    line.leave(kind, number);
  }
};

/** How long a call has to wait at least, by what is known now. */
const waitInLine = (limiter: Limiter, { kind, number }: LimitedCall): number => {
  const { own, line, shared } = limiter;
  if (shared) {
    if (!shared.isOut()) limiter.share = 1;
    own.setShare(limiter.share);
    if (own.asking(kind) >= MAX_ASKING) return ASKING_RECHECK_MS;
  }
  const waitingMessages = line.length('message') + own.asking('message');
  return Math.max(own.waitMs(kind, line.ahead(kind, number), waitingMessages), shared?.waitMs(kind) ?? 0);
};

const tooLongError = (pausedMs: number): LagError =>
  lagError('rate_limit', 'the server has asked all calls to wait for longer than maxRetryAfterMs', {
    status: 429,
    retryAfterSeconds: pausedMs / 1000,
  });
