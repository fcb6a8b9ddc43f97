import { err, ok } from 'neverthrow';
import { requireAmount } from '../call-options.js';
import { invalidInput, ownFields, toInvalidInput } from '../invalid-input.js';
import type { LagError, LagErrorKind } from '../errors.js';
import type { LagIterable } from '../pagination.js';
import { sleep } from '../pipeline/sleep.js';
import type { Connect, ConnectionStep } from './connection.js';
import { isOlderThan } from './event-age.js';
import { createRecentIds, flatCopy, toHeaderValue } from './event-ids.js';
import { notify } from '../pipeline/notify.js';
import { isAbortSignal } from '../pipeline/on-abort.js';
import { createPace, reconnectBackoffMs } from './pace.js';
import { printError } from './report-errors.js';
import type { RobotEvent } from '../models/robot-events.js';
import { createStop, setStopSignal, type Stop } from './stop.js';

/** What a listener is doing. */
export type ListenState = 'connecting' | 'open' | 'waiting';

/** Options of every listener. */
export interface ListenOptions {
  /** Resumes after this event: the `id` of the last event that you have handled. */
  readonly lastEventId?: string | undefined;
  /**
   * Stops the listener without an `Err`: it asks for nothing more, hands over the events that it has, and ends. Leaving
   * the loop stops it immediately and drops them.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long a poll that is under way when `signal` aborts may still be answered, in milliseconds. Lag considers the
   * events of a poll delivered once it has answered, so a poll that is cut off may lose them.
   * @default 500
   */
  readonly drainMs?: number | undefined;
  /** Skips events that are older than so many milliseconds, by their `timestamp`: a backlog after downtime, say. */
  readonly maxAgeMs?: number | undefined;
  /** Called for each event that `maxAgeMs` skips. What it throws is ignored. */
  readonly onSkip?: ((event: RobotEvent) => unknown) | undefined;
  /**
   * Called when a connection has failed, with the milliseconds until the next one; with 0 if an event could not be read
   * and the connection goes on. What it throws is ignored. Without it, the first failure is printed with `console.error`,
   * unless it is the end of a stream that worked.
   */
  readonly onReconnect?: ((error: LagError, delayMs: number) => unknown) | undefined;
  /**
   * Called when the listener starts to connect, when the server has accepted the connection (of polls: has answered one),
   * and when it waits before it connects again. What it throws is ignored.
   */
  readonly onState?: ((state: ListenState) => unknown) | undefined;
}

/** How a transport is listened to. */
export interface ListenMode {
  /** Whether the first failure ends the listener. */
  readonly once?: boolean;
  /** Whether a connection that is cut off may lose events, so that it gets `drainMs` to end by itself. */
  readonly mayLoseEvents?: boolean;
}

/** Failures that a later connection may not meet. */
const TRANSIENT: ReadonlySet<LagErrorKind> = /*#__PURE__*/ new Set<LagErrorKind>([
  'server',
  'rate_limit',
  'connection',
  'timeout',
  'invalid_response',
]);

// A server that asks for more is asked again all the same.
const LONGEST_DELAY_MS = 3_600_000;

const DEFAULT_DRAIN_MS = 500;

// A connection that has lasted for so long was not a failure, even if no event came.
const STABLE_AFTER_MS = 60_000;

type ConnectionFailure = Extract<ConnectionStep, { kind: 'failed' }>;

/** Connects again and again, or once. Yields each event once, then at most one `Err`. */
export const listen = (
  connect: Connect,
  options: ListenOptions | undefined,
  mode: ListenMode = {},
): LagIterable<RobotEvent> => {
  const stop = createStop();
  const events = run(connect, options, mode, stop);
  const endGenerator = events.return;
  events.return = (value) => {
    stop.leave();
    return endGenerator.call(events, value);
  };
  // A listener yields an `Err` instead of throwing, so what is thrown into it only ends it.
  events.throw = () => events.return();
  setStopSignal(events, stop.requested);
  return events;
};

