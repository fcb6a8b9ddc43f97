import type { Result } from 'neverthrow';
import type { LagError } from '../../src/errors.js';

export const errorOf = async <T>(result: PromiseLike<Result<T, LagError>>): Promise<LagError> => {
  const settled = await result;
  if (settled.isOk()) throw new Error(`expected an Err, got Ok ${JSON.stringify(settled.value)}`);
  return settled.error;
};

export const valueOf = async <T>(result: PromiseLike<Result<T, LagError>>): Promise<T> => {
  const settled = await result;
  if (settled.isErr()) throw settled.error;
  return settled.value;
};

/** Milliseconds that a promise takes. */
export const elapsed = async (promise: PromiseLike<unknown>): Promise<number> => {
  const start = performance.now();
  await promise;
  return performance.now() - start;
};

/** A promise to be resolved from outside. */
export const deferred = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
};
