import { fieldsOf } from '../fields-of.js';

interface Listened {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const listened = /*#__PURE__*/ new WeakMap<AbortSignal, Listened>();

/**
 * Calls back when a signal aborts; returns the function that ends it. However many calls share a signal, it gets one
 * listener, because Node warns of a leak from the eleventh on. Never throws, whatever object the signal is.
 */
export const onAbort = (signal: AbortSignal | undefined, callback: () => void): (() => void) => {
  if (!signal) return () => {};
  let entry = listened.get(signal);
  if (!entry) {
    const callbacks = new Set<() => void>();
    const listener = () => {
      // A copy, because each removes itself.
      const pending = Array.from(callbacks);
      for (const each of pending) each();
    };
    entry = { callbacks, listener };
    try {
      signal.addEventListener('abort', listener);
    } catch {
      // A foreign signal may fail here; its `aborted` is still looked at between attempts.
      return () => {};
    }
    listened.set(signal, entry);
  }
  const { callbacks, listener } = entry;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    listened.delete(signal);
    try {
      signal.removeEventListener('abort', listener);
    } catch {
      // A foreign signal may fail here; the call is over already.
    }
  };
};

/** Whether a signal has aborted; `false` for one that cannot say. */
export const isAborted = (signal: AbortSignal | undefined): boolean => {
  try {
    return signal?.aborted === true;
  } catch {
    return false;
  }
};

/** The caller's own reason; `undefined` if it cannot be read. */
export const reasonOf = (signal: AbortSignal): unknown => {
  try {
    return signal.reason as unknown;
  } catch {
    return undefined;
  }
};

/** Whether an object does what this package needs of a signal; it may come from another realm or library. */
export const isAbortSignal = (value: unknown): value is AbortSignal => {
  try {
    const { aborted, addEventListener, removeEventListener } = fieldsOf(value);
    const canListen = typeof addEventListener === 'function' && typeof removeEventListener === 'function';
    return typeof aborted === 'boolean' && canListen;
  } catch {
    return false;
  }
};
