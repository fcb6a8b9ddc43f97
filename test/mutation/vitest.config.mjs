import { defineConfig } from 'vitest/config';

const { tests } = JSON.parse(process.env.MUTATION);

export default defineConfig({
  test: {
    include: tests,
    pool: 'threads',
    testTimeout: 10_000,
    hookTimeout: 10_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
