import { invalidInput } from '../invalid-input.js';
import type { RobotContext } from '../context.js';
import type { LagIterable } from '../pagination.js';
import { listen, type ListenOptions } from './listen.js';
import { listenByPoll } from './poll.js';
import { listenBySse } from './sse.js';
import type { RobotEvent } from '../models/robot-events.js';

/** Options of `listenRobotEvents`. */
export interface ListenRobotEventsOptions extends ListenOptions {
  /** The one that the robot was created for. */
  readonly transport: 'sse' | 'poll';
}

/**
 * Listens for the robot's events, each of them once, until the loop is left: it connects again with backoff, resumes where
 * it was, and ends with one `Err` on what another connection cannot change (401, 403, a disabled robot, a robot created
 * for another transport).
 *
 * `GET /robots/@me/events/sse` or `GET /robots/@me/events/poll`. Robots only. `listenByPoll` and `listenBySse` are the same
 * for one transport, without the bytes of the other.
 */
export function listenRobotEvents(ctx: RobotContext, options: ListenRobotEventsOptions): LagIterable<RobotEvent> {
  try {
    if (options.transport === 'poll') return listenByPoll(ctx, options);
    if (options.transport === 'sse') return listenBySse(ctx, options);
  } catch {
    // Options that cannot be read are no transport.
  }
  return listen(() => {
    throw invalidInput("invalid transport: pass 'sse' or 'poll'");
  }, undefined);
}
