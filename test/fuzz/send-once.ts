import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createContext } from '../../src/context.js';
import { sendRoomMessageOnce } from '../../src/operations/room-messages.js';
import { sampleMessage } from '../support/samples.js';
import { inVirtualTime } from '../support/clock.js';
import { fatefulServer, fates, type Fate } from './fates.js';
import type { Property } from './property.js';

/** What the server writes after the look is beyond what can be known. */
const inTime = (fate: Fate): Fate => (fate.applied === 'late' ? { ...fate, applied: 'early' } : fate);
const good: Fate = { applied: 'early', end: 'answer', code: undefined, status: 200, retryAfter: undefined, latencyMs: 0, isDeaf: false }; // prettier-ignore
const lots = (weight: number) =>
  fc.array(fc.oneof({ arbitrary: fates.map(inTime), weight }, { arbitrary: fc.constant(good), weight: 1 }), {
    maxLength: 4,
  });

export const sendOnce: readonly Property[] = [
  {
    name: 'sendRoomMessageOnce never sends twice, and once where it says Ok, whatever happens to sends and looks',
    share: 12,
    make: () =>
      fc.asyncProperty(
        lots(9),
        lots(1),
        fc.record({
          isRobot: fc.boolean(),
          maxRetries: fc.nat(4),
          deadlineMs: fc.constantFrom(500, 20_000, Infinity),
          skewMs: fc.constantFrom(0, 0, -3_600_000, 86_400_000),
          noise: fc.nat(150),
          abortAt: fc.option(fc.nat(5000), { nil: undefined }),
        }),
        async (sends, looks, { isRobot, maxRetries, deadlineMs, skewMs, noise, abortAt }) =>
          inVirtualTime(async (time) => {
            const author = isRobot ? { userId: null, robotId: 'me' } : { userId: 'me' };
            const now = () => new Date(Date.now() + skewMs);
            const write = (id: string, by: object, content: string, at = now()) =>
              room.push({ ...sampleMessage(id), ...by, content, createdAt: at.toISOString() });
            const room: object[] = [];
            // Old ones of the same content, and somebody else's.
            write('old', author, 'hi', new Date(now().getTime() - 60_000));
            for (let n = 0; n < noise; n++) write(`n${n}`, { userId: `u${n}` }, 'hi');

            const posts = fatefulServer(time, [...sends, good], () => Response.json(room.at(-1)));
            const gets = fatefulServer(time, [...looks, good], () => new Response('made below'));
            const fetch = async (url: string, init: RequestInit): Promise<Response> => {
              const headers = { date: now().toUTCString() };
              if (init.method === 'POST') {
                const before = posts.applied();
                const answered = posts.fetch(url, init);
                if (posts.applied() > before) write(`mine${before}`, author, 'hi');
                return answered;
              }
              const answered = await gets.fetch(url, init);
              if ((await answered.clone().text().catch(() => '')) !== 'made below') return answered; // prettier-ignore
              if (url.endsWith('/users/me'))
                return Response.json({ id: 'me', username: 'me', displayName: null, avatarUrl: null, status: 'online', createdAt: '' }, { headers }); // prettier-ignore
              if (url.endsWith('/robots/@me/info'))
                return Response.json({ id: 'me', name: 'me', serverId: 's1', avatarUrl: null, permissions: [], active: true, createdAt: '' }, { headers }); // prettier-ignore
              const end = Number(new URL(url).searchParams.get('cursor') ?? room.length);
              const start = Math.max(0, end - 100);
              const page = {
                messages: room.slice(start, end),
                hasMore: start > 0,
                nextCursor: start > 0 ? `${start}` : null,
              };
              return Response.json(page, { headers });
            };
            const ctx = createContext((isRobot ? 'lag_robot_fu_zz' : 'lag_pat_fuzz') as string, {
              fetch,
              timeoutMs: 3000,
              maxRetries,
            });
            const caller = new AbortController();
            if (abortAt !== undefined) void time.pass(abortAt).then(() => caller.abort());
            const result = await sendRoomMessageOnce(
              ctx,
              's1',
              'r1',
              { content: 'hi' },
              { deadlineMs, signal: caller.signal },
            );
            assert(time.now() <= Math.min(deadlineMs + 1, (abortAt ?? Infinity) + 1));
            assert.equal(time.pending(), 0);
            await time.pass(10_000);
            assert(posts.sent.length <= maxRetries + 1);
            assert(posts.applied() <= 1);
            if (result.isOk()) assert.equal(posts.applied(), 1);
            else if (!result.error.maybeApplied) assert.equal(posts.applied(), 0);
            if (result.isErr()) assert.equal(result.error.attempts, posts.sent.length);
          }),
      ),
  },
];
