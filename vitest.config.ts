import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/runtimes/**', '**/node_modules/**'],
    pool: 'threads',
    testTimeout: 10_000,
    hookTimeout: 10_000,
    // A shared machine may stall longer than the sockets' own time; a defect fails again.
    retry: process.env['CI'] ? 2 : 0,
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
