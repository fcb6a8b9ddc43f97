import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { requireAmount } from '../call-options.js';
import type { LagError } from '../errors.js';
import { ownFields, toInvalidInput } from '../invalid-input.js';
import type { RobotEvent } from '../models/robot-events.js';
import type { LagResult } from '../pipeline/types.js';
import {
  HANDLER_TIMEOUT_MS,
  handlerOf,
  runHandler,
  type RobotEventHandler,
  type RobotEventHandlers,
} from './run-handler.js';

/** Options of `handleRobotEvent`. */
export interface HandleRobotEventOptions {
  /**
   * How long the handler may take, in milliseconds. After that its `signal` aborts. `Infinity` for no limit.
   * @default 300_000
   */
  readonly handlerTimeoutMs?: number | undefined;
}

/**
 * Gives one event to its handler, for events that come out of a queue. Returns the error that the handler ended in, so that
 * the queue can deliver the event again.
 */
export function handleRobotEvent(
  handlers: RobotEventHandlers | RobotEventHandler,
  event: RobotEvent,
  options?: HandleRobotEventOptions,
): LagResult<void> {
  return new ResultAsync(handle(handlers, event, options));
}

const handle = async (
  handlers: RobotEventHandlers | RobotEventHandler,
  event: RobotEvent,
  options: HandleRobotEventOptions | undefined,
): Promise<Result<void, LagError>> => {
  try {
    const { handlerTimeoutMs = HANDLER_TIMEOUT_MS } = ownFields(options);
    requireAmount('handlerTimeoutMs', handlerTimeoutMs, 1);
    const handler = handlerOf(handlers, event);
    if (!handler) return ok(undefined);
    const { error } = await runHandler(handler, event, handlerTimeoutMs);
    return error ? err(error) : ok(undefined);
  } catch (thrown) {
    return err(toInvalidInput(thrown));
  }
};
