import assert from 'node:assert/strict';
import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import type { CallOptions } from '../../src/call-options.js';
import { createContext, type LagContext } from '../../src/context.js';
import { deleteRoomMessage, sendRoomMessage } from '../../src/operations/room-messages.js';
import { getVersion } from '../../src/operations/system.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { OPERATIONS } from '../operations.table.js';
import { sampleMessage } from '../support/samples.js';
import { inVirtualTime, turnsOfThreads } from '../support/clock.js';
import { fatefulServer, fates } from './fates.js';
import type { Property } from './property.js';

/** What takes options for one call; the table's operations take those of the context. */
const WITH_OPTIONS = [
  {
    name: 'sendRoomMessage',
    method: 'POST',
    idempotent: false,
    status: 201,
    answer: sampleMessage(),
    run: (ctx: LagContext, options?: CallOptions) => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, options),
  },
  {
    name: 'deleteRoomMessage',
    method: 'DELETE',
    idempotent: true,
    status: 204,
    answer: undefined,
    run: (ctx: LagContext, options?: CallOptions) => deleteRoomMessage(ctx, 's1', 'r1', 'm1', options),
  },
  {
    name: 'getVersion',
    method: 'GET',
    idempotent: true,
    status: 200,
    answer: { version: '1' },
    run: (ctx: LagContext, options?: CallOptions) => getVersion(ctx, options),
  },
] as const;

/** Reads a Blob in another thread. */
const isUpload = (name: string): boolean => name.startsWith('upload');

const scenario = fc.record({
  operation: fc.oneof(
    fc.constantFrom(...WITH_OPTIONS),
    fc.constantFrom(...OPERATIONS.filter(({ name }) => !isUpload(name))),
  ),
  lots: fc.array(fates, { minLength: 1, maxLength: 5 }),
  retry: fc.constantFrom<'safe' | 'always'>('safe', 'always'),
  maxRetries: fc.nat(4),
  maxRetryAfterMs: fc.constantFrom(0, 1000, 60_000),
  timeoutMs: fc.constantFrom(1, 100, 1500, 30_000, Infinity),
  deadlineMs: fc.oneof(fc.constantFrom(1, 250, Infinity), fc.integer({ min: 1, max: 10_000 })),
  abortAt: fc.option(fc.nat(4000), { nil: undefined }),
  lagMs: fc.oneof(fc.constant(0), fc.nat(50)),
  isDefaultTransport: fc.boolean(),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const play = async (given: Scenario): Promise<void> => {
  const { operation, lots, retry, maxRetries, maxRetryAfterMs, timeoutMs, deadlineMs, abortAt, lagMs } = given;
  // What never ends by itself has to be ended.
  const limitMs = timeoutMs === Infinity && deadlineMs === Infinity ? 30_000 : timeoutMs;
  const { method, idempotent, status } = operation;
  const run = operation.run as (ctx: LagContext, options?: CallOptions) => ReturnType<typeof operation.run>;
  await inVirtualTime(
    async (time) => {
      const server = fatefulServer(time, lots, () =>
        operation.answer === undefined ? new Response(null, { status }) : Response.json(operation.answer, { status }),
      );
      const options = { retry, maxRetries, maxRetryAfterMs, timeoutMs: limitMs, deadlineMs };
      const token = 'lag_pat_fuzz' as string;
      const ctx: LagContext = given.isDefaultTransport
        ? createContext(token, { ...options, fetch: server.fetch })
        : createContext(token, { ...options, transport: fetchTransport({ fetch: server.fetch }) });
      const caller = new AbortController();
      if (abortAt !== undefined) void time.pass(abortAt).then(() => caller.abort());
      const result = await run(ctx, { signal: caller.signal });
      const endedAt = time.now();
      const { sent } = server;

      // Ended in time, and nothing of it is left.
      const takesSignal = run.length === 2;
      assert(endedAt <= deadlineMs + 1 + lagMs);
      if (takesSignal && abortAt !== undefined) assert(endedAt <= abortAt + 1);
      assert.equal(time.pending(), 0);
      assert.equal(getEventListeners(caller.signal, 'abort').length, 0);
      assert(sent.length <= maxRetries + 1);
      // Waits are never shorter than the backoff, nor longer than what is allowed.
      for (const [index, { at }] of sent.entries()) {
        const waited = at - (sent[index - 1]?.at ?? -Infinity);
        assert(waited >= 187.5);
        if (index) assert(waited <= limitMs + Math.max(8000, maxRetryAfterMs) + 2002 + 2 * lagMs);
      }
      const isUnclear = method !== 'GET' && sent.some(({ isRefused }) => !isRefused);
      if (result.isErr()) {
        const { attempts, maybeApplied } = result.error;
        assert.deepEqual({ attempts, maybeApplied }, { attempts: sent.length, maybeApplied: isUnclear });
      }
      // Whatever still happens on the server.
      await time.pass(10_000);
      const applied = server.applied();
      if (!idempotent && retry === 'safe') assert(applied <= 1);
      if (result.isOk()) assert(method === 'GET' || applied > 0);
      else if (method !== 'GET' && !result.error.maybeApplied) assert.equal(applied, 0);
    },
    { lagMs, ...(isUpload(operation.name) && { settle: turnsOfThreads }) },
  );
};

export const neverTwice: readonly Property[] = [
  {
    name: 'a call ends once, in time, leaves nothing, and is carried out no more often than it says',
    share: 30,
    make: () => fc.asyncProperty(scenario, play),
  },
];
