import { afterEach, vi } from 'vitest';

// Before the next file of the worker is loaded, which may keep what it finds.
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
