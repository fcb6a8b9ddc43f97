import { describe, expect, test, vi } from 'vitest';
import { createContext, getVersion, sendRoomMessageOnce, type LagError } from '../../src/index.js';
import { sampleMessage } from '../support/samples.js';
import { inVirtualTime, type VirtualTime } from '../support/clock.js';

const TOKEN = 'lag_pat_x1234567';

/** What a 429 with these headers says, and when it was repeated. */
const answerWith = async (headers: Record<string, string>): Promise<{ error: LagError; waits: number[] }> =>
  inVirtualTime(async () => {
    const waits: number[] = [];
    const fetch = async () => new Response('', { status: 429, headers });
    const onRetry = (_: LagError, waitMs: number) => waits.push(waitMs);
    const error = (await getVersion(createContext(TOKEN, { fetch, maxRetries: 1, onRetry })))._unsafeUnwrapErr();
    return { error, waits };
  });

const secondsOf = (error: LagError) => error.kind === 'rate_limit' && error.retryAfterSeconds;

describe('Retry-After', () => {
  test.each([
    '-40',
    '-3600',
    '-5',
    '1-1',
    '9 9 2099',
    '+5',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '5s',
    '5,',
    '5, 10',
    '.5',
    '5.',
    'soon',
    '2099-01-01',
    '2099-01-01T00:00:00Z',
    '01/02/2099',
    'Jan 1 2099',
    ' ',
    '',
    '5 seconds',
    'Thu, 32 Jan 2099 00:00:00 GMT',
    'Thu, 01 Foo 2099 00:00:00 GMT',
    'Thu, 01 Jan 2099 25:00:00 GMT',
    'Thu, 31 Feb 2099 00:00:00 GMT',
    'Thu, 01 Jan 2099 00:00:00',
    'Thu, 01 Jan 2099 00:00:00 +0100',
    'Thu, 01 Jan 2099 00:00:00 UTC',
    'Thu, 1 Jan 2099 00:00:00 GMT',
    'Thursday, 01 Jan 2099 00:00:00 GMT',
  ])('%j is as if absent', async (text) => {
    const { error, waits } = await answerWith({ 'retry-after': text });
    expect(secondsOf(error)).toBeUndefined();
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeLessThanOrEqual(250);
  });

  const now = 'Thu, 01 Jan 2026 00:00:00 GMT';

  test.each([
    ['0', 0],
    ['5', 5],
    ['  7 ', 7],
    ['1.5', 1.5],
    ['0005', 5],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
    ['Thursday, 01-Jan-26 00:00:30 GMT', 30],
    ['Thu Jan  1 00:00:30 2026', 30],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['Thursday, 01-Jan-99 00:00:00 GMT', 0],
    ['Sun, 29 Feb 2026 00:00:00 GMT', undefined],
    ['99999999999999999999', 1e12],
  ])('%j after the Date of the response is %o seconds', async (text, seconds) => {
    const { error } = await answerWith({ 'retry-after': text, date: now });
    expect(secondsOf(error)).toBe(seconds);
  });

  test('counts a date from the clock of the server, an hour ahead or behind', async () => {
    for (const skewMs of [-3_600_000, 3_600_000]) {
      const at = (ms: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + skewMs + ms).toUTCString();
      const { error, waits } = await answerWith({ 'retry-after': at(2000), date: at(0) });
      expect([secondsOf(error), waits]).toEqual([2, [2000]]);
    }
  });
});

interface Clocks {
  /** What the wall clock of the client adds. */
  wallMs: number;
  /** What its monotonic clock has missed, because the machine slept. */
  sleptMs: number;
}

interface Room {
  readonly posts: number;
  readonly outcome: string;
}

/** A send whose answer is lost, and what happens to the clocks before the look. */
const sendThrough = (
  change: (clocks: Clocks) => void,
  { hasDate = true, hasOlder = false, isApplied = true, skewMs = 0 } = {},
): Promise<Room> =>
  inVirtualTime(async (time: VirtualTime) => {
    const clocks: Clocks = { wallMs: 0, sleptMs: 0 };
    const { now: monotonicNow } = performance;
    const { now: wallNow } = Date;
    const trueNow = () => wallNow() + clocks.sleptMs;
    vi.spyOn(performance, 'now').mockImplementation(() => monotonicNow());
    vi.spyOn(Date, 'now').mockImplementation(() => trueNow() + clocks.wallMs);
    const iso = (ms: number) => new Date(ms + skewMs).toISOString();
    const room: object[] = [];
    const write = (at: number) => room.push({ ...sampleMessage(`m${room.length}`), content: 'hi', createdAt: iso(at) });
    if (hasOlder) write(trueNow() - 60_000);
    let posts = 0;
    const fetch = async (url: string, { method }: RequestInit): Promise<Response> => {
      if (method === 'POST') {
        posts++;
        if (posts > 1) return Response.json({ ...sampleMessage('again'), content: 'hi' });
        if (isApplied) write(trueNow());
        await time.pass(500);
        change(clocks);
        throw new TypeError('fetch failed');
      }
      const headers: Record<string, string> = hasDate ? { date: new Date(trueNow() + skewMs).toUTCString() } : {};
      const me = { id: 'u1', username: 'ada', displayName: null, avatarUrl: null, status: 'online', createdAt: iso(0) };
      return Response.json(url.endsWith('/me') ? me : { messages: room, hasMore: false, nextCursor: null }, {
        headers,
      });
    };
    const result = await sendRoomMessageOnce(createContext(TOKEN, { fetch }), 's1', 'r1', { content: 'hi' });
    vi.restoreAllMocks();
    const outcome = result.isOk() ? 'ok' : `${result.error.kind}, maybeApplied ${result.error.maybeApplied}`;
    return { posts, outcome };
  });

const UNCLEAR = 'connection, maybeApplied true';

describe('sendRoomMessageOnce', () => {
  test.each([-3000, -3_600_000, 0, 3000, 3_600_000])(
    'finds its message after the wall clock stepped by %d ms',
    async (stepMs) => {
      const step = (clocks: Clocks) => void (clocks.wallMs += stepMs);
      expect(await sendThrough(step)).toEqual({ posts: 1, outcome: 'ok' });
    },
  );

  test.each([5000, 3_600_000])('does not send again after the machine slept for %d ms', async (ms) => {
    const sleep = (clocks: Clocks) => void (clocks.sleptMs += ms);
    // Only the wall clock knows of the time that passed, and it could have stepped instead.
    expect(await sendThrough(sleep)).toEqual({ posts: 1, outcome: UNCLEAR });
  });

  test.each([0, -5000, 5000, 3_600_000])(
    'does not guess where the server does not tell the time, %d ms off',
    async (skewMs) => {
      expect(await sendThrough(() => {}, { hasDate: false, skewMs })).toEqual({ posts: 1, outcome: UNCLEAR });
    },
  );

  test('does not take an older message for its own when the wall clock stepped ahead', async () => {
    const step = (clocks: Clocks) => void (clocks.wallMs += 120_000);
    expect(await sendThrough(step, { hasOlder: true, isApplied: false })).toEqual({ posts: 1, outcome: UNCLEAR });
  });

  test('sends again where the message is certainly not there', async () => {
    expect(await sendThrough(() => {}, { hasOlder: true, isApplied: false })).toEqual({ posts: 2, outcome: 'ok' });
  });
});
