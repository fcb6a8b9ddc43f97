import { err } from 'neverthrow';
import { lagError } from '../errors.js';
import type { Step } from './compose.js';

/** Adds the token to each attempt, for the context's own origin alone; nothing outside of this step sees it. */
export const auth =
  (authorization: string, baseUrl: string): Step =>
  (next) =>
  (request) => {
    // A middleware may change both. A path without its slash could make `@` or a port part of the host.
    const isSameOrigin = request.baseUrl === baseUrl || originOf(request.baseUrl) === originOf(baseUrl);
    const isText = typeof request.baseUrl === 'string' && typeof request.path === 'string';
    if (!isText || !isSameOrigin || !request.path.startsWith('/'))
      return Promise.resolve(
        err(lagError('invalid_input', 'a middleware changed the origin of the request; the token is not sent there')),
      );
    return next({ ...request, headers: { ...request.headers, authorization } });
  };

const originOf = (url: string): string => /^https?:\/\/[^/?#\\]*/i.exec(url)?.[0] ?? 'no origin';
