import * as v from 'valibot';
import type { CallOptions, RobotContext } from '../context.js';
import { call } from '../call.js';
import type { LagIterable } from '../pagination.js';
import type { LagResult } from '../pipeline/types.js';
import { listen, type ListenOptions, type Connect } from './listen.js';
import type { RobotEvent } from '../models/robot-events.js';
import { toRobotEvent } from './robot-event.js';

// `null`, too: an answer without a body says that there are no events.
const DeliveriesSchema = /*#__PURE__*/ v.nullable(/*#__PURE__*/ v.array(/*#__PURE__*/ v.unknown()));

/**
 * Asks once for the events that wait for the robot; the server may hold the request for a while when there are none.
 *
 * `GET /robots/@me/events/poll`. Robots only, and only those made for long poll. `timeoutMs` is 60 000 unless you give
 * another.
 */
export function pollRobotEvents(ctx: RobotContext, options?: CallOptions): LagResult<RobotEvent[]> {
  let patient = options;
  try {
    patient = { timeoutMs: 60_000, ...options };
  } catch {
    // `call` meets the same and says so.
  }
  return call(ctx, { path: '/robots/@me/events/poll', robot: 'only', response: DeliveriesSchema }, patient).map(
    (deliveries) => (deliveries ?? []).map((delivery) => toRobotEvent(delivery)),
  );
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
