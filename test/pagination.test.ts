import fc from 'fast-check';
import { err, errAsync, ok, okAsync, type Result } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { createContext } from '../src/context.js';
import { isLagError, lagError, type LagError } from '../src/errors.js';
import type { MessagePage } from '../src/models/messages.js';
import { iterateDmMessages } from '../src/operations/dms.js';
import { iterateRoomMessages } from '../src/operations/room-messages.js';
import { collectItems, itemsSince, iterateItems, walkPages, type Page } from '../src/pagination.js';
import { contextAt, contextOver } from './support/contexts.js';
import { errorOf, valueOf } from './support/results.js';
import { ROBOT_TOKEN, sampleMessage, samplePage, USER_TOKEN } from './support/samples.js';
import { empty, json, serve, type Answer, type TestServer } from './support/server.js';

/** A room of messages `m0` (the oldest) to `m<count - 1>`, paged as the API does it; the cursor is a position. */
const room =
  (count: number): Answer =>
  (response, request) => {
    const { searchParams } = new URL(request.url, 'http://lag.test');
    const end = Number(searchParams.get('cursor')?.slice(1) ?? count);
    const start = Math.max(0, end - Number(searchParams.get('limit') ?? 50));
    const ids = Array.from({ length: end - start }, (_, index) => `m${start + index}`);
    json(samplePage(ids, start > 0 ? `c${start}` : null))(response, request);
  };

const walk = (
  server: TestServer,
  ...[query, options]: [Parameters<typeof iterateRoomMessages>[3]?, Parameters<typeof iterateRoomMessages>[4]?]
) => iterateRoomMessages(contextAt(server.url, { maxRetries: 0 }), 's1', 'r1', query, options);

const readAll = async <T>(results: AsyncIterable<Result<T, LagError>>): Promise<Result<T, LagError>[]> => {
  const all: Result<T, LagError>[] = [];
  for await (const result of results) all.push(result);
  return all;
};

const idsOf = (page: Result<Page<{ id: string }>, LagError> | undefined): string[] =>
  page!._unsafeUnwrap().items.map(({ id }) => id);

