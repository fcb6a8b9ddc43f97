import { vi } from 'vitest';

/** Waits until a check passes: soon on a good day, and for as long as a busy machine may take. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { interval: 1, timeout: 20_000 });
