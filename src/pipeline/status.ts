import { fieldsOf } from '../fields-of.js';
import { err } from 'neverthrow';
import { lagError, type LagError, type LagErrorKind } from '../errors.js';
import type { Step } from './compose.js';
import { cutQueries } from './describe-cause.js';
import { notify } from './notify.js';
import type { Redactor } from './redact-token.js';
import { retryAfterSeconds } from './retry-after.js';
import type { LagResponse } from './types.js';

const MAX_TEXT_LENGTH = 500;

/** Turns a response outside 2xx into the error that it is. */
export const checkStatus =
  (redactor: Redactor): Step =>
  (next) =>
  async (request) => {
    const result = await next(request);
    if (result.isErr()) return result;
    const response = result.value;
    const { status, headers } = response;
    notify(request.onResponse, { status, headers, requestId: requestIdOf(response) });
    return status >= 200 && status < 300 ? result : err(statusError(response, redactor));
  };

/** The server's `x-request-id`. */
export const requestIdOf = ({ headers }: LagResponse): string | undefined => headers.get('x-request-id') || undefined;

const statusError = (response: LagResponse, redactor: Redactor): LagError => {
  const { status, headers } = response;
  const body = readBody(response, redactor);
  const { error, message } = fieldsOf(body);
  const code = textOf(error);
  const requestId = redactor.redact(requestIdOf(response) ?? '') || undefined;
  // Self-hosted servers answer with `{ error }` alone.
  const text = textOf(message) || code || `the server answered with status ${status}`;
  const known = { status, requestId, code };
  const kind = kindOf(status);
  if (kind === 'rate_limit' || (kind === 'server' && status === 503))
    return lagError(kind, text, { ...known, retryAfterSeconds: retryAfterSeconds(headers) });
  if (kind !== 'api') return lagError(kind, text, known);
  const target = headers.get('location');
  const isRedirect = status === 0 || (status >= 300 && status < 400 && target !== null);
  return lagError('api', isRedirect ? redirectMessage(target, redactor) : text, { ...known, body });
};

type StatusKind = Extract<
  LagErrorKind,
  'auth' | 'permission' | 'not_found' | 'conflict' | 'rate_limit' | 'server' | 'api'
>;

const kindOf = (status: number): StatusKind => {
  switch (status) {
    case 401:
      return 'auth';
    case 403:
      return 'permission';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    case 429:
      return 'rate_limit';
    default:
      return status >= 500 ? 'server' : 'api';
  }
};

/** Browsers hide where a redirect leads to. */
const redirectMessage = (target: string | null, { redact }: Redactor): string =>
  `redirects are not followed${target ? `: the server redirects to ${redact(cutQueries(target)).slice(0, MAX_TEXT_LENGTH)}` : ''}`;

/** The body without the token: parsed if it is JSON, otherwise text. */
const readBody = ({ body, isTruncated }: LagResponse, { redact, redactCut }: Redactor): unknown => {
  try {
    // Written out again, the token is found however it was escaped.
    return JSON.parse(redact(JSON.stringify(JSON.parse(body))));
  } catch {
    return isTruncated ? redactCut(body) : redact(body);
  }
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : undefined;
