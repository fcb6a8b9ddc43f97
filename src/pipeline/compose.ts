import { ResultAsync, type Result } from 'neverthrow';
import type { LagError } from '../errors.js';
import type { LagHandler, LagRequest, LagResponse } from './types.js';

/** How a step goes on. Inside of the pipeline a promise will do: a `ResultAsync` costs two more turns of the event loop. */
export type Next = (request: LagRequest) => Promise<Result<LagResponse, LagError>>;

/** A step of the package itself. A user's middleware gets a `LagHandler` and is isolated. */
export type Step = (next: Next) => Next;

/** Wraps the last handler into steps, the first one outermost. */
export const compose =
  (...steps: readonly Step[]) =>
  (last: Next): LagHandler => {
    const handle = steps.reduceRight<Next>((next, step) => step(next), last);
    return (request) => new ResultAsync(handle(request));
  };