describe('a walk over pages', () => {
  test('goes from the newest to the oldest page, and then ends', async () => {
    const server = await serve(room(5));
    const pages = await readAll(walk(server, { limit: 2 }));
    expect(pages.map(idsOf)).toEqual([['m3', 'm4'], ['m1', 'm2'], ['m0']]);
    expect(pages.map((page) => page._unsafeUnwrap())).toMatchObject([
      { hasMore: true, nextCursor: 'c3' },
      { hasMore: true, nextCursor: 'c1' },
      { hasMore: false, nextCursor: null },
    ]);
    expect(server.requests.map(({ url }) => url.replace(/.*\?/, ''))).toEqual([
      'limit=2',
      'limit=2&cursor=c3',
      'limit=2&cursor=c1',
    ]);
  });

  test('goes over direct messages too, and as a robot', async () => {
    const dm = { ...sampleMessage(), conversationId: 'c1' };
    const server = await serve(
      json({ messages: [dm], hasMore: true, nextCursor: 'a' }),
      json({ messages: [dm], hasMore: false, nextCursor: null }),
      room(1),
    );
    const pages = await readAll(iterateDmMessages(contextAt(server.url), 'd1'));
    expect(pages.map(idsOf)).toEqual([['m1'], ['m1']]);
    await readAll(iterateRoomMessages(contextAt(server.url, {}, ROBOT_TOKEN), 's1', 'r1'));
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/dms/d1/messages',
      '/dms/d1/messages?cursor=a',
      '/robots/@me/servers/s1/rooms/r1/messages',
    ]);
  });

  test('can be taken up again after any page', async () => {
    const server = await serve(room(9));
    const whole = (await readAll(walk(server, { limit: 2 }))).map((page) => page._unsafeUnwrap());
    for (const [index, { nextCursor }] of whole.slice(0, -1).entries()) {
      const rest = await readAll(walk(server, { limit: 2, cursor: nextCursor! }));
      expect(rest.map((page) => page._unsafeUnwrap())).toEqual(whole.slice(index + 1));
    }
  });

  test('asks for a page only when it is wanted, and for none after the loop is left', async () => {
    const server = await serve(room(9));
    const pages = walk(server, { limit: 1 });
    expect(server.requests).toHaveLength(0);
    for await (const page of pages) if (idsOf(page)[0] === 'm7') break;
    expect(server.requests).toHaveLength(2);
    expect(await pages.next()).toEqual({ done: true, value: undefined });
    expect(server.requests).toHaveLength(2);
  });

  test('ends after the first error', async () => {
    const server = await serve(room(9), empty(403));
    const pages = await readAll(walk(server, { limit: 1 }));
    expect(pages).toHaveLength(2);
    expect(pages[1]!._unsafeUnwrapErr()).toMatchObject({ kind: 'permission', path: '/servers/s1/rooms/r1/messages' });
    expect(server.requests).toHaveLength(2);
  });

  test('ends when it is aborted, between pages and inside of one', async () => {
    const caller = new AbortController();
    const server = await serve(room(9), () => caller.abort());
    const pages = walk(server, { limit: 1 }, { signal: caller.signal });
    expect((await pages.next()).value?.isOk()).toBe(true);
    expect((await pages.next()).value?._unsafeUnwrapErr()).toMatchObject({ kind: 'aborted', attempts: 1 });
    expect(await pages.next()).toEqual({ done: true, value: undefined });
    const other = new AbortController();
    const between = walk(await serve(room(9)), { limit: 1 }, { signal: other.signal });
    await between.next();
    other.abort();
    expect((await between.next()).value?._unsafeUnwrapErr()).toMatchObject({ kind: 'aborted', attempts: 0 });
  });

  test('ends quietly if the server promises more but gives no cursor', async () => {
    const server = await serve(json(samplePage(['m2'], null, true)));
    const pages = await readAll(walk(server));
    expect(pages.map((page) => page._unsafeUnwrap())).toMatchObject([{ hasMore: false, nextCursor: null }]);
    expect(server.requests).toHaveLength(1);
  });

  test('ends in invalid_response after a cursor of more than 1000 characters', async () => {
    const server = await serve(json(samplePage(['m2'], 'c'.repeat(1001))));
    const pages = await readAll(walk(server));
    expect(pages.at(-1)!._unsafeUnwrapErr()).toMatchObject({
      kind: 'invalid_response',
      message: 'nextCursor is longer than 1000 characters',
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, unknown[], number]>([
    ['the cursor that it was asked for', [samplePage(['m2'], 'start')], 1],
    ['a cursor that it gave before', [samplePage(['m3'], 'a'), samplePage(['m2'], 'b'), samplePage(['m1'], 'a')], 3],
    ['ten pages of nothing', Array.from({ length: 11 }, (_, n) => samplePage([], `c${n}`)), 10],
  ])('ends in invalid_response after %s', async (_, answers, pagesGiven) => {
    const server = await serve(...(answers.map((answer) => json(answer)) as [Answer]));
    const pages = await readAll(walk(server, { cursor: 'start' }));
    expect(pages.slice(0, -1).every((page) => page.isOk())).toBe(true);
    expect(pages).toHaveLength(pagesGiven + 1);
    const error = pages.at(-1)!._unsafeUnwrapErr();
    const message = 'the pages do not come to an end: a cursor or an empty page comes again and again';
    expect(error).toMatchObject({ kind: 'invalid_response', message, issues: [{ path: 'nextCursor', message }] });
    expect(server.requests).toHaveLength(pagesGiven);
  });

  test.each<[string, object]>([
    ['says there is more without a cursor', { hasMore: true, nextCursor: null }],
    ['says there is more and leaves out the cursor', { hasMore: true }],
    ['says nothing at all', {}],
    ['says null', { hasMore: null, nextCursor: null }],
    ['says there is no more and gives a cursor', { hasMore: false, nextCursor: 'a' }],
  ])('ends after a page that %s', async (_, rest) => {
    const server = await serve(json({ messages: samplePage(['m1']).messages, ...rest }));
    const pages = await readAll(walk(server));
    expect(pages.map((page) => page._unsafeUnwrap())).toMatchObject([
      { items: [{ id: 'm1' }], hasMore: false, nextCursor: null },
    ]);
    expect(server.requests).toHaveLength(1);
  });

  test.each<unknown>([undefined, null, true])('follows a cursor where hasMore is %s', async (hasMore) => {
    const server = await serve(json({ ...samplePage(['m2'], 'a'), hasMore }), json(samplePage(['m1'])));
    const pages = await readAll(walk(server));
    expect(pages.map((page) => page._unsafeUnwrap().items[0]?.id)).toEqual(['m2', 'm1']);
    expect(pages[0]!._unsafeUnwrap()).toMatchObject({ hasMore: true, nextCursor: 'a' });
  });

  test('goes on over a few pages of nothing', async () => {
    const hole = Array.from({ length: 9 }, (_, n) => json(samplePage([], `a${n}`)));
    const again = Array.from({ length: 9 }, (_, n) => json(samplePage([], `b${n}`)));
    const server = await serve(
      ...(hole as [Answer]),
      json(samplePage(['m2'], 'a')),
      ...again,
      json(samplePage(['m1'])),
    );
    const pages = await readAll(walk(server));
    expect(pages.every((page) => page.isOk())).toBe(true);
    expect(pages).toHaveLength(20);
  });

  test('hides a cursor that leads nowhere', async () => {
    const server = await serve(json(samplePage(['m1'], 'stale', false)));
    expect((await readAll(walk(server)))[0]!._unsafeUnwrap()).toMatchObject({ hasMore: false, nextCursor: null });
  });

  test.each<unknown>([{ limit: 0 }, { limit: 101 }, { limit: NaN }, { cursor: '\ud800' }])(
    'with %o sends nothing',
    async (query) => {
      const server = await serve(room(1));
      const pages = await readAll(walk(server, query as object));
      expect(pages.map((page) => page._unsafeUnwrapErr().kind)).toEqual(['invalid_input']);
      expect(server.requests).toHaveLength(0);
    },
  );

  test('stays total with arguments that throw, and a page that is none', async () => {
    const trapped = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trapped');
        },
      },
    );
    const ctx = createContext(USER_TOKEN);
    const walks = [
      iterateRoomMessages(ctx, 's1', 'r1', trapped),
      iterateRoomMessages(null as never, 's1', 'r1'),
      walkPages(() => {
        throw new Error('own');
      }, undefined),
      walkPages(() => 5 as never, {}),
      walkPages(() => okAsync(null as never), {}),
    ];
    for (const pages of walks)
      expect((await readAll(pages)).map((page) => page._unsafeUnwrapErr().kind)).toEqual(['invalid_input']);
  });

  test('always comes to an end, and gives every message once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 10 }), async (count, limit) => {
        const fetch = (url: string) =>
          new Promise<Response>((resolve) => {
            const response = { writeHead: () => ({ end: (body: string) => resolve(new Response(body)) }) };
            room(count)(response as never, { url } as never);
          });
        const ctx = contextOver(fetch);
        const items = await valueOf(collectItems(iterateRoomMessages(ctx, 's1', 'r1', { limit }), Infinity));
        expect(new Set(items.map(({ id }) => id)).size).toBe(count);
        expect(items).toHaveLength(count);
      }),
      { numRuns: 30 },
    );
    const cursors = fc.array(
      fc.record({
        messages: fc.array(fc.nat(), { maxLength: 1 }),
        hasMore: fc.boolean(),
        nextCursor: fc.option(fc.constantFrom('a', 'b', 'c')),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(cursors, async (answers) => {
        let asked = 0;
        const pages = await readAll(
          walkPages(() => okAsync<MessagePage<number>, LagError>(answers[asked++ % answers.length]!), undefined),
        );
        expect(pages.slice(0, -1).every((page) => page.isOk())).toBe(true);
        expect(asked).toBeLessThanOrEqual(4);
      }),
    );
  });
});

