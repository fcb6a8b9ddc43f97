import type { RobotContext } from '../context.js';
import type { LagIterable } from '../pagination.js';
import { listen, type ListenOptions, type Connect } from './listen.js';
import { byPoll } from './poll.js';
import type { RobotEvent } from '../models/robot-events.js';
import { bySse } from './sse.js';

/** Options of `listenRobotEvents`. */
export interface ListenRobotEventsOptions extends ListenOptions {
  /** The one that the robot was made for. */
  readonly transport: 'sse' | 'poll';
}

/**
 * Listens for the robot's events, each of them once, for as long as the loop takes them: connects again with backoff,
 * goes on where it was, and ends with one `Err` on what does not heal (401, 403, a robot that is disabled, an event
 * transport that the robot was not made for).
 *
 * `GET /robots/@me/events/sse` or `GET /robots/@me/events/poll`. Robots only. `listenByPoll` and `listenBySse` are the
 * same for one transport, without the bytes of the other.
 */
export function listenRobotEvents(ctx: RobotContext, options: ListenRobotEventsOptions): LagIterable<RobotEvent> {
  let open: Connect | undefined;
  // In here, because options may throw; a transport that is none throws, too.
  return listen((callOptions) => (open ??= { poll: byPoll, sse: bySse }[options.transport](ctx))(callOptions), options);
}
