import { describe, expect, test } from 'vitest';
import { expectError, startPlain } from '../support.js';

describe('a page of messages', () => {
  test('holds the newest messages first, oldest first inside, until each was seen once', async () => {
    const { ask, tokens, messages, state, ids } = await startPlain();
    const seen: string[] = [];
    let cursor: string | null = '';
    let pages = 0;
    do {
      const query: string = `?limit=70${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const { json } = await ask(messages + query, { token: tokens.ben });
      const times: string[] = json.messages.map(({ createdAt }: { createdAt: string }) => createdAt);
      expect(times).toEqual([...times].sort((a, b) => a.localeCompare(b)));
      expect(json.nextCursor).toBe(json.hasMore ? times[0] : null);
      seen.unshift(...json.messages.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
      pages++;
    } while (cursor);
    expect(pages).toBe(5);
    const all = state.messages.filter(({ roomId }) => roomId === ids.rooms.general).map(({ id }) => id);
    expect(all).toHaveLength(300);
    expect(seen).toEqual(all);
  });

  test('has 50 messages by default and 100 at most', async () => {
    const { ask, tokens, messages } = await startPlain();
    const size = async (query: string) => (await ask(messages + query, { token: tokens.ben })).json.messages.length;
    expect([await size(''), await size('?limit=1'), await size('?limit=100'), await size('?limit=5000')]).toEqual([
      50, 1, 100, 100,
    ]);
  });

  test('is empty and the last one before the oldest message', async () => {
    const { ask, tokens, messages, ids } = await startPlain();
    const nothing = { messages: [], hasMore: false, nextCursor: null };
    expect((await ask(`${messages}?cursor=2000-01-01T00:00:00Z`, { token: tokens.ben })).json).toEqual(nothing);
    const quiet = `/servers/${ids.server}/rooms/${ids.rooms.quiet}/messages`;
    expect((await ask(quiet, { token: tokens.ben })).json).toEqual(nothing);
  });

  test('keeps the order of messages that were sent in one millisecond', async () => {
    const { ask, tokens, messages } = await startPlain();
    for (let n = 0; n < 7; n++) await ask(messages, { token: tokens.ada, json: { content: `m${n}` } });
    const first = (await ask(`${messages}?limit=4`, { token: tokens.ada })).json;
    const second = (await ask(`${messages}?limit=3&cursor=${first.nextCursor}`, { token: tokens.ada })).json;
    expect([...second.messages, ...first.messages].map(({ content }) => content)).toEqual(
      Array.from({ length: 7 }, (_, n) => `m${n}`),
    );
  });

  test.each(['limit=0', 'limit=-1', 'limit=many', 'limit=1.5', 'limit=', 'cursor=yesterday'])(
    'is refused with 400 for %s',
    async (query) => {
      const { ask, tokens, messages } = await startPlain();
      expectError(await ask(`${messages}?${query}`, { token: tokens.ben }), 400);
    },
  );
});