/** Pages that say how often they were asked for, and whether they were left. */
const source = (...pages: (number[] | LagError)[]) => {
  const state = { asked: 0, left: false };
  async function* generate() {
    try {
      for (const page of pages) {
        state.asked++;
        yield Array.isArray(page)
          ? ok<Page<number>, LagError>({ items: page, hasMore: true, nextCursor: 'x' })
          : err<Page<number>, LagError>(page);
      }
    } finally {
      state.left = true;
    }
  }
  return { state, pages: generate() };
};

describe('iterateItems', () => {
  test('gives the items one by one, newest first', async () => {
    const items = await readAll(iterateItems(source([3, 4], [], [1, 2]).pages));
    expect(items.map((item) => item._unsafeUnwrap())).toEqual([4, 3, 2, 1]);
  });

  test('ends after the first error, and leaves the pages', async () => {
    const failure = lagError('timeout', 'm');
    const { state, pages } = source([1], failure, [2]);
    const items = await readAll(iterateItems(pages));
    expect(items).toHaveLength(2);
    expect(items[1]!._unsafeUnwrapErr()).toBe(failure);
    expect(state).toEqual({ asked: 2, left: true });
  });

  test('leaves the pages when it is left', async () => {
    const { state, pages } = source([1, 2], [3]);
    for await (const item of iterateItems(pages)) if (item._unsafeUnwrap() === 2) break;
    expect(state).toEqual({ asked: 1, left: true });
  });

  test.each<[string, unknown]>([
    [
      'throws at once',
      {
        [Symbol.asyncIterator]: () => {
          throw new Error('own');
        },
      },
    ],
    [
      'throws on the way',
      (async function* () {
        yield* [];
        throw new Error('own');
      })(),
    ],
    [
      'throws nothing',
      (async function* () {
        yield* [];
        throw undefined;
      })(),
    ],
    [
      'yields no Result',
      (async function* () {
        yield 5;
      })(),
    ],
    [
      'yields a page without items',
      (async function* () {
        yield ok({});
      })(),
    ],
    ['is none', undefined],
    ['is a number', 5],
  ])('gives an Err for a source that %s', async (_, pages) => {
    const items = await readAll(iterateItems(pages as AsyncIterable<Result<Page<number>, LagError>>));
    expect(items.map((item) => item._unsafeUnwrapErr())).toMatchObject([{ kind: 'invalid_input' }]);
  });

  test('does not throw when a source throws at being left', async () => {
    const pages = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: ok({ items: [1], hasMore: true, nextCursor: 'x' }) }),
        return: () => Promise.reject(new Error('own')),
      }),
    };
    for await (const item of iterateItems(pages as never)) {
      expect(item._unsafeUnwrap()).toBe(1);
      break;
    }
    expect(await valueOf(collectItems(pages as never, 1))).toEqual([1]);
  });
});

