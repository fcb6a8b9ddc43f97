import assert from 'node:assert/strict';
import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { err, ok, okAsync } from 'neverthrow';
import { createContext } from '../../src/context.js';
import { isLagError } from '../../src/errors.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import type { LagRequest, LagMiddleware } from '../../src/pipeline/types.js';
import { sampleMessage } from '../support/samples.js';
import { inVirtualTime, type VirtualTime } from '../support/clock.js';
import { fatefulServer, fates } from './fates.js';
import { hostile, type Lazy } from './hostile-values.js';
import type { Property } from './property.js';

interface Habit {
  /** Whether it lets go of what it asked for. */
  readonly letsGo?: true;
  readonly make: (junk: () => unknown, time: VirtualTime) => unknown;
}

const boom = (): never => {
  throw new Error('boom');
};

const HABITS: Record<string, Habit> = {
  passes: { make: () => (next: Next) => (request: LagRequest) => next(request) },
  'is junk': { make: (junk) => junk() },
  'makes junk': { make: (junk) => junk },
  'answers junk': { make: (junk) => () => junk },
  'promises junk': { make: (junk) => () => async () => junk() },
  'answers Ok of junk': { make: (junk) => () => () => ok(junk()) },
  'answers Err of junk': { make: (junk) => () => () => err(junk()) },
  'throws junk': {
    make: (junk) => () => () => {
      throw junk();
    },
  },
  'throws when it is composed': { make: () => boom },
  'throws after the answer': {
    make: () => (next: Next) => async (request: LagRequest) => {
      await next(request);
      boom();
    },
  },
  'asks twice': {
    make: () => (next: Next) => async (request: LagRequest) => {
      await next(request);
      return next(request);
    },
  },
  'asks twice at a time': {
    make: () => (next: Next) => async (request: LagRequest) => (await Promise.all([next(request), next(request)]))[0],
  },
  'takes the first of two': {
    letsGo: true,
    make: () => (next: Next) => (request: LagRequest) => Promise.race([next(request), next(request)]),
  },
  'does not wait': {
    letsGo: true,
    make: () => (next: Next) => (request: LagRequest) => {
      void next(request);
      return okAsync({ status: 200, headers: new Headers(), body: JSON.stringify(sampleMessage()) });
    },
  },
  'asks for junk': { make: (junk) => (next: Next) => () => next(junk() as never) },
  'asks for junk and does not wait': {
    letsGo: true,
    make: (junk) => (next: Next) => (request: LagRequest) => {
      void next(junk() as never);
      return next(request);
    },
  },
  // Another signal among them, by which nobody ends what was asked.
  'asks for junk fields': {
    letsGo: true,
    make: (junk) => (next: Next) => (request: LagRequest) => {
      const fields = ['headers', 'body', 'path', 'baseUrl', 'signal', 'timeoutMs', 'deadlineAt', 'method'] as const;
      const changed = Object.fromEntries(
        fields.filter((_, n) => n % 3 === String(junk).length % 3).map((name) => [name, junk()]),
      );
      return next({ ...request, ...changed } as LagRequest);
    },
  },
  hangs: { make: () => () => () => new Promise(() => {}) },
  'takes its time': {
    make: (_junk, time) => (next: Next) => async (request: LagRequest) => {
      await time.pass(300);
      return next(request);
    },
  },
  'freezes errors': {
    make: () => (next: Next) => (request: LagRequest) => next(request).mapErr((error) => Object.freeze(error)),
  },
  'throws in a callback': { make: () => (next: Next) => (request: LagRequest) => next(request).map(boom).mapErr(boom) },
};

type Next = Parameters<LagMiddleware>[0];

const stack = fc.array(fc.tuple(fc.constantFrom(...Object.keys(HABITS)), hostile), { minLength: 1, maxLength: 3 });

const play = async (
  habits: [string, Lazy][],
  lots: Parameters<typeof fatefulServer>[1],
  retry: 'safe' | 'always',
  abortAt: number | undefined,
  isDefault: boolean,
): Promise<void> =>
  inVirtualTime(async (time) => {
    const server = fatefulServer(time, lots, () => Response.json(sampleMessage(), { status: 201 }));
    const middleware = habits.map(([name, junk]) => HABITS[name]!.make(junk.make, time) as LagMiddleware);
    const options = { middleware, retry, deadlineMs: 5000 };
    const token = 'lag_pat_fuzz' as string;
    const ctx = isDefault
      ? createContext(token, { ...options, fetch: server.fetch })
      : createContext(token, { ...options, transport: fetchTransport({ fetch: server.fetch }) });
    const caller = new AbortController();
    if (abortAt !== undefined) void time.pass(abortAt).then(() => caller.abort());
    const result = await sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, { signal: caller.signal });
    assert(time.now() <= Math.min(5001, (abortAt ?? Infinity) + 1));
    assert.equal(getEventListeners(caller.signal, 'abort').length, 0);
    const asked = server.sent.length;
    // What it let go comes to an end by itself.
    await time.pass(120_000);
    assert.equal(time.pending(), 0);
    if (result.isOk()) return;
    assert(isLagError(result.error));
    if (habits.some(([name]) => HABITS[name]!.letsGo)) return;
    assert.equal(server.sent.length, asked);
    assert.equal(result.error.attempts, asked);
    if (!result.error.maybeApplied) assert.equal(server.applied(), 0);
  });

export const middleware: readonly Property[] = [
  {
    name: 'whatever middleware does, the call ends in time, leaves nothing, and says what may have been done',
    share: 12,
    make: () =>
      fc.asyncProperty(
        stack,
        fc.array(fates, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('safe', 'always'),
        fc.option(fc.nat(3000), { nil: undefined }),
        fc.boolean(),
        play,
      ),
  },
];
