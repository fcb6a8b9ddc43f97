import { describe, expect, test } from 'vitest';
import type { CallOptions } from '../../src/call-options.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { getVersion } from '../../src/operations/system.js';
import { contextOver } from '../support/contexts.js';
import { errorOf, valueOf } from '../support/results.js';
import { sampleMessage } from '../support/samples.js';
import { inVirtualTime } from '../support/clock.js';

const refused = (status: number, retryAfter?: string) => async () =>
  new Response('', { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });

/** A context whose nth request meets the nth answer, and the last answer for ever; and when each was made. */
const timedContext = (...answers: readonly [() => Promise<Response>, ...(() => Promise<Response>)[]]) => {
  const starts: number[] = [];
  const fetch = () => {
    starts.push(performance.now());
    return answers[Math.min(starts.length, answers.length) - 1]!();
  };
  return { ctx: contextOver(fetch), starts };
};

const send = (ctx: ReturnType<typeof timedContext>['ctx'], options?: CallOptions) =>
  sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }, options);

const sent = async () => Response.json(sampleMessage(), { status: 201 });

describe('a send that failed', () => {
  const failing = (cause: unknown) => async () => {
    throw new TypeError('fetch failed', { cause });
  };
  const withCode = (code: string) => Object.assign(new Error(`failed: ${code}`), { code });

  test.each<[string, unknown]>([
    ['ECONNREFUSED', withCode('ECONNREFUSED')],
    ['ENOTFOUND', withCode('ENOTFOUND')],
    ['EAI_AGAIN', withCode('EAI_AGAIN')],
    ['ENETUNREACH', withCode('ENETUNREACH')],
    ['EHOSTUNREACH', withCode('EHOSTUNREACH')],
    ['UND_ERR_CONNECT_TIMEOUT', withCode('UND_ERR_CONNECT_TIMEOUT')],
    ['CERT_HAS_EXPIRED', withCode('CERT_HAS_EXPIRED')],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', withCode('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['ERR_TLS_CERT_ALTNAME_INVALID', withCode('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', withCode('ERR_TLS_HANDSHAKE_TIMEOUT')],
    ["Bun's ConnectionRefused", withCode('ConnectionRefused')],
    ["Deno's stage", new Error('error sending request for url (https://lag.test/): client error (Connect): reset')],
  ])('before the connection stood (%s) is sent again, and was not applied', async (_, cause) => {
    const { ctx, starts } = timedContext(failing(cause), sent);
    await inVirtualTime(() => valueOf(send(ctx)));
    expect(starts).toHaveLength(2);
    const never = timedContext(failing(cause));
    expect(await errorOf(send(never.ctx, { maxRetries: 0 }))).toMatchObject({
      kind: 'connection',
      attempts: 1,
      maybeApplied: false,
    });
  });

  test.each<[string, unknown]>([
    ['ECONNRESET', withCode('ECONNRESET')],
    ['EPIPE', withCode('EPIPE')],
    ['ETIMEDOUT', withCode('ETIMEDOUT')],
    ['UND_ERR_SOCKET', withCode('UND_ERR_SOCKET')],
    ['UND_ERR_HEADERS_TIMEOUT', withCode('UND_ERR_HEADERS_TIMEOUT')],
    ['a text that ends like one of them', new Error('the answer was refused')],
    ['a text that begins like one of them', 'refused: the answer'],
    ["Deno's later stage", new Error('client error (SendRequest): connection closed')],
    ['nothing', undefined],
  ])('who knows when (%s) is not sent again, and may have been applied', async (_, cause) => {
    const { ctx, starts } = timedContext(failing(cause));
    expect(await errorOf(send(ctx))).toMatchObject({ kind: 'connection', attempts: 1, maybeApplied: true });
    expect(starts).toHaveLength(1);
  });

  test.each([
    [399, true],
    [400, false],
    [499, false],
    [500, true],
  ])('with %d: applied, perhaps: %s', async (status, maybeApplied) => {
    const { ctx, starts } = timedContext(refused(status));
    expect(await errorOf(send(ctx))).toMatchObject({ status, attempts: 1, maybeApplied });
    expect(starts).toHaveLength(1);
  });
});

describe('a wait', () => {
  test('that would end with the deadline is not begun, one that ends before it is', () =>
    inVirtualTime(async () => {
      const late = timedContext(refused(429, '1'));
      expect(await errorOf(send(late.ctx, { deadlineMs: 1000 }))).toMatchObject({ kind: 'rate_limit', attempts: 1 });
      expect(performance.now()).toBe(0);
      const { ctx, starts } = timedContext(refused(429, '1'), sent);
      await valueOf(send(ctx, { deadlineMs: 1001 }));
      expect(starts).toEqual([0, 1000]);
    }));

  test('is never longer than a timer can hold', () =>
    inVirtualTime(async () => {
      const answers = [refused(429, '99999999'), sent] as const;
      const starts: number[] = [];
      const fetch = () => (starts.push(performance.now()), answers[starts.length - 1]!());
      const ctx = contextOver(fetch, { maxRetryAfterMs: Infinity });
      await valueOf(send(ctx));
      expect(starts).toEqual([0, 2 ** 31 - 1]);
    }));

  test('ends with the call, at once and for good, when the caller aborts', () =>
    inVirtualTime(async (time) => {
      const caller = new AbortController();
      const { ctx, starts } = timedContext(refused(503, '30'), sent);
      const failed = errorOf(getVersion(ctx, { signal: caller.signal }));
      await time.pass(10);
      caller.abort(new Error('changed my mind'));
      expect(await failed).toMatchObject({
        kind: 'aborted',
        message: 'the call was aborted by its signal',
        attempts: 1,
        cause: { message: 'changed my mind' },
      });
      expect(time.now()).toBe(10);
      expect(time.pending()).toBe(0);
      expect(starts).toEqual([0]);
    }));
});
