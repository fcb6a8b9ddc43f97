// `run.mjs` says what to mutate, and which tests to run against it.
const { mutate, report, again } = JSON.parse(process.env.MUTATION);

export default {
  mutate,
  testRunner: 'vitest',
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
  vitest: { configFile: 'test/mutation/vitest.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.MUTATION_CONCURRENCY ?? 2),
  // For what spins; a promise that hangs fails its test before. Long, so that a busy machine notices nothing by itself.
  timeoutMS: 40_000,
  ...(again && { incremental: true, incrementalFile: again }),
  ignorePatterns: [
    '/dist',
    '/docs',
    '/coverage',
    '/test/runtimes',
    '/test/mutation/node_modules',
    '/test/mutation/out',
  ],
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: report },
  allowConsoleColors: false,
  disableTypeChecks: false,
};
