import { describe, expect, test } from 'vitest';
import {
  createContext,
  iterateRoomMessages,
  getVersion,
  listMembers,
  uploadImage,
  type Page,
  type RoomMessage,
} from '../../src/index.js';
import { readBytes } from '../../src/transports/read-bytes.js';
import { errorOf, valueOf } from '../support/results.js';

const TOKEN = 'lag_pat_x1234567';

const over = (respond: (n: number) => Response, options: object = {}) => {
  let count = 0;
  return createContext(TOKEN, { fetch: async () => respond(count++), maxRetries: 0, ...options });
};

const member = (n: number) => ({
  userId: `u${n}`,
  username: 'ada',
  displayName: null,
  avatarUrl: null,
  role: 'member',
  roleId: null,
  status: 'online',
  joinedAt: '2026-03-01T09:00:00.000Z',
});

const members = (count: number) => Response.json(Array.from({ length: count }, (_, n) => member(n)));

describe('maxItems', () => {
  test('is 10 000 unless told otherwise', async () => {
    expect(
      await valueOf(
        listMembers(
          over(() => members(10_000)),
          's1',
        ),
      ),
    ).toHaveLength(10_000);
    const error = await errorOf(
      listMembers(
        over(() => members(10_001)),
        's1',
      ),
    );
    expect([error.kind, error.message]).toEqual([
      'invalid_response',
      'unexpected response: expected at most 10000 items',
    ]);
  });

  test('is an option of a context and of a call', async () => {
    const response = () => members(11_000);
    expect(await valueOf(listMembers(over(response, { maxItems: 11_000 }), 's1'))).toHaveLength(11_000);
    expect(await valueOf(listMembers(over(response), 's1', { maxItems: Infinity }))).toHaveLength(11_000);
    expect(
      (
        await errorOf(
          listMembers(
            over(() => members(3)),
            's1',
            { maxItems: 2 },
          ),
        )
      ).kind,
    ).toBe('invalid_response');
    expect(
      await valueOf(
        listMembers(
          over(() => members(2)),
          's1',
          { maxItems: 2 },
        ),
      ),
    ).toHaveLength(2);
  });

  test.each<unknown>([-1, NaN, '5', null, 2 ** 31])('that is %o is rejected', async (maxItems) => {
    const error = await errorOf(
      listMembers(
        over(() => members(1)),
        's1',
        { maxItems: maxItems as number },
      ),
    );
    expect([error.kind, error.attempts]).toEqual(['invalid_input', 0]);
    expect(error.message).toMatch(/^invalid maxItems: /);
  });
});

describe('a large JSON text', () => {
  const large = (text: string) => `{"version":"1","more":${text}}`;
  const filler = `"${'x'.repeat(100_000)}"`;

  test.each([
    [
      'of lists in lists',
      `[${filler},${'['.repeat(101)}${']'.repeat(101)}]`,
      'more than 100 lists and objects in each other',
    ],
    ['of many numbers', `[${'0,'.repeat(100_001)}0]`, 'more than 100000 values; raise maxItems to allow more'],
    ['of many objects', `[${'{},'.repeat(100_000)}{}]`, 'more than 100000 values; raise maxItems to allow more'],
  ])('%s is rejected before it is parsed', async (_, text, message) => {
    const error = await errorOf(getVersion(over(() => new Response(large(text)))));
    expect([error.kind, error.message]).toEqual(['invalid_response', `unexpected response: ${message}`]);
  });

  test.each([
    ['brackets in a text', JSON.stringify('[{,'.repeat(200_000))],
    ['escaped quotes in a text', JSON.stringify('"[{,\\'.repeat(100_000))],
    ['a text that ends with a backslash', JSON.stringify(`${'x'.repeat(100_000)}\\`)],
    ['many short lists', `[${filler},${'[],'.repeat(40_000)}[]]`],
    ['99 lists in each other', `[${filler},${'['.repeat(98)}${']'.repeat(98)}]`],
  ])('with %s is taken', async (_, text) => {
    expect((await valueOf(getVersion(over(() => new Response(large(text)))))).version).toBe('1');
  });

  test.each(['"', '"\\', '"\\\\', '"\\"'])('that ends inside of a string %s is not JSON', async (end) => {
    const error = await errorOf(getVersion(over(() => new Response(`[${filler},${end}`))));
    expect(error.message).toBe('unexpected response: not JSON');
  });

  test('may have more values where lists may be longer', async () => {
    const text = large(`[${'0,'.repeat(150_000)}0]`);
    expect((await valueOf(getVersion(over(() => new Response(text), { maxItems: 20_000 })))).version).toBe('1');
  });
});

