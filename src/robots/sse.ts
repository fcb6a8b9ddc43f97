import { createParser } from 'eventsource-parser';
import { call } from '../call.js';
import type { RobotContext } from '../context.js';
import { lagError, type LagError } from '../errors.js';
import type { LagIterable } from '../pagination.js';
import type { LagResponse } from '../pipeline/types.js';
import type { Connect, ConnectionStep } from './connection.js';
import { flatCopy } from './event-ids.js';
import { listen, type ListenOptions } from './listen.js';
import { onAbort } from '../pipeline/on-abort.js';
import { retryAfterMs } from '../pipeline/retry-after.js';
import type { RobotEvent } from '../models/robot-events.js';
import { toRobotEvent } from './robot-event.js';
import { createBlockSplitter } from './sse-blocks.js';
import { discard } from '../transports/read-bytes.js';
import { yieldToTimers } from '../transports/yield-to-timers.js';

// The server sends something every 30 s at least.
const SILENCE_MS = 75_000;

// A message has at most 2000 characters.
const MAX_EVENT_BYTES = 1_000_000;

// A stream whose pieces are there already would keep timers and signals from firing.
const PIECES_BETWEEN_TURNS = 512;

/** Options of `streamRobotEvents`. */
export type StreamOptions = Pick<ListenOptions, 'lastEventId' | 'signal' | 'maxAgeMs' | 'onSkip' | 'onState'>;

/**
 * Opens one stream of the robot's events; its end is an `Err`.
 *
 * `GET /robots/@me/events/sse`. Robots only, and only those created for SSE. Without `lastEventId` it starts with what
 * happens from now on.
 */
export function streamRobotEvents(ctx: RobotContext, options?: StreamOptions): LagIterable<RobotEvent> {
  return listen(connectBySse(ctx), options, { once: true });
}

/**
 * Listens for the robot's events by SSE; see `listenRobotEvents`.
 *
 * `GET /robots/@me/events/sse`. Robots only. Without `lastEventId` it starts with what happens from now on.
 */
export function listenBySse(ctx: RobotContext, options?: ListenOptions): LagIterable<RobotEvent> {
  return listen(connectBySse(ctx), options);
}

const connectBySse = (ctx: RobotContext): Connect => {
  // What the server's `retry:` field asks for; it holds for later connections, too.
  const requested = { retryMs: 0 };

  const failed = (error: LagError): ConnectionStep => ({
    kind: 'failed',
    error,
    minDelayMs: Math.max(requested.retryMs, retryAfterMs(error)),
  });

  return async function* ({ signal, headers }) {
    const response = await call<LagResponse>(
      ctx,
      {
        name: 'listenBySse',
        path: '/robots/@me/events/sse',
        robot: 'only',
        stream: true,
        headers: { accept: 'text/event-stream' },
      },
      { timeoutMs: SILENCE_MS, deadlineMs: Infinity, maxRetries: 0, signal, headers },
    );
    if (response.isErr()) return yield failed(response.error);
    const refusal = checkStream(response.value);
    if (refusal) {
      if (response.value.stream) discard(response.value.stream);
      return yield refusal.isFinal ? { kind: 'failed', ...refusal } : failed(refusal.error);
    }
    yield { kind: 'open' };
    const reason = yield* readStream(response.value, signal, requested);
    yield failed(lagError('connection', reason));
  };
};

/** Why a response is no stream of events. */
const checkStream = ({ status, headers }: LagResponse): { error: LagError; isFinal: boolean } | undefined => {
  const invalidResponse = (message: string) =>
    lagError('invalid_response', message, { status, issues: [{ path: '', message }] });
  if (status === 204)
    return {
      error: invalidResponse('the server has no event stream for this robot, and asks to stop (204)'),
      isFinal: true,
    };
  const contentType = headers.get('content-type') ?? 'none';
  const [mediaType = ''] = contentType.split(';');
  if (mediaType.trim().toLowerCase() === 'text/event-stream') return undefined;
  const message = `the response is no event stream: its content type is ${contentType.slice(0, 100)}`;
  return { error: invalidResponse(message), isFinal: false };
};

/** Reads a stream to its end; returns how it ended. */
async function* readStream(
  { stream }: LagResponse,
  signal: AbortSignal,
  requested: { retryMs: number },
): AsyncGenerator<ConnectionStep, string> {
  const steps: ConnectionStep[] = [];
  const splitter = createEventSplitter(steps, requested);
  const reader = stream?.getReader();
  let end = 'the stream ended';
  const cancel = () => void reader?.cancel().catch(() => {});
  // The call's own listener is gone since the headers came.
  const stopListening = onAbort(signal, cancel);
  try {
    for (let pieces = 1; reader && !signal.aborted; pieces++) {
      const timer = setTimeout(() => {
        end = 'the stream stalled';
        cancel();
      }, SILENCE_MS);
      const { value } = await reader.read().finally(() => clearTimeout(timer));
      if (!value) break;
      splitter.push(value);
      yield* steps.splice(0);
      if (pieces % PIECES_BETWEEN_TURNS === 0) await yieldToTimers();
    }
  } catch {
    end = 'the stream broke';
  } finally {
    stopListening();
    cancel();
  }
  return end;
}

/** Turns the bytes of a stream into steps. */
const createEventSplitter = (steps: ConnectionStep[], requested: { retryMs: number }) => {
  let hasEvent = false;
  const parser = createParser({
    onEvent: ({ id = '', event: type, data }) => {
      hasEvent = true;
      steps.push({ kind: 'events', events: [toRobotEvent(parseData(data), flatCopy(id), type)] });
    },
    onRetry: (ms) => (requested.retryMs = ms),
  });
  return createBlockSplitter({
    maxBytes: MAX_EVENT_BYTES,
    onBlock: (text) => {
      hasEvent = false;
      // The parser waits for the rest of a line end that may be a pair.
      parser.feed(text.endsWith('\r') ? `${text}\n` : text);
      const id = hasEvent ? '' : lastIdIn(text);
      if (id !== '') steps.push({ kind: 'position', id });
    },
    onOversize: (beginning) => {
      const message = `an event of more than ${MAX_EVENT_BYTES} bytes was skipped`;
      const error = lagError('invalid_response', message, { issues: [{ path: '', message }] });
      steps.push({ kind: 'skipped', id: lastIdIn(beginning), error });
    },
  });
};

/** The event's payload: JSON, or the text as it is. */
const parseData = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
};

/** The value of the last `id` field of a block; `''` if there is none. */
const lastIdIn = (block: string): string => {
  let id = '';
  for (const [, value = ''] of block.matchAll(/^id(?:: ?(.*))?$/gm)) id = value;
  return flatCopy(id);
};