describe('collectItems', () => {
  test.each([
    [0, [], 0],
    [1, [2], 1],
    [2, [2, 1], 1],
    [3, [2, 1, 4], 2],
    [99, [2, 1, 4, 3], 2],
    [Infinity, [2, 1, 4, 3], 2],
  ])('of at most %d asks for no page more than it needs', async (max, items, asked) => {
    const { state, pages } = source([1, 2], [3, 4]);
    expect(await valueOf(collectItems(pages, max))).toEqual(items);
    expect(state.asked).toBe(asked);
  });

  test.each<unknown>([-1, 1.5, NaN, -Infinity, '5', null, undefined, {}, 5n, Symbol('s')])(
    'takes no bound of %o',
    async (max) => {
      const { state, pages } = source([1]);
      expect(await errorOf(collectItems(pages, max as number))).toMatchObject({
        kind: 'invalid_input',
        message: 'invalid max: pass a whole number, or Infinity for all',
      });
      expect(state.asked).toBe(0);
    },
  );

  test('is the error of the page that fails, unless it had enough before', async () => {
    const failure = lagError('timeout', 'm');
    expect(await errorOf(collectItems(source([1], failure).pages, 2))).toBe(failure);
    expect(await valueOf(collectItems(source([1], failure).pages, 1))).toEqual([1]);
  });

  test('stops a walk over real pages where it has enough', async () => {
    const server = await serve(room(500));
    const items = await valueOf(collectItems(walk(server, { limit: 100 }), 150));
    expect(items).toHaveLength(150);
    expect(items[0]!.id).toBe('m499');
    expect(server.requests).toHaveLength(2);
  });

  test('stays total with what is no pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (pages, max) => {
        const result = await collectItems(pages as never, max as number);
        expect(result.isOk() ? Array.isArray(result.value) : isLagError(result.error)).toBe(true);
      }),
    );
    expect(
      await errorOf(
        collectItems(
          walkPages(() => errAsync(lagError('auth', 'm')), {}),
          5,
        ),
      ),
    ).toMatchObject({ kind: 'auth' });
  });
});

