import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { err, errAsync, ok, type Result } from 'neverthrow';
import { expect, expectTypeOf, test, vi } from 'vitest';
import { lagError, type LagError } from '../../src/errors.js';
import { dispatchRobotEvents, listenByPoll, type RobotEvent, type RobotEventHandlers } from '../../src/robots/index.js';
import { eventually } from '../support/eventually.js';
import { deferred, errorOf } from '../support/results.js';
import { fakeTime, polled, robotOver } from './support.js';

const message = (content: string, roomId = 'r1'): RobotEvent => ({
  id: content,
  type: 'room.message',
  data: { roomId, content, senderName: 'Ada' },
});

/** A listener of these; `pulled` counts what was asked of it. */
const eventsOf = (...events: (RobotEvent | LagError)[]) => {
  const state = { pulled: 0, ended: false };
  const iterable = (async function* (): AsyncGenerator<Result<RobotEvent, LagError>> {
    try {
      for (const event of events) {
        state.pulled++;
        yield event instanceof Error ? err(event) : ok(event);
      }
    } finally {
      state.ended = true;
    }
  })();
  return { state, iterable };
};

test('gives each event to the handler of its type, and ends after the last handler', async () => {
  const seen: string[] = [];
  const { iterable } = eventsOf(
    message('a'),
    { id: '2', type: 'member.join', data: { username: 'ben' } },
    { id: '3', type: 'room.deleted', data: {} },
    { id: '4', type: 'unknown', eventType: 'new', data: 1 },
  );
  const result = await dispatchRobotEvents(iterable, {
    'room.message': async ({ data }) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen.push(data.content);
    },
    'member.join': ({ data }) => seen.push(data.username),
    unknown: ({ eventType }) => seen.push(eventType),
  });
  expect(result.isOk()).toBe(true);
  expect(seen.toSorted()).toEqual(['a', 'ben', 'new']);
});

test('handles the events of a room in order, and does not let rooms wait for each other', async () => {
  const first = deferred();
  const seen: string[] = [];
  const { iterable } = eventsOf(
    message('a1', 'a'),
    message('a2', 'a'),
    message('b1', 'b'),
    message('a3', 'a'),
    message('b2', 'b'),
  );
  const over = dispatchRobotEvents(iterable, {
    'room.message': async ({ data }) => {
      if (data.content === 'a1') await first.promise;
      seen.push(data.content);
    },
  });
  await eventually(() => expect(seen).toEqual(['b1', 'b2']));
  first.resolve();
  await over;
  expect(seen).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
});

test('keeps voice events in the order of their room, and member events in that of their user', async () => {
  const first = deferred();
  const seen: string[] = [];
  const note = async (event: RobotEvent) => {
    if (event.id === 'join' || event.id === 'ben joins') await first.promise;
    seen.push(event.id);
  };
  const { iterable } = eventsOf(
    { id: 'join', type: 'voice.join', data: { roomId: 'a', userId: 'ada' } },
    { id: 'leave', type: 'voice.leave', data: { roomId: 'a', userId: 'ada' } },
    { id: 'ben joins', type: 'member.join', data: { username: 'ben', userId: 'ben' } },
    { id: 'ben leaves', type: 'member.leave', data: { userId: 'ben' } },
    { id: 'cleo leaves', type: 'member.leave', data: { userId: 'cleo' } },
  );
  const over = dispatchRobotEvents(iterable, {
    'voice.join': note,
    'voice.leave': note,
    'member.join': note,
    'member.leave': note,
  });
  await eventually(() => expect(seen).toEqual(['cleo leaves']));
  first.resolve();
  await over;
  expect(seen.indexOf('join')).toBeLessThan(seen.indexOf('leave'));
  expect(seen.indexOf('ben joins')).toBeLessThan(seen.indexOf('ben leaves'));
});

