import { err, ok, type Result } from 'neverthrow';
import type { CallOptions } from '../call-options.js';
import type { LagError } from '../errors.js';
import { toInvalidInput } from '../invalid-input.js';
import type { LagIterable } from '../pagination.js';
import { sleep } from '../pipeline/sleep.js';
import { tell } from './handle.js';
import type { RobotEvent } from '../models/robot-events.js';

/** Options of every listener. */
export interface ListenOptions {
  /** Goes on after this event: the `id` of the last one that you took. */
  readonly lastEventId?: string | undefined;
  /** Ends the listening at once, without an `Err`. */
  readonly signal?: AbortSignal | undefined;
  /** Told of passing trouble, and in how many milliseconds the listener tries again. What it throws is ignored. */
  readonly onReconnect?: ((error: LagError, delayMs: number) => unknown) | undefined;
}

/** One connection: the events as they come, in batches, and at most one `Err` at the end. */
export type Connect = (
  options: CallOptions,
) => AsyncIterable<Result<RobotEvent[], LagError>> | Iterable<PromiseLike<Result<RobotEvent[], LagError>>>;

/** Connects again and again, or `once`. Each event once; nothing after the first `Err`, and none for an abort. */
export const listen = (open: Connect, options: ListenOptions | undefined, once?: boolean): LagIterable<RobotEvent> => {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const events = run(open, options, once, controller.signal, stop);
  const end = events.return;
  // So that a `next()` that waits ends, too.
  events.return = (value) => {
    stop();
    return end.call(events, value);
  };
  return events;
};

async function* run(
  open: Connect,
  options: ListenOptions | undefined,
  once: boolean | undefined,
  signal: AbortSignal,
  stop: () => void,
): LagIterable<RobotEvent> {
  try {
    // oxlint-disable-next-line eslint/prefer-const -- one of them changes
    let { lastEventId, signal: outer, onReconnect } = options ?? {};
    if (outer?.aborted) return;
    outer?.addEventListener('abort', stop, { signal });
    const seen = new Set<string | undefined>([lastEventId]);
    let slotAt = -6000;
    for (let failures = 0; ;) {
      const startedAt = performance.now();
      let error: (LagError & { readonly retryAfterSeconds?: number }) | undefined;
      for await (const batch of open({
        maxRetries: 0,
        signal,
        ...(lastEventId && { headers: { 'last-event-id': lastEventId } }),
      })) {
        if (batch.isErr()) {
          error = batch.error;
          break;
        }
        failures = 0;
        for (const event of batch.value) {
          const { id } = event;
          if (seen.has(id)) continue;
          if (signal.aborted) return;
          yield ok(event);
          if (!id) continue;
          lastEventId = id;
          // More than any server replays.
          if (seen.add(id).size > 5000) seen.delete(seen.values().next().value);
        }
      }
      if (signal.aborted) return;
      // Connections start 1.5 s apart on the average, four of them ahead of that: of a robot's 100 requests a minute
      // 60 are left for the messages that it may send.
      slotAt = Math.max(slotAt, startedAt - 6000) + 1500;
      let delayMs = slotAt - performance.now();
      if (error) {
        if (once || !/server|rate_limit|connection|timeout|invalid_response/.test(error.kind)) return yield err(error);
        delayMs = Math.min(
          3_600_000,
          Math.max(
            delayMs,
            (error.retryAfterSeconds ?? 0) * 1000,
            Math.min(30_000, 1000 * 2 ** failures++) * (1 + Math.random() / 4),
          ),
        );
        tell(onReconnect, error, delayMs);
      }
      await sleep(delayMs, signal);
    }
  } catch (thrown) {
    yield err(toInvalidInput(thrown));
  } finally {
    stop();
  }
}
