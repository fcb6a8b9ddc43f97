import { describe, expect, test } from 'vitest';
import { collectItems, createContext, iterateRoomMessages, type RoomMessage } from '../../src/index.js';
import { knownFieldsOf, OPERATIONS } from '../operations.table.js';
import { sampleMessage } from '../support/samples.js';
import { respondWith, transportOf } from '../support/transports.js';

const over = (answer: unknown) =>
  createContext('lag_pat_x1234567' as string, {
    maxRetries: 0,
    transport: transportOf(async () => respondWith(JSON.stringify(answer))),
  });

/** The answer with one field less, or with `null` in its place, for each field that may be absent. */
const variants = (answer: unknown): { readonly path: string; readonly value: unknown }[] => {
  if (Array.isArray(answer))
    return answer.flatMap((item, index) =>
      variants(item).map(({ path, value }) => ({ path: `${index}.${path}`, value: answer.with(index, value) })),
    );
  if (typeof answer !== 'object' || answer === null) return [];
  const { mayBeAbsent, isUnknown } = knownFieldsOf(answer);
  return Object.entries(answer).flatMap(([name, field]) => {
    if (isUnknown.has(name)) return [];
    const { [name]: _left, ...others } = answer as Record<string, unknown>;
    const inner = variants(field).map(({ path, value }) => ({
      path: `${name}.${path}`,
      value: { ...answer, [name]: value },
    }));
    // A record's entries are data: they may be missing, but not null.
    const isData = mayBeAbsent.size === Object.keys(answer).length;
    const own =
      mayBeAbsent.has(name) && !isData
        ? [
            { path: `${name} absent`, value: others },
            { path: `${name} null`, value: { ...answer, [name]: null } },
          ]
        : [];
    return [...own, ...inner];
  });
};

describe.each(OPERATIONS.filter(({ answer }) => typeof answer === 'object' && answer !== null))(
  '$name',
  ({ run, answer }) => {
    test('takes each optional field absent or null', async () => {
      for (const { path, value } of variants(answer)) {
        const result = await run(over(value));
        expect([path, result.isOk()]).toEqual([path, true]);
      }
    });
  },
);

describe('the items of a walk', () => {
  const PAGE = 50;
  const message = (n: number) => ({ ...sampleMessage(`m${n}`), content: `${n}` });
  /** 120 messages, oldest first in each page, the newest page first. */
  const room = (url: string) => {
    const end = Number(new URL(url).searchParams.get('cursor') ?? 120);
    const start = Math.max(0, end - PAGE);
    const messages = Array.from({ length: end - start }, (_, index) => message(start + index));
    return { messages, hasMore: start > 0, nextCursor: start > 0 ? `${start}` : null };
  };

  test.each([0, 1, 49, 50, 51, 55, 100, 119, 120, 500, Infinity])(
    'come newest first, the newest %d of them',
    async (max) => {
      const ctx = createContext('lag_pat_x1234567', {
        transport: transportOf(async ({ url }) => respondWith(JSON.stringify(room(url)))),
      });
      const items: RoomMessage[] = (await collectItems(iterateRoomMessages(ctx, 's1', 'r1'), max))._unsafeUnwrap();
      const expected = Array.from({ length: Math.min(max, 120) }, (_, index) => `${119 - index}`);
      expect(items.map(({ content }) => content)).toEqual(expected);
    },
  );
});
