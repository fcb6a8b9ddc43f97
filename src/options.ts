import type { CallDefaults } from './context.js';
import { isLagError, lagError, type LagError } from './errors.js';
import { MAX_TIMER_MS } from './pipeline/sleep.js';

/** The options that come as plain values, all of them known. */
export interface Settings extends Required<Omit<{ [K in keyof CallDefaults]: NonNullable<CallDefaults[K]> }, 'headers'>> {
  readonly maxRetryAfterMs: number;
}

/** An `invalid_input` to throw inside of the package; what is exported catches it. */
export const invalidInput = (message: string, cause?: unknown): LagError => lagError('invalid_input', message, { cause });

/** What a throw inside of the package, or of an argument's own code, comes to. */
export const toInvalidInput = (thrown: unknown): LagError =>
  isLagError(thrown) ? thrown : invalidInput('an argument or option cannot be used', thrown);

/** The settings among options; throws at the first that makes no sense. */
export const settingsOf = (options: object): Partial<Settings> => {
  const settings: Record<string, unknown> = {};
  for (const name of ['timeoutMs', 'deadlineMs', 'maxRetries', 'maxRetryAfterMs', 'retry']) {
    const value: unknown = options[name as never];
    if (value === undefined) continue;
    if (!isValid(name, value as number)) throw invalidInput(`${name} makes no sense`);
    settings[name] = value;
  }
  return settings;
};

// More than a timer can hold would fire at once; `Infinity` is held by none, and says "no limit".
const isValid = (name: string, value: number): boolean =>
  name === 'retry'
    ? /^(safe|always)$/.test(value as never)
    : value === Infinity ||
      ((name === 'maxRetries' ? Number.isInteger(value) : typeof value === 'number') &&
        value <= MAX_TIMER_MS &&
        (/^max/.test(name) ? value >= 0 : value > 0));

/** Headers with lower-case names; the platform's own check refuses line breaks and the like. */
export const headersOf = (headers: Readonly<Record<string, string>> | undefined): Record<string, string> => {
  let checked: Headers | undefined;
  try {
    checked = new Headers(headers);
  } catch {}
  // The platform's message would repeat the value.
  if (!checked || checked.has('authorization')) throw invalidInput('headers cannot be sent, or hold authorization');
  return Object.fromEntries(checked);
};
