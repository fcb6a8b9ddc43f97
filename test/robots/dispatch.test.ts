import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { err, errAsync, ok, type Result } from 'neverthrow';
import { expect, expectTypeOf, test, vi } from 'vitest';
import { lagError, type LagError } from '../../src/errors.js';
import { dispatchRobotEvents, type RobotEvent, type RobotEventHandlers } from '../../src/robots/index.js';
import { eventually } from '../support/eventually.js';
import { deferred, errorOf } from '../support/results.js';

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

test('each event goes to the handler of its type, and the end waits for the last of them', async () => {
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

test('the order of a room is kept, and rooms do not wait for each other', async () => {
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

test('events of a room without messages are in its order, too, and those without a room in that of their user', async () => {
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

test.each([1, 3, undefined])(
  'with a concurrency of %s no more are under way, and no more are read',
  async (concurrency) => {
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
  },
);

test('what a handler throws, rejects with or answers as an Err is told with its event, and nothing else is lost', async () => {
  const told: [string, string | undefined][] = [];
  const seen: string[] = [];
  const { iterable } = eventsOf(message('throw'), message('reject'), message('Err'), message('fine'));
  const result = await dispatchRobotEvents(
    iterable,
    {
      'room.message': ({ data }) => {
        if (data.content === 'throw') throw new Error('mine');
        if (data.content === 'reject') return Promise.reject(new Error('mine'));
        if (data.content === 'Err') return errAsync(lagError('not_found', 'no', { status: 404 }));
        return seen.push(data.content);
      },
    },
    { onError: ({ kind, cause }, event) => told.push([`${kind} ${String(cause)}`, event?.id]) },
  );
  expect(result.isOk()).toBe(true);
  expect(told).toEqual([
    ['invalid_input Error: mine', 'throw'],
    ['invalid_input Error: mine', 'reject'],
    ['not_found undefined', 'Err'],
  ]);
  expect(seen).toEqual(['fine']);
});

test('what goes well is told to nobody', async () => {
  const onError = vi.fn();
  const { iterable } = eventsOf(message('a'), message('b', 'r2'));
  await dispatchRobotEvents(iterable, { 'room.message': () => ok('fine') }, { onError });
  expect(onError).not.toHaveBeenCalled();
});

test('an event that comes while another of its room is waited for comes after it, and the end waits for both', async () => {
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

test('a room is forgotten when its last event is over', async () => {
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

test('an onError that throws or rejects, or is not there, changes nothing', async () => {
  const bad = () => {
    throw new Error('mine');
  };
  for (const onError of [bad, () => Promise.reject(new Error('mine')), undefined]) {
    const { iterable } = eventsOf(message('a'), message('b'));
    expect((await dispatchRobotEvents(iterable, { 'room.message': bad }, { onError })).isOk()).toBe(true);
  }
});

test("the listener's Err is the result, after what is under way", async () => {
  const seen: string[] = [];
  const { iterable, state } = eventsOf(message('a'), lagError('auth', 'no', { status: 401 }), message('b'));
  const error = await errorOf(
    dispatchRobotEvents(iterable, {
      'room.message': async ({ data }) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        seen.push(data.content);
      },
    }),
  );
  expect(error).toMatchObject({ kind: 'auth', status: 401 });
  expect(seen).toEqual(['a']);
  expect(state.ended).toBe(true);
});

test('events that throw are an Err', async () => {
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
])('%s are an Err', async (what, args) => {
  const dispatch = dispatchRobotEvents as (...args: unknown[]) => ReturnType<typeof dispatchRobotEvents>;
  const message = what.includes('concurrency')
    ? /^invalid concurrency: pass a number/
    : /^an argument cannot be read: /;
  expect(await errorOf(dispatch(...args))).toMatchObject({
    kind: 'invalid_input',
    message: expect.stringMatching(message) as string,
  });
});

test('a handler that is no function is told', async () => {
  const onError = vi.fn();
  await dispatchRobotEvents(eventsOf(message('a')).iterable, { 'room.message': 5 } as never, { onError });
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'invalid_input' }), message('a'));
});

test('many rooms and events leave nothing behind', async () => {
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

test('a handler knows its event', () => {
  const handlers: RobotEventHandlers = {
    'presence.update': (event) => expectTypeOf(event.data.status).toEqualTypeOf<string | null | undefined>(),
    unknown: (event) => expectTypeOf(event.data).toEqualTypeOf<unknown>(),
  };
  // @ts-expect-error there is no such type
  void ({ 'room.massage': () => {} } satisfies RobotEventHandlers);
  expect(Object.keys(handlers)).toHaveLength(2);
});
