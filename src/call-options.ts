import type { CallDefaults } from './context.js';
import { isLagError, lagError, type LagError } from './errors.js';
import { MAX_TIMER_MS } from './pipeline/sleep.js';

/** The options that come as plain values, all of them known. */
export interface Settings extends Required<
  Omit<{ [K in keyof CallDefaults]: NonNullable<CallDefaults[K]> }, 'headers'>
> {
  readonly maxRetryAfterMs: number;
}

/** An `invalid_input` to throw inside of the package; what is exported catches it. */
export const invalid = (what: string, cause?: unknown): LagError =>
  lagError('invalid_input', `invalid ${what}`, { cause });

/** What a throw inside of the package, or of an argument's own code, comes to. */
export const toInvalidInput = (thrown: unknown): LagError =>
  isLagError(thrown) ? thrown : invalid('argument', thrown);

const LEAST = { timeoutMs: 1, deadlineMs: 1, maxRetries: 0, maxRetryAfterMs: 0, retry: NaN };

/** The settings among options; throws at the first that makes no sense. */
export const settingsOf = (options: object): Partial<Settings> => {
  const settings: Record<string, unknown> = {};
  for (const name in LEAST) {
    const value = options[name as never] as unknown;
    if (value === undefined) continue;
    if (name === 'retry' ? value !== 'safe' && value !== 'always' : !isAmount(value, LEAST[name as keyof typeof LEAST]))
      throw invalid(name);
    settings[name] = value;
  }
  return settings;
};

/** Whether a number is in range. `Infinity` says "no limit"; what no timer can hold would fire at once. */
export const isAmount = (value: unknown, least: number, most = MAX_TIMER_MS): boolean =>
  typeof value === 'number' && value >= least && (value <= most || value === Infinity);

/** Headers with lower-case names; the platform's own check refuses line breaks and the like. */
export const headersOf = (headers: Readonly<Record<string, string>> | undefined): Record<string, string> => {
  let checked: Headers | undefined;
  try {
    checked = new Headers(headers);
  } catch {}
  // The platform's message would repeat the value.
  if (!checked || checked.has('authorization')) throw invalid('headers');
  return Object.fromEntries(checked);
};
