import * as v from 'valibot';
import { call } from '../call.js';
import type { CallOptions } from '../call-options.js';
import type { RobotContext } from '../context.js';
import type { LagIterable } from '../pagination.js';
import type { LagResult } from '../pipeline/types.js';
import type { Connect } from './connection.js';
import { listen, type ListenMode, type ListenOptions } from './listen.js';
import { retryAfterMs } from '../pipeline/retry-after.js';
import type { RobotEvent } from '../models/robot-events.js';
import { toRobotEvent } from './robot-event.js';

// The server may hold a poll for about 30 s.
const POLL_TIMEOUT_MS = 60_000;

// `null` is an answer without a body: there are no events. The fast path refuses lists of more than 10 000.
const PolledEventsSchema = /*#__PURE__*/ v.nullable(/*#__PURE__*/ v.array(/*#__PURE__*/ v.unknown()));

/**
 * Asks once for the events that are waiting for the robot. The server may hold the request while there are none.
 *
 * `GET /robots/@me/events/poll`. Robots only, and only those made for long poll. Lag considers the events delivered once it
 * has answered. `timeoutMs` is 60 000 unless you pass another.
 */
export function pollRobotEvents(ctx: RobotContext, options?: CallOptions): LagResult<RobotEvent[]> {
  return call(
    ctx,
    {
      name: 'pollRobotEvents',
      path: '/robots/@me/events/poll',
      robot: 'only',
      timeoutMs: POLL_TIMEOUT_MS,
      response: PolledEventsSchema,
    },
    options,
  ).map((events) => (events ?? []).map((event) => toRobotEvent(event)));
}

/**
 * Listens for the robot's events by long poll; see `listenRobotEvents`.
 *
 * `GET /robots/@me/events/poll`. Robots only. Polls start 1.5 s apart on average.
 */
export function listenByPoll(ctx: RobotContext, options?: ListenOptions): LagIterable<RobotEvent> {
  return listen(connectByPoll(ctx), options, POLL_MODE);
}

export const POLL_MODE: ListenMode = { mayLoseEvents: true };

export const connectByPoll = (ctx: RobotContext): Connect =>
  async function* (options) {
    // A deadline of the context is for calls, not for the listener.
    const polled = await pollRobotEvents(ctx, { maxRetries: 0, deadlineMs: Infinity, ...options });
    if (polled.isErr()) return yield { kind: 'failed', error: polled.error, minDelayMs: retryAfterMs(polled.error) };
    yield { kind: 'open' };
    yield { kind: 'events', events: polled.value };
  };
