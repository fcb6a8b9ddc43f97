import { createParser } from 'eventsource-parser';
import { err, ok } from 'neverthrow';
import type { RobotContext } from '../context.js';
import { lagError, renewError, type LagError } from '../errors.js';
import { call } from '../call.js';
import type { LagIterable } from '../pagination.js';
import type { LagResponse } from '../pipeline/types.js';
import { listen, type ListenOptions, type Connect } from './listen.js';
import type { RobotEvent } from '../models/robot-events.js';
import { toRobotEvent } from './robot-event.js';

// The server sends something every 30 s at least.
const SILENCE_MS = 75_000;

/** Options of `streamRobotEvents`. */
export type StreamOptions = Pick<ListenOptions, 'lastEventId' | 'signal'>;

/**
 * Opens one stream of the robot's events; its end is an `Err`.
 *
 * `GET /robots/@me/events/sse`. Robots only, and only those made for SSE. Without `lastEventId` it starts with what
 * happens from now on.
 */
export function streamRobotEvents(ctx: RobotContext, options?: StreamOptions): LagIterable<RobotEvent> {
  return listen(bySse(ctx), options, true);
}

/**
 * Listens for the robot's events by SSE; see `listenRobotEvents`.
 *
 * `GET /robots/@me/events/sse`. Robots only. Without `lastEventId` it starts with what happens from now on.
 */
export function listenBySse(ctx: RobotContext, options?: ListenOptions): LagIterable<RobotEvent> {
  return listen(bySse(ctx), options);
}

export const bySse = (ctx: RobotContext): Connect => {
  // What the server's `retry:` asks for, for this connection and those to come.
  let retrySeconds = 0;
  const fail = (error: LagError & { readonly retryAfterSeconds?: number }) => {
    if (!retrySeconds) return err(error);
    return err(renewError(error, { retryAfterSeconds: Math.max(retrySeconds, error.retryAfterSeconds ?? 0) }));
  };

  return async function* (options) {
    const answer = await call<LagResponse>(
      ctx,
      {
        name: 'listenBySse',
        path: '/robots/@me/events/sse',
        robot: 'only',
        stream: true,
        headers: { accept: 'text/event-stream' },
      },
      { timeoutMs: SILENCE_MS, ...options },
    );
    if (answer.isErr()) return yield fail(answer.error);
    const signal = options.signal!;
    const reader = answer.value.stream?.getReader();
    const cancel = () => void reader?.cancel().catch(() => {});
    const batch: RobotEvent[] = [];
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        let payload: unknown = data;
        try {
          payload = JSON.parse(data);
        } catch {}
        batch.push(toRobotEvent(payload, id, event));
      },
      onRetry: (ms) => (retrySeconds = ms / 1000),
      // Characters of one event.
      maxBufferSize: 1e6,
    });
    const decoder = new TextDecoder();
    let why = 'the stream ended';
    // The pipeline's own listener is gone since the headers came.
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    try {
      while (reader) {
        const timer = setTimeout(() => {
          why = 'the stream stalled';
          cancel();
        }, SILENCE_MS);
        const { value } = await reader.read().finally(() => clearTimeout(timer));
        if (!value) break;
        parser.feed(decoder.decode(value, { stream: true }));
        yield ok(batch.splice(0));
      }
    } catch {
      why = 'the stream broke';
    } finally {
      signal.removeEventListener('abort', cancel);
      cancel();
    }
    yield fail(lagError('connection', why));
  };
};