test.each([1, 3, undefined])('with a concurrency of %s never runs or reads more than that', async (concurrency) => {
  const most = concurrency ?? 10;
  const gates = Array.from({ length: 30 }, deferred);
  let running = 0;
  let peak = 0;
  const { iterable, state } = eventsOf(...gates.map((_, index) => message(String(index), `r${index}`)));
  const over = dispatchRobotEvents(
    iterable,
    {
      'room.message': async ({ data }) => {
        peak = Math.max(peak, ++running);
        await gates[Number(data.content)]!.promise;
        running--;
      },
    },
    { concurrency },
  );
  for (const [index, gate] of gates.entries()) {
    await eventually(() => expect(running).toBe(Math.min(most, 30 - index)));
    expect(state.pulled).toBeLessThanOrEqual(index + most);
    gate.resolve();
  }
  await over;
  expect(peak).toBe(most);
});

test('passes what a handler throws, rejects with or returns as an Err to onError, and goes on', async () => {
  const thrown = Object.freeze(new Error('mine', { cause: new Error('the reason') }));
  const told: [string, unknown, string | undefined][] = [];
  const seen: string[] = [];
  const { iterable } = eventsOf(message('throw'), message('reject'), message('Err'), message('fine'));
  const result = await dispatchRobotEvents(
    iterable,
    {
      'room.message': ({ data }) => {
        if (data.content === 'throw') throw thrown;
        if (data.content === 'reject') return Promise.reject(thrown);
        if (data.content === 'Err') return errAsync(lagError('not_found', 'no', { status: 404 }));
        return seen.push(data.content);
      },
    },
    { onError: ({ message, cause }, event) => told.push([message, cause, event?.id]) },
  );
  expect(result.isOk()).toBe(true);
  // The thrown value itself, not a copy.
  expect(told).toEqual([
    ['a handler failed: mine', thrown, 'throw'],
    ['a handler failed: mine', thrown, 'reject'],
    ['no', undefined, 'Err'],
  ]);
  expect([told[0]?.[1], told[1]?.[1]].every((cause) => cause === thrown)).toBe(true);
  expect(seen).toEqual(['fine']);
});

test('tells nobody about handlers that succeed', async () => {
  const onError = vi.fn();
  const { iterable } = eventsOf(message('a'), message('b', 'r2'));
  await dispatchRobotEvents(iterable, { 'room.message': () => ok('fine') }, { onError });
  expect(onError).not.toHaveBeenCalled();
});

test('handles an event that arrives while others of its room are waiting after them', async () => {
  const gates = [deferred(), deferred(), deferred()];
  const seen: string[] = [];
  const begun: string[] = [];
  const arrives = deferred();
  const events = (async function* (): AsyncGenerator<Result<RobotEvent, LagError>> {
    yield ok(message('0'));
    yield ok(message('1'));
    await arrives.promise;
    yield ok(message('2'));
  })();
  let isOver = false;
  const over = dispatchRobotEvents(events, {
    'room.message': async ({ data }) => {
      begun.push(data.content);
      await gates[Number(data.content)]!.promise;
      seen.push(data.content);
    },
  }).then(() => (isOver = true));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  gates[0]!.resolve();
  await settle();
  expect(begun).toEqual(['0', '1']);
  arrives.resolve();
  await settle();
  expect(begun).toEqual(['0', '1']);
  gates[1]!.resolve();
  await settle();
  expect(begun).toEqual(['0', '1', '2']);
  expect(isOver).toBe(false);
  gates[2]!.resolve();
  await over;
  expect(seen).toEqual(['0', '1', '2']);
});

test('forgets a room when its last event is handled', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const handled = deferred();
  const end = deferred();
  // An object as the id, because a text cannot be watched.
  let room: object | undefined = { id: 'r1' };
  const watched = new WeakRef(room);
  const events = (async function* (): AsyncGenerator<Result<RobotEvent, LagError>> {
    yield ok(message('a', room as never));
    room = undefined;
    yield ok(message('b', 'r2'));
    await end.promise;
  })();
  const over = dispatchRobotEvents(events, {
    'room.message': ({ data }) => void (data.content === 'b' && handled.resolve()),
  });
  await handled.promise;
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  expect(watched.deref()).toBeUndefined();
  end.resolve();
  await over;
});

