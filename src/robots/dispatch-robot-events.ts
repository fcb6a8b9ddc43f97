import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { ownFields, toInvalidInput } from '../invalid-input.js';
import { lagError, type LagError } from '../errors.js';
import type { LagResult } from '../pipeline/types.js';
import { MAX_TIMER_MS, requireAmount } from '../call-options.js';
import { createLanes } from './lanes.js';
import { onAbort } from '../pipeline/on-abort.js';
import { createErrorReporter, printError } from './report-errors.js';
import type { RobotEvent } from '../models/robot-events.js';
import {
  HANDLER_TIMEOUT_MS,
  handlerOf,
  runHandler,
  type OnRobotError,
  type RobotEventHandler,
  type RobotEventHandlers,
} from './run-handler.js';
import { stopSignalOf } from './stop.js';

/** Options of `dispatchRobotEvents`. */
export interface DispatchOptions {
  /**
   * Handlers that run at a time. While as many are running, no further events are read.
   * @default 10
   */
  readonly concurrency?: number | undefined;
  /**
   * Events that may wait for the handler of their room. While as many are waiting, no further events are read.
   * @default 1_000
   */
  readonly maxWaiting?: number | undefined;
  /**
   * How long a handler may take, in milliseconds. After that its `signal` aborts, `onError` gets a `timeout` error, and
   * the next event of its room is handled. `Infinity` for no limit.
   * @default 300_000
   */
  readonly handlerTimeoutMs?: number | undefined;
  /**
   * How long handlers may go on after the listener's `signal` has aborted, in milliseconds. What is left then goes to
   * `onError`.
   * @default 8_000
   */
  readonly drainTimeoutMs?: number | undefined;
  /**
   * Told about each failed handler and its event. Without it, the first failure of each kind and the listener's `Err` are
   * printed with `console.error`.
   */
  readonly onError?: OnRobotError | undefined;
}

interface DispatchSettings {
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly handlerTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly onError: OnRobotError | undefined;
}

type RobotEvents = AsyncIterable<Result<RobotEvent, LagError>>;

/**
 * Gives each event of a listener to the handler of its type. Events of one room are handled one after the other and in
 * order; so are those without a room by their user, or else by their type. Different rooms are handled at the same time.
 * Pass one function instead of handlers by type to handle every event.
 *
 * Ends when the listener ends and the last handler is done, with the listener's `Err` if there was one.
 */
export function dispatchRobotEvents(
  events: RobotEvents,
  handlers: RobotEventHandlers | RobotEventHandler,
  options?: DispatchOptions,
): LagResult<void> {
  return new ResultAsync(dispatch(events, handlers, options));
}

const dispatch = async (
  events: RobotEvents,
  handlers: RobotEventHandlers | RobotEventHandler,
  options: DispatchOptions | undefined,
): Promise<Result<void, LagError>> => {
  try {
    return await handleEvents(events, handlers, readOptions(options));
  } catch (thrown) {
    return err(toInvalidInput(thrown));
  }
};

const readOptions = (options: DispatchOptions | undefined): DispatchSettings => {
  const {
    concurrency = 10,
    maxWaiting = 1000,
    handlerTimeoutMs = HANDLER_TIMEOUT_MS,
    drainTimeoutMs = 8000,
    onError,
  } = ownFields(options);
  requireAmount('concurrency', concurrency, 1);
  requireAmount('maxWaiting', maxWaiting, 1);
  requireAmount('handlerTimeoutMs', handlerTimeoutMs, 1);
  requireAmount('drainTimeoutMs', drainTimeoutMs, 0);
  return { concurrency, maxWaiting, handlerTimeoutMs, drainTimeoutMs, onError };
};

const handleEvents = async (
  events: RobotEvents,
  handlers: RobotEventHandlers | RobotEventHandler,
  { concurrency, maxWaiting, handlerTimeoutMs, drainTimeoutMs, onError }: DispatchSettings,
): Promise<Result<void, LagError>> => {
  const report = createErrorReporter(onError);
  const giveUp = (event: RobotEvent, reason: string) => report(lagError('timeout', `not handled: ${reason}`), event);
  const drain = new AbortController();
  const lanes = createLanes({
    concurrency,
    maxWaiting,
    run: async (event) => {
      const handler = handlerOf(handlers, event);
      const outcome = handler ? await runHandler(handler, event, handlerTimeoutMs, drain.signal) : {};
      if (outcome.error) report(outcome.error, event);
      return outcome;
    },
    onDrop: (event) => giveUp(event, `the handlers of its room hang, and ${maxWaiting} events are waiting`),
  });
  const reason = `the time to stop, ${drainTimeoutMs} ms, was over`;
  const clearDrainTimer = startDrainTimer(stopSignalOf(events), drainTimeoutMs, () => {
    // First what waits, so that no other handler starts when those that run are given up.
    for (const event of lanes.clear()) giveUp(event, reason);
    drain.abort();
    lanes.wake();
  });
  try {
    for await (const result of events) {
      if (result.isErr()) {
        const { error } = result;
        // Whoever has no eye on failures may have none on the result, either.
        if (onError === undefined) printError(`the robot gets no more events: ${error.message}`, error);
        return err(error);
      }
      const event = result.value;
      if (!handlerOf(handlers, event)) continue;
      if (drain.signal.aborted) giveUp(event, reason);
      else lanes.add(event);
      while (!lanes.hasCapacity() && !drain.signal.aborted) await lanes.change();
    }
    return ok(undefined);
  } finally {
    while (!lanes.isIdle() && !drain.signal.aborted) await lanes.change();
    clearDrainTimer();
  }
};

/** Calls `onOver` some time after the listener was told to stop; returns what calls that off. */
const startDrainTimer = (stop: AbortSignal | undefined, drainTimeoutMs: number, onOver: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    if (drainTimeoutMs <= MAX_TIMER_MS) timer = setTimeout(onOver, drainTimeoutMs);
  };
  const stopListening = onAbort(stop, start);
  if (stop?.aborted) start();
  return () => {
    stopListening();
    clearTimeout(timer);
  };
};
