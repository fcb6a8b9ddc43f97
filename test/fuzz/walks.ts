import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createContext } from '../../src/context.js';
import { iterateRoomMessages } from '../../src/operations/room-messages.js';
import { collectItems, iterateItems } from '../../src/pagination.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { sampleMessage } from '../support/samples.js';
import type { Property } from './property.js';

const CURSORS = ['', 'a', 'b', 'c', 'd', '__proto__'];

/** What a server answers to each cursor, whatever sense that makes. */
const behaviour = fc.record({
  pages: fc.tuple(
    ...CURSORS.map(() =>
      fc.record({
        count: fc.nat(3),
        hasMore: fc.boolean(),
        nextCursor: fc.constantFrom(null, ...CURSORS.slice(1)),
        fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
    ),
  ),
  takes: fc.nat(30),
});

export const walks: readonly Property[] = [
  {
    name: 'a walk over any server ends, asks for no page twice, and for none that nobody takes',
    share: 8,
    make: () =>
      fc.asyncProperty(behaviour, async ({ pages, takes }) => {
        const asked: string[] = [];
        const fetch = async (url: string) => {
          const cursor = new URL(url).searchParams.get('cursor') ?? '';
          asked.push(cursor);
          const { count, hasMore, nextCursor, fails } = pages[CURSORS.indexOf(cursor)]!;
          if (fails) return new Response('', { status: 403 });
          const messages = Array.from({ length: count }, (_, n) => sampleMessage(`${cursor}${n}`));
          return Response.json({ messages, hasMore, nextCursor });
        };
        const ctx = createContext('lag_pat_fuzz' as string, { transport: fetchTransport({ fetch }) });
        let taken = 0;
        let failed = 0;
        const walk = iterateRoomMessages(ctx, 's1', 'r1');
        while (taken < takes) {
          const { done, value } = await walk.next();
          if (done) break;
          assert.equal(failed, 0);
          if (value.isErr()) {
            failed++;
            assert(['permission', 'invalid_response'].includes(value.error.kind));
          } else taken++;
          assert(asked.length <= taken + failed);
        }
        await walk.return();
        assert.equal(new Set(asked).size, asked.length);
        assert(asked.length <= CURSORS.length);

        const pageCount = asked.length;
        asked.length = 0;
        const items: string[] = [];
        for await (const item of iterateItems(iterateRoomMessages(ctx, 's1', 'r1')))
          if (item.isOk()) items.push(item.value.id);
        assert.equal(new Set(items).size, items.length);
        assert(asked.length >= pageCount || takes === 0);
        asked.length = 0;
        const some = await collectItems(iterateRoomMessages(ctx, 's1', 'r1'), takes);
        if (some.isOk()) assert.deepEqual(some.value.map(({ id }) => id), items.slice(0, takes)); // prettier-ignore
      }),
  },
];
