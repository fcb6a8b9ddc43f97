import { ResultAsync, type Result } from 'neverthrow';
import type { LagError } from '../errors.js';
import type { LagHandler, LagRequest, LagResponse } from './types.js';

/** How a step goes on. A promise will do inside of the pipeline: a `ResultAsync` is two turns of the event loop more. */
export type Next = (request: LagRequest) => PromiseLike<Result<LagResponse, LagError>>;

/** A step of the package itself. A user's middleware gets a `Handler` and is guarded. */
export type Step = (next: Next) => Next;

/** Wraps a transport into steps, the first one outermost. */
export const compose =
  (...steps: readonly Step[]) =>
  (transport: LagHandler): LagHandler => {
    const handle = steps.reduceRight<Next>((next, step) => step(next), transport);
    return (request) => new ResultAsync(handle(request) as ReturnType<Next> & Promise<never>);
  };
