import { err } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import type { LagResponse, Middleware } from './types.js';

/** Takes the token out of a text, should a server, a proxy or a custom fetch repeat it. */
export type Hide = (text: string) => string;

/** Makes an answer outside 2xx the error that it is; no error leaves this step with the token in it. */
export const status =
  (hide: Hide): Middleware =>
  (next) =>
  async (request) => {
    const result = await next(request);
    if (result.isErr()) return err(redact(result.error, hide));
    const { status } = result.value;
    return status >= 200 && status < 300 ? result : err(failure(result.value, hide));
  };

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
    // Once more inside of the strings, where the token may have been escaped.
    body = JSON.parse(body as string, (_, value: unknown) => (typeof value === 'string' ? hide(value) : value));
  } catch {}
  const { error, message } = Object(body) as Record<string, unknown>;
  const retryAfterSeconds = /429|503/.test(`${status}`) && secondsUntil(headers.get('retry-after'));
  return lagError(
    kind as 'api',
    typeof message === 'string' ? message.slice(0, 500) : `the server answered ${status || 'with a redirect'}`,
    {
      status,
      ...requestIdOf(response, hide),
      ...(typeof error === 'string' && { code: error.slice(0, 500) }),
      ...(retryAfterSeconds !== false && { retryAfterSeconds }),
      ...(kind === 'api' && { body }),
    },
  );
};

/** Seconds asked for by a `Retry-After` of seconds or of an HTTP date, `false` for none. */
const secondsUntil = (header: string | null): number | false => {
  const seconds = /^\d+$/.test(header!) ? +header! : (Date.parse(header!) - Date.now()) / 1000;
  return !isNaN(seconds) && Math.min(Math.max(seconds, 0), Number.MAX_SAFE_INTEGER);
};

const redact = <E extends Error>(error: E, hide: Hide): E => {
  for (const key of ['message', 'stack', 'code'] as (keyof E)[])
    if (error[key]) error[key] = hide(error[key] as string) as never;
  if (error.cause) redact(error.cause as Error, hide);
  return error;
};
