import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/runtimes/**', 'test/services/**', '**/node_modules/**'],
    setupFiles: ['test/support/setup.ts'],
    pool: 'threads',
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Files leave nothing behind that another could see, and what they import is loaded once for each worker.
    isolate: false,
    // For what hangs. No test waits for time to pass, so a busy machine makes it slow, not wrong: nothing is retried.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { interval: 5, timeout: 20_000 } },
    restoreMocks: true,
    unstubGlobals: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/sandbox/**'],
      reporter: ['text', 'lcovonly'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