const PIECES = 1_000_000;

/** A stream of pieces that are all there already. */
const pieces = (piece: Uint8Array, count: number) => {
  let left = count;
  return {
    getReader: () => ({
      read: async () => (left-- > 0 ? { done: false, value: piece } : { done: true }),
      cancel: async () => {},
    }),
  } as unknown as ReadableStream<Uint8Array>; // has what is read of one
};

describe('a million pieces of one byte', () => {
  test('let timers run all the while', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++);
    const { bytes } = await readBytes(pieces(new Uint8Array([7]), PIECES), { maxBytes: PIECES });
    clearInterval(timer);
    expect(bytes).toHaveLength(PIECES);
    // By turns and not by milliseconds, which other processes take.
    expect(turns).toBeGreaterThan(20);
  });

  test('end with the deadline or the signal of an upload', async () => {
    const endless = () => pieces(new Uint8Array([7]), Infinity);
    const ctx = over(() => new Response());
    const late = await errorOf(uploadImage(ctx, endless(), { purpose: 'chat' }, { deadlineMs: 30 }));
    expect([late.kind, late.attempts]).toEqual(['timeout', 0]);
    const signal = AbortSignal.timeout(30);
    const aborted = await errorOf(uploadImage(ctx, endless(), { purpose: 'chat' }, { signal }));
    expect([aborted.kind, aborted.attempts]).toEqual(['aborted', 0]);
  });
});

test('a stream of nothing but empty pieces is an error', async () => {
  const error = await errorOf(
    uploadImage(
      over(() => new Response()),
      pieces(new Uint8Array(), Infinity),
      { purpose: 'chat' },
    ),
  );
  expect([error.kind, error.message]).toEqual([
    'invalid_input',
    'the image cannot be read: the body has no end: it sends nothing but empty pieces',
  ]);
});

describe('a walk', () => {
  const walk = async (
    pageOf: (n: number) => object,
  ): Promise<{ pages: Page<RoomMessage>[]; message: string | undefined }> => {
    const pages: Page<RoomMessage>[] = [];
    for await (const page of iterateRoomMessages(
      over((n) => Response.json(pageOf(n))),
      's1',
      'r1',
    )) {
      if (page.isErr()) return { pages, message: page.error.message };
      pages.push(page.value);
    }
    return { pages, message: undefined };
  };

  test('ends at a cursor of more than 1000 characters', async () => {
    const { pages, message } = await walk(() => ({ messages: [], hasMore: true, nextCursor: 'c'.repeat(1001) }));
    expect([pages.length, message]).toEqual([1, 'nextCursor is longer than 1000 characters']);
  });

  test('ends after ten empty pages', async () => {
    const { pages, message } = await walk((n) => ({ messages: [], hasMore: true, nextCursor: `${n}` }));
    expect(pages).toHaveLength(10);
    expect(message).toMatch(/do not come to an end/);
  });

  test.each([
    [{ hasMore: true }],
    [{ hasMore: true, nextCursor: null }],
    [{ hasMore: null, nextCursor: null }],
    [{ nextCursor: '' }],
    [{ hasMore: false, nextCursor: 'more' }],
    [{}],
  ])('ends quietly at %j', async (end) => {
    const { pages, message } = await walk(() => ({ messages: [], ...end }));
    expect([pages.length, pages[0]!.hasMore, pages[0]!.nextCursor, message]).toEqual([1, false, null, undefined]);
  });
});