async function* run(
  connect: Connect,
  options: ListenOptions | undefined,
  { once = false, mayLoseEvents = false }: ListenMode,
  stop: Stop,
): LagIterable<RobotEvent> {
  try {
    const settings = readOptions(options);
    stop.follow(settings.signal, mayLoseEvents ? settings.drainMs : 0);
    const setState = createStateNotifier(settings.onState);
    const tellFailure = createFailureNotifier(settings.onReconnect);
    const pace = createPace();
    const recentIds = createRecentIds();
    let position = settings.lastEventId;
    if (position !== undefined) recentIds.isRepeated(position);
    /** Moves to where the next connection resumes, unless the id cannot be sent. */
    const moveTo = (id: string) => {
      if (toHeaderValue(id) !== undefined) position = flatCopy(id);
    };
    let failures = 0;
    while (!stop.waits.aborted) {
      const startedAt = performance.now();
      let openedAt = Infinity;
      let failure: ConnectionFailure | undefined;
      setState('connecting');
      for await (const step of connect({ signal: stop.connection, headers: resumeHeaders(position) })) {
        if (stop.hasLeft()) return;
        switch (step.kind) {
          case 'open':
            openedAt = performance.now();
            setState('open');
            break;
          case 'events':
            for (const event of step.events) {
              failures = 0;
              if (recentIds.isRepeated(event.id)) continue;
              if (isOlderThan(event, settings.maxAgeMs)) notify(settings.onSkip, event);
              else yield ok(event);
              moveTo(event.id);
            }
            break;
          case 'position':
            moveTo(step.id);
            break;
          case 'skipped':
            moveTo(step.id);
            tellFailure(step.error, 0, false);
            break;
          case 'failed':
            failure = step;
            break;
        }
      }
      if (stop.waits.aborted) return;
      const now = performance.now();
      let delayMs = pace(startedAt, now);
      if (!failure || now - openedAt >= STABLE_AFTER_MS) failures = 0;
      if (failure) {
        const { error, minDelayMs = 0, isFinal = false } = failure;
        if (once || isFinal || !TRANSIENT.has(error.kind)) return yield err(error);
        delayMs = Math.min(LONGEST_DELAY_MS, Math.max(delayMs, minDelayMs, reconnectBackoffMs(failures)));
        setState('waiting');
        // Servers end streams now and then, which is no news.
        tellFailure(error, delayMs, failures === 0 && openedAt < Infinity);
        failures++;
      }
      await sleep(delayMs, stop.waits);
    }
  } catch (thrown) {
    yield err(toInvalidInput(thrown));
  } finally {
    stop.leave();
  }
}

interface ListenSettings extends ListenOptions {
  readonly drainMs: number;
  readonly maxAgeMs: number;
}

const readOptions = (options: ListenOptions | undefined): ListenSettings => {
  const { lastEventId, signal, drainMs = DEFAULT_DRAIN_MS, maxAgeMs = Infinity, ...hooks } = ownFields(options);
  if (signal !== undefined && !isAbortSignal(signal)) throw invalidInput('invalid signal: pass an AbortSignal');
  if (lastEventId !== undefined && lastEventId !== '' && toHeaderValue(lastEventId) === undefined)
    throw invalidInput('invalid lastEventId: it cannot be sent in a header');
  requireAmount('drainMs', drainMs, 0);
  requireAmount('maxAgeMs', maxAgeMs, 0);
  return { ...hooks, lastEventId: lastEventId || undefined, signal, drainMs, maxAgeMs };
};

/** The header that makes the server resume after an event. */
const resumeHeaders = (lastEventId: string | undefined): Record<string, string> => {
  const value = lastEventId === undefined ? undefined : toHeaderValue(lastEventId);
  return value === undefined ? {} : { 'last-event-id': value };
};

/** Tells of each change once. Polls that follow each other are one open connection. */
const createStateNotifier = (onState: ListenOptions['onState']): ((state: ListenState) => void) => {
  let current: ListenState | undefined;
  return (state) => {
    if (state === current || (state === 'connecting' && current === 'open')) return;
    current = state;
    notify(onState, state);
  };
};

type TellFailure = (error: LagError, delayMs: number, isRoutine: boolean) => void;

const createFailureNotifier = (onReconnect: ListenOptions['onReconnect']): TellFailure => {
  if (onReconnect !== undefined) return (error, delayMs) => notify(onReconnect, error, delayMs);
  let hasPrinted = false;
  return (error, delayMs, isRoutine) => {
    if (hasPrinted || isRoutine) return;
    hasPrinted = true;
    const next = delayMs > 0 ? `; the next connection is in ${Math.round(delayMs)} ms` : '';
    printError(`receiving events failed: ${error.message}${next} (pass onReconnect to see every failure)`, error);
  };
};
