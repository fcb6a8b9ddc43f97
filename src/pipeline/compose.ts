import type { Handler, Middleware } from './types.js';

/** A middleware of the package itself: trusted to answer a `ResultAsync`. */
export type Step = (next: Handler) => Handler;

/** Wraps a transport into steps, the first one outermost. */
export const compose =
  (...steps: readonly Step[]) =>
  (transport: Handler): Handler =>
    steps.reduceRight((next, step) => step(next), transport);

export type { Handler, Middleware };
