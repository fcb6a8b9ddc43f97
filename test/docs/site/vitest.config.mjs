import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/docs/site/*.spec.mjs', 'test/sandbox/*.spec.mjs'], testTimeout: 120_000 },
});