test('ignores what onError throws or rejects with', async () => {
  const bad = () => {
    throw new Error('mine');
  };
  for (const onError of [bad, () => Promise.reject(new Error('mine'))]) {
    const { iterable } = eventsOf(message('a'), message('b'));
    expect((await dispatchRobotEvents(iterable, { 'room.message': bad }, { onError })).isOk()).toBe(true);
  }
});

test("returns the listener's Err after the handlers that are running", async () => {
  const seen: string[] = [];
  const { iterable, state } = eventsOf(message('a'), lagError('auth', 'no', { status: 401 }), message('b'));
  const error = await errorOf(
    dispatchRobotEvents(
      iterable,
      {
        'room.message': async ({ data }) => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          seen.push(data.content);
        },
      },
      { onError: () => {} },
    ),
  );
  expect(error).toMatchObject({ kind: 'auth', status: 401 });
  expect(seen).toEqual(['a']);
  expect(state.ended).toBe(true);
});

test('returns an Err if the events throw', async () => {
  // oxlint-disable-next-line eslint/require-yield
  const events = (async function* (): AsyncGenerator<Result<RobotEvent, LagError>> {
    throw new Error('mine');
  })();
  expect(await errorOf(dispatchRobotEvents(events, {}))).toMatchObject({ kind: 'invalid_input' });
});

test.each([
  ['no events', [null, {}]],
  ['no handlers', [eventsOf(message('a')).iterable, null]],
  ['a concurrency of 0', [eventsOf(message('a')).iterable, {}, { concurrency: 0 }]],
  ['a concurrency of NaN', [eventsOf(message('a')).iterable, {}, { concurrency: NaN }]],
  ['a maxWaiting of 0', [eventsOf(message('a')).iterable, {}, { maxWaiting: 0 }]],
  ['a handlerTimeoutMs of 0', [eventsOf(message('a')).iterable, {}, { handlerTimeoutMs: 0 }]],
  ['a drainTimeoutMs that is a text', [eventsOf(message('a')).iterable, {}, { drainTimeoutMs: '8000' }]],
])('returns an Err for %s', async (what, args) => {
  const dispatch = dispatchRobotEvents as (...args: unknown[]) => ReturnType<typeof dispatchRobotEvents>;
  const error = await errorOf(dispatch(...args));
  expect(error.kind).toBe('invalid_input');
  if (what.includes('a concurrency')) expect(error.message).toMatch(/^invalid concurrency: pass a number from 1 /);
});

test('tells onError about a handler that is not a function', async () => {
  const onError = vi.fn();
  await dispatchRobotEvents(eventsOf(message('a')).iterable, { 'room.message': 5 } as never, { onError });
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'invalid_input' }), message('a'));
});

test('handles 5000 events of 50 rooms, each room in order', async () => {
  let handled = 0;
  const { iterable } = eventsOf(
    ...Array.from({ length: 5000 }, (_, index) => message(String(index), `r${index % 50}`)),
  );
  const last = new Map<string, number>();
  await dispatchRobotEvents(iterable, {
    'room.message': async ({ data }) => {
      await Promise.resolve();
      handled++;
      expect(Number(data.content)).toBeGreaterThan(last.get(data.roomId) ?? -1);
      last.set(data.roomId, Number(data.content));
    },
  });
  expect(handled).toBe(5000);
});

test('types the event of each handler', () => {
  const handlers: RobotEventHandlers = {
    'presence.update': (event) => expectTypeOf(event.data.status).toEqualTypeOf<string | null | undefined>(),
    unknown: (event) => expectTypeOf(event.data).toEqualTypeOf<unknown>(),
  };
  // @ts-expect-error there is no such type
  void ({ 'room.massage': () => {} } satisfies RobotEventHandlers);
  expect(Object.keys(handlers)).toHaveLength(2);
});

