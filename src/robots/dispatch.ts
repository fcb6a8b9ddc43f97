import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { LagError } from '../errors.js';
import { requireAmount } from '../call-options.js';
import { toInvalidInput } from '../invalid-input.js';
import type { LagResult } from '../pipeline/types.js';
import { handle, tell, type OnRobotError, type RobotEventHandlers } from './handle.js';
import type { RobotEvent } from '../models/robot-events.js';

/** Options of `dispatchRobotEvents`. */
export interface DispatchOptions {
  /** Events that are handled at a time, those included that wait for their turn in their room: 10. */
  readonly concurrency?: number | undefined;
  readonly onError?: OnRobotError | undefined;
}

/**
 * Takes events from a listener and gives each to the handler of its type, several at a time, those of one room one
 * after the other and in their order (those without a room: of one user). While all places are taken nothing more is
 * read. Ends when the listener does, after the last handler, with the listener's `Err` if there was one.
 */
export function dispatchRobotEvents(
  events: AsyncIterable<Result<RobotEvent, LagError>>,
  handlers: RobotEventHandlers,
  options?: DispatchOptions,
): LagResult<void> {
  return new ResultAsync(dispatch(events, handlers, options));
}

const dispatch = async (
  events: AsyncIterable<Result<RobotEvent, LagError>>,
  handlers: RobotEventHandlers,
  options: DispatchOptions | undefined,
): Promise<Result<void, LagError>> => {
  const lanes = new Map<unknown, Promise<void>>();
  let running = 0;
  let wake = () => {};
  let outcome: Result<void, LagError> = ok(undefined);
  try {
    const { concurrency = 10, onError } = options ?? {};
    requireAmount('concurrency', concurrency, 1);
    for await (const result of events) {
      if (result.isErr()) {
        outcome = err(result.error);
        break;
      }
      const event = result.value;
      if (!handlers[event.type]) continue;
      const { roomId, userId } = Object(event.data) as { roomId?: unknown; userId?: unknown };
      const lane = roomId ?? userId;
      const turn = (lanes.get(lane) ?? Promise.resolve()).then(async () => {
        const error = await handle(handlers, event);
        if (error) tell(onError, error, event);
        if (lanes.get(lane) === turn) lanes.delete(lane);
        running--;
        wake();
      });
      lanes.set(lane, turn);
      if (++running >= concurrency) await new Promise<void>((resolve) => (wake = resolve));
    }
  } catch (thrown) {
    outcome = err(toInvalidInput(thrown));
  }
  await Promise.all(lanes.values());
  return outcome;
};
