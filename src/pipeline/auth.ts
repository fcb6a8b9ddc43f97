import type { Middleware } from './types.js';

/** Adds the token to each attempt; nothing outside of this step sees it. */
export const auth =
  (authorization: string): Middleware =>
  (next) =>
  (request) =>
    next({ ...request, headers: { ...request.headers, authorization } });