test('gives every event to a handler that is a function', async () => {
  const types: string[] = [];
  const { iterable } = eventsOf(message('a'), { id: '2', type: 'room.deleted', data: {} });
  await dispatchRobotEvents(iterable, ({ type }) => types.push(type));
  expect(types.toSorted()).toEqual(['room.deleted', 'room.message']);
});

test('does not take a handler from a prototype', async () => {
  const inherited = vi.fn();
  const handlers = Object.create({ 'room.message': inherited }) as RobotEventHandlers;
  await dispatchRobotEvents(eventsOf(message('a')).iterable, handlers);
  expect(inherited).not.toHaveBeenCalled();
});

const hang = () => new Promise<never>(() => {});

test('goes on with other rooms while the handler of one room hangs and its events pile up', async () => {
  fakeTime();
  const seen: string[] = [];
  const events = Array.from({ length: 200 }, (_, index) => message(`${index}`, index % 2 ? 'hangs' : `r${index % 7}`));
  const over = dispatchRobotEvents(eventsOf(...events).iterable, {
    'room.message': ({ data }) => (data.roomId === 'hangs' ? hang() : seen.push(data.content)),
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index * 2));
  void over;
});

test('gives up a handler that takes too long, aborts its signal, and handles the next event of its room', async () => {
  fakeTime();
  const signals: AbortSignal[] = [];
  const told: [string, string | undefined][] = [];
  const over = dispatchRobotEvents(
    eventsOf(message('hangs'), message('next')).iterable,
    {
      'room.message': ({ data }, { signal }) => {
        signals.push(signal);
        return data.content === 'hangs' ? hang() : undefined;
      },
    },
    { handlerTimeoutMs: 2000, onError: ({ kind, message: text }, event) => told.push([`${kind}: ${text}`, event?.id]) },
  );
  await vi.advanceTimersByTimeAsync(1999);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([['timeout: the handler did not finish within 2000 ms', 'hangs']]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect((await over).isOk()).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('ends although every handler hangs, after five minutes for each of a room', async () => {
  fakeTime();
  const onError = vi.fn();
  const over = dispatchRobotEvents(
    eventsOf(message('a'), message('b')).iterable,
    { 'room.message': hang },
    { onError },
  );
  await vi.advanceTimersByTimeAsync(600_000);
  expect((await over).isOk()).toBe(true);
  expect(onError).toHaveBeenCalledTimes(2);
});

test('drops the oldest events of a room whose handlers hang when too many wait, and no others', async () => {
  fakeTime();
  const seen: string[] = [];
  const dropped: string[] = [];
  const events = [
    ...Array.from({ length: 30 }, (_, index) => message(`h${index}`, 'hangs')),
    ...Array.from({ length: 30 }, (_, index) => message(`f${index}`, 'fine')),
  ];
  const over = dispatchRobotEvents(
    eventsOf(...events).iterable,
    { 'room.message': ({ data }) => (data.roomId === 'hangs' ? hang() : void seen.push(data.content)) },
    {
      maxWaiting: 10,
      handlerTimeoutMs: 1000,
      onError: ({ message: text }, event) => text.startsWith('not handled') && dropped.push(event!.id),
    },
  );
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => `f${index}`));
  expect(dropped).toEqual(Array.from({ length: dropped.length }, (_, index) => `h${index + 2}`));
  await vi.advanceTimersByTimeAsync(60_000);
  await over;
});

test('reads no further while as many events wait as may, and drops nothing of a room that is only slow', async () => {
  fakeTime();
  const seen: string[] = [];
  const onError = vi.fn();
  const { iterable, state } = eventsOf(...Array.from({ length: 50 }, (_, index) => message(`${index}`)));
  const over = dispatchRobotEvents(
    iterable,
    {
      'room.message': async ({ data }) => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        seen.push(data.content);
      },
    },
    { maxWaiting: 5, onError },
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(state.pulled).toBe(6);
  await vi.advanceTimersByTimeAsync(50_000);
  await over;
  expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
  expect(onError).not.toHaveBeenCalled();
});

test('handles the events that the listener had fetched when it was stopped', async () => {
  const seen: string[] = [];
  const stop = new AbortController();
  const ctx = robotOver(async () => Response.json(Array.from({ length: 50 }, (_, index) => polled(`e${index}`))));
  const over = dispatchRobotEvents(listenByPoll(ctx, { signal: stop.signal }), {
    'room.message': ({ id }) => {
      seen.push(id);
      stop.abort();
    },
  });
  expect((await over).isOk()).toBe(true);
  expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => `e${index}`));
});

