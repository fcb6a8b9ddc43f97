import { err, ok } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import type { Step } from './compose.js';
import type { LagResponse } from './types.js';

/** Takes the token out of a text, should a server, a proxy or a custom fetch repeat it. */
export type Hide = (text: string) => string;

/** Makes an answer outside 2xx the error that it is; no error leaves this step with the token in it. */
export const status =
  (hide: Hide): Step =>
  (next) =>
  (request) =>
    next(request)
      .andThen((response) =>
        response.status >= 200 && response.status < 300 ? ok(response) : err(failure(response, hide)),
      )
      .mapErr((error) => redact(error, hide));

/** The `x-request-id` of an answer, as a field to spread. */
export const requestIdOf = ({ headers }: LagResponse, hide: Hide): { requestId?: string } => {
  const id = headers.get('x-request-id');
  return id ? { requestId: hide(id) } : {};
};

const KINDS: Record<number, LagError['kind']> = {
  401: 'auth',
  403: 'permission',
  404: 'not_found',
  409: 'conflict',
  429: 'rate_limit',
};

const failure = (response: LagResponse, hide: Hide): LagError => {
  const { status, headers } = response;
  const kind = KINDS[status] ?? (status > 499 ? 'server' : 'api');
  let body: unknown = hide(response.body);
  try {
    body = JSON.parse(body as string, (_, value: unknown) => (typeof value === 'string' ? hide(value) : value));
  } catch {}
  const { error, message } = Object(body) as Record<string, unknown>;
  const retryAfterSeconds = status === 429 || status === 503 ? secondsUntil(headers.get('retry-after')) : undefined;
  return lagError(
    kind as 'api',
    typeof message === 'string' ? message.slice(0, 500) : `the server answered ${status || 'with a redirect'}`,
    {
      status,
      ...requestIdOf(response, hide),
      ...(typeof error === 'string' && { code: error.slice(0, 500) }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(kind === 'api' && { body }),
    },
  );
};

/** Seconds asked for by a `Retry-After` of seconds or of an HTTP date. */
const secondsUntil = (header: string | null): number | undefined => {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? +header : (Date.parse(header) - Date.now()) / 1000;
  return seconds >= 0 ? Math.min(seconds, Number.MAX_SAFE_INTEGER) : seconds < 0 ? 0 : undefined;
};

const redact = <E extends Error>(error: E, hide: Hide): E => {
  for (const key of Object.getOwnPropertyNames(error)) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string') Reflect.set(error, key, hide(value));
  }
  if (error.cause instanceof Error) redact(error.cause, hide);
  return error;
};
