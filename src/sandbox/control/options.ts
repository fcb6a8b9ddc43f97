import { createSystemClock, type SandboxClock } from './clock.js';
import { resolveQuirks, type SandboxQuirks } from './quirks.js';
import type { SandboxRequest } from './request-log.js';
import { warnOnConsole, type Warn } from './warn.js';

/** Options of `createSandbox`. */
export interface SandboxOptions {
  /**
   * Decides ids, codes and what was said: the same for the same seed. A seed that you give decides the tokens as well,
   * so that they stay the same from run to run, and anyone who knows the seed knows them.
   *
   * @defaultValue `'lag'` for ids; tokens are random
   */
  readonly seed?: string | number | undefined;
  /** Where the time comes from. `createManualClock()` makes one that only tests move. @defaultValue the real time */
  readonly clock?: SandboxClock | undefined;
  /** Milliseconds that a long poll is held while nothing happens; 0 answers at once. @defaultValue 30 000 */
  readonly pollHoldMs?: number | undefined;
  /** Milliseconds until an uploaded image is ready. @defaultValue 200 */
  readonly imageProcessingMs?: number | undefined;
  /** Posts to the URLs of webhooks. @defaultValue the global `fetch` */
  readonly fetch?: typeof fetch | undefined;
  /** The other reading of what is not known of the API. @defaultValue the likeliest readings */
  readonly quirks?: Partial<SandboxQuirks> | undefined;
  /** Called after each request. */
  readonly onRequest?: ((request: SandboxRequest) => unknown) | undefined;
  /** Told of faults that matched no request, and of options that are not valid. @defaultValue `console.warn` */
  readonly onWarning?: ((message: string) => unknown) | undefined;
}

export interface ResolvedOptions {
  readonly seed: string | number;
  readonly hasSeededTokens: boolean;
  readonly clock: SandboxClock;
  readonly pollHoldMs: number;
  readonly imageProcessingMs: number;
  readonly fetch: typeof fetch;
  readonly quirks: SandboxQuirks;
  readonly onRequest: (request: SandboxRequest) => void;
  readonly warn: Warn;
}

/** The options with their defaults. An invalid option counts as absent, with a warning, because nothing here may throw. */
export const resolveOptions = (options: unknown): ResolvedOptions => {
  const given = copyFields(options);
  const warn = warningsOf(options);
  const read = <T>(name: string, isValid: (value: unknown) => value is T, what: string): T | undefined => {
    const value = given[name];
    if (value === undefined || isValid(value)) return value;
    warn(`the option ${name} must be ${what}; it is ignored`);
    return undefined;
  };
  const seed = read('seed', isSeed, 'a string or a number');
  const quirks = resolveQuirks(copyFields(read('quirks', isObject, 'an object')), (name, values) =>
    warn(`the quirk ${name} must be ${values}; it is ignored`),
  );
  const onRequest = read('onRequest', isFunction, 'a function');
  return {
    seed: seed ?? 'lag',
    hasSeededTokens: seed !== undefined,
    clock: read('clock', isClock, 'a clock, as createManualClock() makes one') ?? createSystemClock(),
    pollHoldMs: read('pollHoldMs', isDuration, 'milliseconds, 0 or more') ?? 30_000,
    imageProcessingMs: read('imageProcessingMs', isDuration, 'milliseconds, 0 or more') ?? 200,
    fetch: read('fetch', isFetch, 'a function') ?? ((input, init) => globalThis.fetch(input, init)),
    quirks,
    onRequest: onRequest ? isolate(onRequest) : () => {},
    warn,
  };
};

/** Where the warnings go that these options are about. */
export const warningsOf = (options: unknown): Warn => {
  const { onWarning } = copyFields(options);
  return isolate(isFunction(onWarning) ? onWarning : warnOnConsole);
};

/** The options as a plain object. A getter that throws leaves no option. */
const copyFields = (options: unknown): Record<string, unknown> => {
  try {
    return typeof options === 'object' && options !== null ? { ...options } : {};
  } catch {
    return {};
  }
};

type AnyFunction = (...args: unknown[]) => unknown;

/** Whatever the user's function throws or rejects with, the sandbox goes on. */
const isolate =
  <Args extends unknown[]>(run: (...args: Args) => unknown): ((...args: Args) => void) =>
  (...args) => {
    try {
      const result = run(...args);
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // It is the user's.
    }
  };

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isFetch = (value: unknown): value is typeof fetch => isFunction(value);

const isSeed = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

const isDuration = (value: unknown): value is number => typeof value === 'number' && value >= 0;

const isClock = (value: unknown): value is SandboxClock => {
  try {
    const clock: Partial<SandboxClock> = Object(value);
    const { now, advance, setTimeout } = clock;
    return isFunction(now) && isFunction(advance) && isFunction(setTimeout) && isTime(clock.now?.());
  } catch {
    return false;
  }
};

const isTime = (ms: unknown): boolean => typeof ms === 'number' && !Number.isNaN(new Date(ms).getTime());
