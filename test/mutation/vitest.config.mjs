import { defineConfig } from 'vitest/config';

const { tests } = JSON.parse(process.env.MUTATION);
const placeOf = ({ moduleId }) => tests.findIndex((test) => moduleId.endsWith(test));

export default defineConfig({
  test: {
    include: tests,
    pool: 'threads',
    testTimeout: 10_000,
    hookTimeout: 10_000,
    restoreMocks: true,
    unstubGlobals: true,
    setupFiles: ['test/mutation/setup.mjs'],
    // The nearest tests first: the first that fails ends the run.
    sequence: {
      sequencer: function () {
        return { shard: (files) => files, sort: (files) => files.toSorted((a, b) => placeOf(a) - placeOf(b)) };
      },
    },
  },
});
