import { ResultAsync } from 'neverthrow';
import type { Handler, Middleware } from './types.js';

/** Wraps a transport into middleware, the first one outermost. */
export const compose =
  (...middleware: readonly Middleware[]) =>
  (transport: Handler): Handler =>
    middleware.reduceRight<Handler>((next, wrap) => {
      const handle = wrap(next);
      return (request) => new ResultAsync(handle(request) as ReturnType<typeof handle> & Promise<never>);
    }, transport);
