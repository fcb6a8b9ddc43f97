import { isLagError, lagError, type LagError } from './errors.js';
import { MAX_TIMER_MS } from './pipeline/sleep.js';

/** An `invalid_input` to throw inside of the package; what is exported catches it. */
export const invalidInput = (message: string, cause?: unknown): LagError => lagError('invalid_input', message, { cause });

/** What a throw inside of the package, or of an argument's own code, comes to. */
export const toInvalidInput = (thrown: unknown): LagError =>
  isLagError(thrown) ? thrown : invalidInput('an argument or option cannot be used', thrown);

/** Throws at the first number, choice or signal that makes no sense. `Infinity` says "no limit" everywhere. */
export const checkOptions = (options: object): void => {
  for (const name of ['timeoutMs', 'deadlineMs', 'maxRetries', 'maxRetryAfterMs', 'retry', 'signal', 'fetch']) {
    const value: unknown = options[name as never];
    if (value !== undefined && !isValid(name, value)) throw invalidInput(`${name} makes no sense`);
  }
};

const isValid = (name: string, value: unknown): boolean => {
  if (name === 'retry') return value === 'safe' || value === 'always';
  if (name === 'fetch') return typeof value === 'function';
  if (name === 'signal') return typeof (value as AbortSignal).addEventListener === 'function';
  if (value === Infinity) return true;
  if (name === 'maxRetries' && !Number.isInteger(value)) return false;
  // More than a timer can hold would fire at once.
  return typeof value === 'number' && value <= MAX_TIMER_MS && (/^max/.test(name) ? value >= 0 : value > 0);
};

/** Extra headers with lower-case names; the platform's own check refuses line breaks and the like. */
export const headersOf = (headers: Readonly<Record<string, string>> | undefined): Record<string, string> => {
  if (!headers) return {};
  let checked: Headers | undefined;
  try {
    checked = new Headers(headers);
  } catch {}
  // The platform's message would repeat the value.
  if (!checked || checked.has('authorization')) throw invalidInput('headers cannot be sent, or hold authorization');
  return Object.fromEntries(checked);
};
