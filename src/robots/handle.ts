import { isLagError, lagError, type LagError } from '../errors.js';
import type { RobotEvent } from '../models/robot-events.js';

/**
 * What to do with each type of event. A handler that throws, rejects, or answers an `Err` (its own or that of an
 * operation) has failed; its promise is waited for.
 */
export type RobotEventHandlers = {
  readonly [Event in RobotEvent as Event['type']]?: ((event: Event) => unknown) | undefined;
};

/** Told of what failed, and of the event that it failed on. What it throws is ignored. */
export type OnRobotError = (error: LagError, event?: RobotEvent) => unknown;

/** Runs the handler of an event; gives the error that it ended in. Never rejects. */
export const handle = async (handlers: RobotEventHandlers, event: RobotEvent): Promise<LagError | undefined> => {
  let failure: unknown;
  try {
    const answer: unknown = await (handlers[event.type] as ((event: RobotEvent) => unknown) | undefined)?.(event);
    const { isErr, error } = Object(answer) as { isErr?: unknown; error?: unknown };
    if (typeof isErr !== 'function' || !isErr.call(answer)) return undefined;
    failure = error;
  } catch (thrown) {
    failure = thrown;
  }
  return toHandlerError(failure);
};

/** What a user's own code threw, or put into an `Err`. */
export const toHandlerError = (failure: unknown): LagError =>
  isLagError(failure) ? failure : lagError('invalid_input', 'a handler failed', { cause: failure });

/** Calls a hook; whatever it does stays without consequences. */
export const tell = <Args extends unknown[]>(hook: ((...args: Args) => unknown) | undefined, ...args: Args): void => {
  (async () => hook?.(...args))().catch(() => {});
};
