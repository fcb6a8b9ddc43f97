import * as v from 'valibot';
import type { CallOptions } from '../call-options.js';
import type { RobotContext } from '../context.js';
import { call } from '../call.js';
import type { LagIterable } from '../pagination.js';
import type { LagResult } from '../pipeline/types.js';
import { listen, type ListenOptions, type Connect } from './listen.js';
import type { RobotEvent } from '../models/robot-events.js';
import { toRobotEvent } from './robot-event.js';

// `null`, because a response without a body says that there are none.
const EventsSchema = /*#__PURE__*/ v.nullable(/*#__PURE__*/ v.array(/*#__PURE__*/ v.unknown()));

const POLL_TIMEOUT_MS = 60_000;

/**
 * Asks once for the events that wait for the robot; the server may hold the request for a while when there are none.
 *
 * `GET /robots/@me/events/poll`. Robots only, and only those made for long poll. `timeoutMs` is 60 000 unless you give
 * another.
 */
export function pollRobotEvents(ctx: RobotContext, options?: CallOptions): LagResult<RobotEvent[]> {
  return call(
    ctx,
    {
      name: 'pollRobotEvents',
      path: '/robots/@me/events/poll',
      robot: 'only',
      timeoutMs: POLL_TIMEOUT_MS,
      response: EventsSchema,
    },
    options,
  ).map((events) => (events ?? []).map((event) => toRobotEvent(event)));
}

/**
 * Listens for the robot's events by long poll; see `listenRobotEvents`.
 *
 * `GET /robots/@me/events/poll`. Robots only. Polls start 1.5 s apart on the average.
 */
export function listenByPoll(ctx: RobotContext, options?: ListenOptions): LagIterable<RobotEvent> {
  return listen(byPoll(ctx), options);
}

export const byPoll =
  (ctx: RobotContext): Connect =>
  (options) => [pollRobotEvents(ctx, options)];
