import { isLagError, lagError, type LagError } from '../errors.js';
import { toInvalidInput } from '../invalid-input.js';
import { MAX_TIMER_MS } from '../call-options.js';
import { onAbort } from '../pipeline/on-abort.js';
import type { RobotEvent } from '../models/robot-events.js';

/** What a handler gets besides its event. */
export interface RobotHandlerContext {
  /** Aborts when the handler has run for longer than it may. Pass it to the calls that the handler makes. */
  readonly signal: AbortSignal;
}

/**
 * What to do with each type of event. A handler has failed if it throws, rejects, or returns an `Err`, its own or that of
 * an operation. Its promise is waited for.
 */
export type RobotEventHandlers = {
  readonly [Event in RobotEvent as Event['type']]?:
    | ((event: Event, context: RobotHandlerContext) => unknown)
    | undefined;
};

/** One handler for events of every type. */
export type RobotEventHandler = (event: RobotEvent, context: RobotHandlerContext) => unknown;

/** Told about a failure, and about the event that was being handled. What it throws is ignored. */
export type OnRobotError = (error: LagError, event?: RobotEvent) => unknown;

/** How a handler ended. */
export interface HandlerOutcome {
  /** Absent if it succeeded. */
  readonly error?: LagError;
  /** Whether it is still running, and nobody waits for it any more. */
  readonly isUnfinished?: boolean;
}

/** How long a handler may take, unless told otherwise. */
export const HANDLER_TIMEOUT_MS = 300_000;

/** The handler of an event, if there is one. */
export const handlerOf = (
  handlers: RobotEventHandlers | RobotEventHandler,
  event: RobotEvent,
): RobotEventHandler | undefined => {
  if (typeof handlers === 'function') return handlers;
  // An own property, because the type comes from the server.
  if (!Object.hasOwn(handlers, event.type)) return undefined;
  return handlers[event.type] as RobotEventHandler | undefined; // because the key says that it takes this event
};

/**
 * Runs a handler and waits for it, for at most `timeoutMs` and not after `stop` has aborted. Never rejects, and leaves no
 * timer or listener behind.
 */
export const runHandler = (
  handler: RobotEventHandler,
  event: RobotEvent,
  timeoutMs: number,
  stop?: AbortSignal,
): Promise<HandlerOutcome> =>
  new Promise((resolve) => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (outcome: HandlerOutcome) => {
      resolve(outcome);
      clearTimeout(timer);
      stopListening();
    };
    const abandon = (message: string) => {
      const error = lagError('timeout', message);
      finish({ error, isUnfinished: true });
      controller.abort(error);
    };
    const stopListening = onAbort(stop, () => abandon('the handler was still running when the time to stop was over'));
    if (timeoutMs <= MAX_TIMER_MS)
      timer = setTimeout(() => abandon(`the handler did not finish within ${timeoutMs} ms`), timeoutMs);
    void settleHandler(handler, event, { signal: controller.signal }).then(finish);
  });

const settleHandler = async (
  handler: RobotEventHandler,
  event: RobotEvent,
  context: RobotHandlerContext,
): Promise<HandlerOutcome> => {
  try {
    const returned: unknown = await handler(event, context);
    return isErr(returned) ? { error: toHandlerError(returned.error) } : {};
  } catch (thrown) {
    return { error: toHandlerError(thrown) };
  }
};

/** Whether a value looks like an `Err`; there may be two copies of neverthrow. */
const isErr = (value: unknown): value is { readonly error: unknown } =>
  typeof value === 'object' &&
  value !== null &&
  'isErr' in value &&
  typeof value.isErr === 'function' &&
  Boolean(value.isErr());

/** The error for what a handler threw or put into an `Err`: a `LagError` as it is, anything else as the `cause` of one. */
export const toHandlerError = (failure: unknown): LagError =>
  isLagError(failure) ? failure : toInvalidInput(failure, 'a handler failed');
