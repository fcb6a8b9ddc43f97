/** Tests that are left out: by their names, those that take a second and more; by their suites, those over real time. */
export const REAL_TIME = /: time$/;
export const SLOW = [
  'a robot that goes on for ten minutes never sees a 429',
  'a slow consumer holds back the server',
  'agrees with the reference package on genuine and tampered deliveries, both ways',
];

/**
 * What is mutated, in parts small enough to wait for, each with the tests that are about it, the nearest first. Not among
 * them are those over other processes, those that pour megabytes, and soak tests.
 */
export const MODULES = {
  pagination: [{ mutate: ['src/pagination.ts'], tests: ['test/pagination.test.ts'] }],
  operation: [
    {
      mutate: ['src/call.ts', 'src/call-options.ts'],
      tests: [
        'test/call.test.ts',
        'test/context.test.ts',
        'test/pipeline/retry.test.ts',
        'test/hostile/containment.test.ts',
      ],
    },
  ],
  models: [
    {
      mutate: ['src/models/matches.ts', 'src/models/roles.ts', 'src/models/images.ts'],
      tests: [
        'test/models/matches.test.ts',
        'test/models/roles.test.ts',
        'test/models/schemas.test.ts',
        'test/models/responses.test.ts',
      ],
    },
  ],
  pipeline: [
    {
      mutate: ['src/pipeline/retry.ts', 'src/pipeline/robot-rewrite.ts', 'src/pipeline/auth.ts'],
      tests: [
        'test/pipeline/retry.test.ts',
        'test/call.test.ts',
        'test/hostile/containment.test.ts',
        'test/transports/transports.test.ts',
      ],
    },
    {
      mutate: ['src/pipeline/compose.ts', 'src/pipeline/sleep.ts', 'src/pipeline/timeout.ts'],
      tests: [
        'test/pipeline/timeout.test.ts',
        'test/pipeline/sleep.test.ts',
        'test/pipeline/middleware.test.ts',
        'test/hostile/containment.test.ts',
      ],
    },
    {
      mutate: ['src/pipeline/status.ts'],
      tests: ['test/pipeline/status.test.ts', 'test/errors.test.ts', 'test/token.test.ts'],
    },
    {
      mutate: ['src/transports/fetch.ts', 'src/transports/ofetch.ts'],
      tests: ['test/transports/fetch.test.ts', 'test/transports/transports.test.ts'],
    },
  ],
  robots: [
    { mutate: ['src/robots/commands.ts'], tests: ['test/robots/commands.test.ts', 'test/hostile/containment.test.ts'] },
    {
      mutate: ['src/robots/dispatch.ts', 'src/robots/handle.ts'],
      tests: ['test/robots/dispatch.test.ts', 'test/robots/webhook-handler.test.ts'],
    },
    {
      mutate: ['src/robots/listen.ts', 'src/robots/listen-robot-events.ts', 'src/robots/poll.ts', 'src/robots/sse.ts'],
      tests: ['test/robots/poll.test.ts', 'test/robots/sse.test.ts', 'test/hostile/containment.test.ts'],
    },
    {
      mutate: ['src/robots/rate-limit.ts'],
      tests: ['test/robots/rate-limit.test.ts', 'test/robots/rate-limit-store.test.ts'],
    },
    { mutate: ['src/robots/robot-event.ts'], tests: ['test/robots/robot-event.test.ts'] },
    {
      mutate: ['src/robots/verify-webhook.ts', 'src/robots/webhook-handler.ts'],
      tests: ['test/robots/verify-webhook.test.ts', 'test/robots/webhook-handler.test.ts'],
    },
  ],
};