describe('itemsSince', () => {
  const day = (date: number) => ({ id: date, createdAt: `2026-03-${String(date).padStart(2, '0')}T12:00:00.000Z` });
  const days = async (since: unknown, ...pages: Parameters<typeof source>) => {
    const { state, pages: walked } = source(...pages);
    // The type of `source` knows no dates.
    const items = await readAll(itemsSince<ReturnType<typeof day>>(walked as never, since as Date));
    return { state, items: items.map((item) => (item.isOk() ? item.value.id : item.error.kind)) };
  };
  const march = [
    [day(5), day(6)],
    [day(3), day(4)],
    [day(1), day(2)],
  ] as never as Parameters<typeof source>;

  test.each<[unknown, number[], number]>([
    [new Date('2026-03-04T12:00:00Z'), [6, 5, 4], 2],
    ['2026-03-04T12:00:00.001Z', [6, 5], 2],
    ['2026-03-04T13:00:00+01:00', [6, 5, 4], 2],
    [Date.parse('2026-03-05T00:00:00Z'), [6, 5], 2],
    ['2026-04-01', [], 1],
    ['1970-01-01', [6, 5, 4, 3, 2, 1], 3],
  ])('goes back to %o and asks for no more pages than that takes', async (since, expected, asked) => {
    const { state, items } = await days(since, ...march);
    expect(items).toEqual(expected);
    expect(state.asked).toBe(asked);
    if (asked < 3) expect(state.left).toBe(true);
  });

  test('goes back over real pages, whose items are oldest first', async () => {
    const message = (date: number) => ({ ...sampleMessage(`m${date}`), createdAt: day(date).createdAt });
    const server = await serve(
      json({ messages: [message(8), message(9)], hasMore: true, nextCursor: 'c8' }),
      json({ messages: [message(6), message(7)], hasMore: true, nextCursor: 'c6' }),
    );
    const found = await readAll(itemsSince(walk(server), new Date('2026-03-07T00:00:00Z')));
    expect(found.map((item) => item._unsafeUnwrap().id)).toEqual(['m9', 'm8', 'm7']);
    expect(server.requests).toHaveLength(2);
  });

  test('ends after the first error', async () => {
    const { items } = await days('2026-03-01', march[0]!, lagError('timeout', 'm') as never, march[1]!);
    expect(items).toEqual([6, 5, 'timeout']);
  });

  test.each<unknown>([
    'soon',
    NaN,
    undefined,
    {},
    Symbol('s'),
    new Date(NaN),
    1n,
    {
      valueOf: () => {
        throw 1;
      },
    },
  ])(
    // prettier-ignore
    'asks for nothing with %o as the date',
    async (since) => {
      const { state, items } = await days(since, ...march);
      expect(items).toEqual(['invalid_input']);
      expect(state.asked).toBe(0);
    },
  );

  test('gives an Err for an item that cannot be read, and for what is no pages', async () => {
    expect((await days('2026-03-01', [null] as never)).items).toEqual(['invalid_input']);
    const none = await readAll(itemsSince(undefined as never, new Date()));
    expect(none.map((item) => item._unsafeUnwrapErr().kind)).toEqual(['invalid_input']);
  });

  test('leaves the pages when it is left', async () => {
    const { state, pages } = source(...march);
    for await (const item of itemsSince(pages as never, 0)) if (item.isOk()) break;
    expect(state).toEqual({ asked: 1, left: true });
  });
});
