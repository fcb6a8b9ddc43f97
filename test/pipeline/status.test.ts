import { err } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { call } from '../../src/call.js';
import { contextOverTransport } from '../support/contexts.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';
import { respondWith } from '../support/transports.js';

interface Answer {
  readonly status?: number;
  readonly headers?: HeadersInit;
  readonly body?: string;
}

/** What a call ends in when its transport answers this. */
const askFor = ({ status = 200, headers, body = '' }: Answer) => {
  const ctx = contextOverTransport(async () => respondWith(body, status, headers), { maxRetries: 0 });
  return call(ctx, { name: 'x', path: '/x' }, undefined);
};

describe('the status of an answer', () => {
  test.each([200, 201, 299])('%d is a success', async (status) => {
    expect(await valueOf(askFor({ status }))).toBeUndefined();
  });

  test.each([
    [199, 'api'],
    [300, 'api'],
    [401, 'auth'],
    [403, 'permission'],
    [404, 'not_found'],
    [409, 'conflict'],
    [429, 'rate_limit'],
    [499, 'api'],
    [500, 'server'],
    [NaN, 'api'],
  ])('%d is a failure of kind %s', async (status, kind) => {
    expect(await errorOf(askFor({ status }))).toMatchObject({
      kind,
      message: `the server answered with status ${status}`,
      status,
    });
  });
});

describe('the fields of a failure', () => {
  test('hold no more than 500 characters of what the server says', async () => {
    const body = JSON.stringify({ message: 'm'.repeat(501), error: 'e'.repeat(501) });
    const fields = { message: 'm'.repeat(500), code: 'e'.repeat(500) };
    expect(await errorOf(askFor({ status: 403, body }))).toMatchObject(fields);
  });

  test('are there where the answer had them, and nowhere else', async () => {
    const headers = { 'x-request-id': 'q1', 'retry-after': '7' };
    const body = '{"error":"CODE","message":"no"}';
    const fields = { requestId: 'q1', code: 'CODE', message: 'no' };
    expect(await errorOf(askFor({ status: 429, headers, body }))).toMatchObject({ ...fields, retryAfterSeconds: 7 });
    expect(await errorOf(askFor({ status: 503, headers, body }))).toMatchObject({ ...fields, retryAfterSeconds: 7 });
    const unknown = await errorOf(askFor({ status: 418, headers, body }));
    expect(unknown).toMatchObject({ ...fields, body: { error: 'CODE', message: 'no' } });
    expect(unknown).not.toHaveProperty('retryAfterSeconds');
    const bare = await errorOf(askFor({ status: 429 }));
    for (const field of ['requestId', 'code', 'body', 'retryAfterSeconds']) expect(bare).not.toHaveProperty(field);
  });

  test.each([
    ['0', 0],
    ['1.5', 1.5],
    ['7 seconds', undefined],
    ['-40', undefined],
    ['-3600', undefined],
    ['9 9 2099', undefined],
    ['1-1', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['1.2.3', undefined],
    ['', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['Wed, 21 Oct 2015 07:28:00 +0000', undefined],
    ['2015-10-21', undefined],
    ['9'.repeat(30), 1e12],
  ])('a Retry-After of %j is %s seconds', async (header, seconds) => {
    const error = await errorOf(askFor({ status: 429, headers: { 'retry-after': header } }));
    expect((error as { retryAfterSeconds?: number }).retryAfterSeconds).toBe(seconds);
  });
});

test('takes the token out of what a transport reports, and of its cause', async () => {
  const inner = Object.assign(new Error(`Bearer ${USER_TOKEN}`), { code: `E_${USER_TOKEN}` });
  const cause = new Error(`about ${USER_TOKEN}`, { cause: inner });
  const ctx = contextOverTransport(async () => err({ progress: 'unknown', cause }), { maxRetries: 0 });
  const seen = await errorOf(call(ctx, { name: 'x', path: '/x' }, undefined));
  expect(seen).toMatchObject({
    message: 'no response: Bearer <token> (E_<token>)',
    cause: { message: 'Bearer <token>', code: 'E_<token>' },
  });
  for (const { stack } of [seen, seen.cause as Error]) {
    expect(stack).toContain('<token>');
    expect(stack).not.toContain(USER_TOKEN);
  }
});
