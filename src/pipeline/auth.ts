import type { Step } from './compose.js';

/** Adds the token to each attempt; nothing outside of this step sees it. */
export const auth =
  (authorization: string): Step =>
  (next) =>
  (request) =>
    next({ ...request, headers: { ...request.headers, authorization } });
