/** Tests that are left out: by their names, those that take a second and more; by their suites, those over real time. */
export const REAL_TIME = /: time$/;
export const SLOW = [
  'never sees a 429 within 5 busy minutes',
  'reads no further than a slow consumer',
  'agrees with the reference package on genuine and tampered deliveries',
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
    {
      mutate: ['src/robots/parse-command.ts', 'src/robots/robot-commands.ts'],
      tests: [
        'test/robots/parse-command.test.ts',
        'test/robots/robot-commands.test.ts',
        'test/hostile/containment.test.ts',
      ],
    },
    {
      mutate: [
        'src/robots/dispatch-robot-events.ts',
        'src/robots/lanes.ts',
        'src/robots/report-errors.ts',
        'src/robots/run-handler.ts',
        'src/robots/stop.ts',
      ],
      tests: ['test/robots/dispatch-robot-events.test.ts', 'test/robots/webhook-handler.test.ts'],
    },
    {
      mutate: [
        'src/robots/event-age.ts',
        'src/robots/event-ids.ts',
        'src/robots/listen.ts',
        'src/robots/listen-robot-events.ts',
        'src/robots/pace.ts',
        'src/robots/poll.ts',
        'src/robots/sse.ts',
        'src/robots/sse-blocks.ts',
      ],
      tests: ['test/robots/poll.test.ts', 'test/robots/sse.test.ts', 'test/hostile/containment.test.ts'],
    },
    {
      mutate: [
        'src/robots/own-budget.ts',
        'src/robots/rate-limit.ts',
        'src/robots/shared-budget.ts',
        'src/robots/waiting-line.ts',
      ],
      tests: ['test/robots/rate-limit.test.ts', 'test/robots/rate-limit-shared.test.ts'],
    },
    { mutate: ['src/robots/robot-event.ts'], tests: ['test/robots/robot-event.test.ts'] },
    {
      mutate: [
        'src/robots/claim.ts',
        'src/robots/claim-store.ts',
        'src/robots/verify-webhook.ts',
        'src/robots/webhook-body.ts',
        'src/robots/webhook-handler.ts',
        'src/robots/webhook-secrets.ts',
      ],
      tests: ['test/robots/verify-webhook.test.ts', 'test/robots/webhook-handler.test.ts'],
    },
  ],
};
