import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const here = import.meta.dirname;
const modules = join(here, 'node_modules');
// The recipes are outside of this package, and import what is installed here.
const installed = ['ioredis', 'bullmq', 'pg', 'rate-limiter-flexible', '@upstash/ratelimit', '@upstash/redis'];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^lagclient$/, replacement: join(here, '../../src/index.ts') },
      { find: /^lagclient\/robots$/, replacement: join(here, '../../src/robots/index.ts') },
      ...installed.map((name) => ({ find: new RegExp(`^${name}$`), replacement: join(modules, name) })),
    ],
  },
  test: { root: here, include: ['**/*.test.ts'], testTimeout: 900_000, hookTimeout: 120_000, restoreMocks: true },
});
