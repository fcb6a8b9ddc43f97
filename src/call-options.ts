import { definedFields, type LagError } from './errors.js';
import { invalidInput, ownFields } from './invalid-input.js';
import type { LagHeaders, LagHeadersInit } from './headers.js';
import { MAX_ITEMS } from './models/matches.js';

/** Options of a context that a call may override. */
export interface CallDefaults {
  /**
   * Timeout per attempt in milliseconds, from its start to the last byte of the response. `Infinity` for no limit.
   * Uploads add 1 s per 64 KiB to the default, and listeners have their own.
   * @default 30_000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Limit for the whole call in milliseconds, with its retries and the waits between them.
   * @default Infinity
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Retries after 5xx, 429 and network failures.
   * @default 2
   */
  readonly maxRetries?: number | undefined;
  /**
   * `'safe'` retries only what cannot happen twice; `'always'` also repeats calls that create something after a failure
   * that the server may have applied.
   * @default 'safe'
   */
  readonly retry?: 'safe' | 'always' | undefined;
  /**
   * The longest `Retry-After` in milliseconds that a call waits for. A longer one is returned as an error immediately.
   * @default 60_000
   */
  readonly maxRetryAfterMs?: number | undefined;
  /**
   * Most bytes of a response, after decompression. A longer one is an `invalid_response`.
   * @default 5_000_000
   */
  readonly maxResponseBytes?: number | undefined;
  /**
   * Most items of a list in a response. A longer one is an `invalid_response`, and so is a response with more than ten
   * values for each of them, or 100 000 if that is more.
   * @default 10_000
   */
  readonly maxItems?: number | undefined;
  /** Extra headers; `undefined` leaves one out. The SDK sets `authorization` and the type of a body itself. */
  readonly headers?: LagHeadersInit | undefined;
  /** Called before each retry, with the error and the wait in milliseconds. What it throws is ignored. */
  readonly onRetry?: ((error: LagError, waitMs: number) => unknown) | undefined;
  /** Called for each response, failures included. What it throws is ignored. */
  readonly onResponse?: ((response: LagResponseInfo) => unknown) | undefined;
}

/** Options of one call. They override the context's options. */
export interface CallOptions extends CallDefaults {
  /** Ends the call immediately, waits included, as an `aborted` error. */
  readonly signal?: AbortSignal | undefined;
}

/** What `onResponse` is told. */
export interface LagResponseInfo {
  readonly status: number;
  readonly headers: LagHeaders;
  /** The server's `x-request-id`. */
  readonly requestId: string | undefined;
}

/** The options that the pipeline works with. */
export interface CallSettings {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly maxRetries: number;
  readonly retry: 'safe' | 'always';
  readonly maxRetryAfterMs: number;
  readonly maxResponseBytes: number;
  readonly maxItems: number;
  readonly onRetry: CallDefaults['onRetry'];
  readonly onResponse: CallDefaults['onResponse'];
}

export const DEFAULT_SETTINGS: CallSettings = {
  timeoutMs: 30_000,
  deadlineMs: Infinity,
  maxRetries: 2,
  retry: 'safe',
  maxRetryAfterMs: 60_000,
  maxResponseBytes: 5_000_000,
  maxItems: MAX_ITEMS,
  onRetry: undefined,
  onResponse: undefined,
};

/** Longest delay of a timer; above it the platforms fire immediately. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The settings that options give; throws at the first invalid one. */
export const readSettings = (options: CallDefaults | null | undefined): Partial<CallSettings> => {
  const { timeoutMs, deadlineMs, maxRetries, retry, maxRetryAfterMs, maxResponseBytes, maxItems, onRetry, onResponse } =
    ownFields(options);
  requireAmount('timeoutMs', timeoutMs, 1);
  requireAmount('deadlineMs', deadlineMs, 1);
  requireAmount('maxRetries', maxRetries, 0);
  requireAmount('maxRetryAfterMs', maxRetryAfterMs, 0);
  requireAmount('maxResponseBytes', maxResponseBytes, 1);
  requireAmount('maxItems', maxItems, 0);
  if (retry !== undefined && retry !== 'safe' && retry !== 'always')
    throw invalidInput("invalid retry: pass 'safe' or 'always'");
  requireFunction('onRetry', onRetry);
  requireFunction('onResponse', onResponse);
  return definedFields({
    timeoutMs,
    deadlineMs,
    maxRetries,
    retry,
    maxRetryAfterMs,
    maxResponseBytes,
    maxItems,
    onRetry,
    onResponse,
  });
};

/** Throws unless a number that was given is in range; a delay that no timer can hold would fire immediately. */
export const requireAmount = (name: string, value: unknown, minimum: number): void => {
  if (value !== undefined && !isAmount(value, minimum))
    throw invalidInput(`invalid ${name}: pass a number from ${minimum} to ${MAX_TIMER_MS}, or Infinity for no limit`);
};

const isAmount = (value: unknown, minimum: number): boolean =>
  typeof value === 'number' && value >= minimum && (value <= MAX_TIMER_MS || value === Infinity);

const requireFunction = (name: string, value: unknown): void => {
  if (value !== undefined && typeof value !== 'function') throw invalidInput(`invalid ${name}: pass a function`);
};