test('ends in time after the listener was stopped although handlers hang, and reports what was not handled', async () => {
  fakeTime();
  const stop = new AbortController();
  const told: (string | undefined)[] = [];
  let begun = 0;
  const ctx = robotOver(async () =>
    Response.json(Array.from({ length: 40 }, (_, index) => polled(`e${index}`, 'hi', `r${index % 20}`))),
  );
  const over = dispatchRobotEvents(
    listenByPoll(ctx, { signal: stop.signal }),
    {
      'room.message': () => {
        begun++;
        stop.abort();
        return hang();
      },
    },
    { drainTimeoutMs: 3000, onError: ({ kind }, event) => told.push(`${kind} ${event?.id}`) },
  );
  await vi.advanceTimersByTimeAsync(3000);
  expect((await over).isOk()).toBe(true);
  expect(begun).toBe(10);
  expect(new Set(told)).toEqual(new Set(Array.from({ length: 40 }, (_, index) => `timeout e${index}`)));
  expect(told).toHaveLength(40);
  expect(vi.getTimerCount()).toBe(0);
});

test('waits for running handlers without a limit if the listener ends by itself', async () => {
  fakeTime();
  const seen: string[] = [];
  const over = dispatchRobotEvents(
    listenByPoll(robotOver(async () => new Response(null, { status: 401 }))),
    {},
    { onError: () => {}, drainTimeoutMs: 1 },
  );
  expect((await over).isErr()).toBe(true);
  const events = eventsOf(message('slow'), lagError('auth', 'no', { status: 401 }));
  const dispatched = dispatchRobotEvents(
    events.iterable,
    {
      'room.message': async () => {
        await new Promise((resolve) => setTimeout(resolve, 200_000));
        seen.push('slow');
      },
    },
    { onError: () => {} },
  );
  await vi.advanceTimersByTimeAsync(200_000);
  expect(await errorOf(dispatched)).toMatchObject({ kind: 'auth' });
  expect(seen).toEqual(['slow']);
});

test('without onError prints the first failure of each kind and why the listener ended', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  const boom = new Error('boom');
  const { iterable } = eventsOf(message('1'), message('2'), message('3'), lagError('auth', 'who?', { status: 401 }));
  await dispatchRobotEvents(iterable, {
    'room.message': ({ id }) =>
      id === '3' ? errAsync(lagError('conflict', 'no', { status: 409 })) : Promise.reject(boom),
  });
  expect(printed.mock.calls.map(([text]) => text)).toEqual([
    'lagclient: could not handle room.message (id 1): a handler failed: boom (pass onError to see every failure)',
    'lagclient: the robot gets no more events: who?',
    'lagclient: could not handle room.message (id 3): no (pass onError to see every failure)',
  ]);
  expect(printed.mock.calls[0]?.[1]).toMatchObject({ kind: 'invalid_input', cause: boom });
});

test('with onError prints nothing', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { iterable } = eventsOf(message('1'), lagError('auth', 'who?', { status: 401 }));
  await dispatchRobotEvents(
    iterable,
    { 'room.message': () => Promise.reject(new Error('boom')) },
    { onError: () => {} },
  );
  expect(printed).not.toHaveBeenCalled();
});
