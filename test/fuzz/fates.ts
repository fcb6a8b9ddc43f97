import fc from 'fast-check';
import type { VirtualTime } from '../support/clock.js';

/** What becomes of one request. */
export interface Fate {
  /** Whether and when the server carries it out; `late` even if nobody waits for it any more. */
  readonly applied: 'never' | 'early' | 'late';
  readonly end: 'refused' | 'broken' | 'status' | 'silence' | 'cut body' | 'stalled body' | 'nonsense' | 'answer';
  readonly code: string | undefined;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly latencyMs: number;
  /** Whether the fetch ignores its signal. */
  readonly isDeaf: boolean;
}

const maybe = fc.constantFrom<Fate['applied']>('never', 'early', 'late');
const never = fc.constant<Fate['applied']>('never');

const fate = (
  end: Fate['end'],
  applied: fc.Arbitrary<Fate['applied']>,
  rest: { readonly status?: fc.Arbitrary<number>; readonly code?: fc.Arbitrary<string | undefined> } = {},
): fc.Arbitrary<Fate> =>
  fc.record({
    applied,
    end: fc.constant(end),
    code: rest.code ?? fc.constant(undefined),
    status: rest.status ?? fc.constant(200),
    retryAfter: fc.option(fc.constantFrom('0', '1', '5', '0.5', '100000', 'soon', '-1', '1, 2'), { nil: undefined }),
    latencyMs: fc.oneof(fc.constant(0), fc.nat(2000)),
    isDeaf: fc.boolean(),
  });

/** Codes of failures before anything was sent, as Node, undici and Bun give them. */
const REFUSALS = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
];
const BREAKS = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT', undefined];

export const fates: fc.Arbitrary<Fate> = fc.oneof(
  fate('refused', never, { code: fc.constantFrom(...REFUSALS) }),
  fate('broken', maybe, { code: fc.constantFrom(...BREAKS) }),
  fate('status', never, { status: fc.constantFrom(400, 401, 403, 404, 408, 409, 410, 422, 429, 429, 451) }),
  fate('status', maybe, { status: fc.constantFrom(301, 302, 304, 307, 308, 500, 501, 502, 503, 503, 504, 599) }),
  fate('silence', maybe),
  fate('cut body', maybe),
  fate('stalled body', maybe),
  fate('nonsense', maybe),
  fate('answer', fc.constant('early')),
);

interface Sent {
  readonly at: number;
  readonly fate: Fate;
  /** Whether the client was told that it was not carried out. */
  isRefused: boolean;
}

export interface FatefulServer {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly sent: readonly Sent[];
  /** How often it was carried out so far. */
  readonly applied: () => number;
}

/** The nth request has the nth fate; the last fate goes on for ever. */
export const fatefulServer = (time: VirtualTime, lots: readonly Fate[], answer: () => Response): FatefulServer => {
  const sent: Sent[] = [];
  let applied = 0;
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    const lot = lots[Math.min(sent.length, lots.length - 1)]!;
    const { end, code, status, retryAfter, latencyMs, isDeaf } = lot;
    const entry: Sent = { at: time.now(), fate: lot, isRefused: false };
    sent.push(entry);
    const signal = init.signal!;
    const aborted = isDeaf
      ? new Promise<never>(() => {})
      : new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    aborted.catch(() => {});
    if (lot.applied === 'early') applied++;
    const arrived = time.pass(latencyMs);
    if (lot.applied === 'late') void arrived.then(() => applied++);
    await Promise.race([end === 'silence' ? new Promise(() => {}) : arrived, aborted]);
    if (end === 'refused' || end === 'broken') {
      entry.isRefused = end === 'refused' && !signal.aborted;
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('socket trouble'), { code }) });
    }
    if (end === 'answer') return answer();
    if (end === 'nonsense') return new Response('<!doctype html>');
    if (end === 'status') {
      entry.isRefused = status >= 400 && status < 500 && !signal.aborted;
      const body = status === 304 ? null : JSON.stringify({ error: 'E', message: 'm', statusCode: status });
      return new Response(body, { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });
    }
    let pulls = 0;
    return new Response(
      new ReadableStream({
        pull: async (controller) => {
          if (pulls++ === 0) return controller.enqueue(Buffer.from('{"id":'));
          if (end === 'cut body') throw new TypeError('terminated', { cause: new Error('other side closed') });
          await aborted;
        },
      }),
    );
  };
  return { fetch, sent, applied: () => applied };
};
