import { onAbort } from '../pipeline/on-abort.js';

/** How a listener is told to end. */
export interface Stop {
  /** Aborts when the user's signal does. */
  readonly requested: AbortSignal;
  /** Aborts when nothing more is to be asked for. */
  readonly waits: AbortSignal;
  /** Aborts when the connection has to end, which may be later. */
  readonly connection: AbortSignal;
  /** Whether the loop was left, and wants no more events. */
  hasLeft(): boolean;
  /** Ends when the user's signal aborts; a connection that is open then may go on for `drainMs`. */
  follow(signal: AbortSignal | undefined, drainMs: number): void;
  /** Ends everything, and lets go of the user's signal. */
  leave(): void;
}

export const createStop = (): Stop => {
  const requested = new AbortController();
  const waits = new AbortController();
  const connection = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopListening = () => {};
  let hasLeft = false;
  return {
    requested: requested.signal,
    waits: waits.signal,
    connection: connection.signal,
    hasLeft: () => hasLeft,
    follow: (signal, drainMs) => {
      if (hasLeft) return;
      const end = () => {
        requested.abort();
        waits.abort();
        if (drainMs > 0) timer = setTimeout(() => connection.abort(), drainMs);
        else connection.abort();
      };
      stopListening = onAbort(signal, end);
      if (signal?.aborted) end();
    },
    leave: () => {
      hasLeft = true;
      stopListening();
      clearTimeout(timer);
      waits.abort();
      connection.abort();
    },
  };
};

// Which signal stops a listener, so that whoever handles its events knows when the time to finish begins.
const stopSignals = /*#__PURE__*/ new WeakMap<object, AbortSignal>();

export const setStopSignal = (events: object, signal: AbortSignal): void => void stopSignals.set(events, signal);

/** The signal that aborts when the user stops the listener of these events. */
export const stopSignalOf = (events: object): AbortSignal | undefined =>
  // Anything else than an object cannot be a key, and is no listener.
  Object(events) === events ? stopSignals.get(events) : undefined;
