import { err } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import type { Step } from './compose.js';
import type { LagResponse } from './types.js';

/** Takes the token out of a text, should a server, a proxy or a custom fetch repeat it. */
export type Hide = (text: string) => string;

/** Makes an answer outside 2xx the error that it is; no error leaves this step with the token in it. */
export const status =
  (hide: Hide): Step =>
  (next) =>
  async (request) => {
    const result = await next(request);
    if (result.isErr()) return err(redact(result.error, hide));
    const { status } = result.value;
    return status >= 200 && status < 300 ? result : err(failure(result.value, hide));
  };

export const requestIdOf = ({ headers }: LagResponse, hide: Hide): string | undefined =>
  hide(headers.get('x-request-id') ?? '') || undefined;

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
    // Written out again, the token is found where it was escaped.
    body = JSON.parse(hide(JSON.stringify(JSON.parse(body as string))));
  } catch {}
  const { error, message } = Object(body) as Record<string, unknown>;
  return lagError(kind as 'api', textOf(message) || `status ${status}`, {
    status,
    requestId: requestIdOf(response, hide),
    code: textOf(error),
    body: kind === 'api' ? body : undefined,
    ...(/429|503/.test(`${status}`) && { retryAfterSeconds: secondsOf(headers.get('retry-after')!) }),
  });
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 500) : undefined);

/** Seconds asked for by a `Retry-After` of seconds or of an HTTP date. */
const secondsOf = (header: string): number | undefined => {
  const seconds = /^[\d.]+$/.test(header) ? +header : (Date.parse(header) - Date.now()) / 1000;
  return isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), 1e15);
};

const redact = <E extends Error>(error: E, hide: Hide): E => {
  for (const key of ['message', 'stack', 'code'] as (keyof E)[])
    if (error[key]) error[key] = hide(error[key] as string) as never;
  if (error.cause) redact(error.cause as Error, hide);
  return error;
};
