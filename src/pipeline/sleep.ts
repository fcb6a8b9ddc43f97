import { MAX_TIMER_MS } from '../call-options.js';
import { isAborted, onAbort } from './on-abort.js';

/** Resolves after `ms`, or when `signal` aborts; leaves no timer and no listener. `Infinity` waits for the signal alone. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (isAborted(signal)) return resolve();
    const end = () => {
      resolve();
      clearTimeout(timer);
      stopListening();
    };
    const timer = ms === Infinity ? undefined : setTimeout(end, Math.min(ms, MAX_TIMER_MS));
    const stopListening = onAbort(signal, end);
  });
