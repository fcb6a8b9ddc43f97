import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/context.js';
import { lagError, type LagError } from '../../src/errors.js';
import { call } from '../../src/call.js';
import type { LagResponse } from '../../src/pipeline/types.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';

/** What a call ends in when its transport answers this. */
const askFor = (answer: Partial<LagResponse>) => {
  const response = { status: 200, headers: new Headers(), body: '', ...answer };
  const ctx = createContext(USER_TOKEN, { transport: () => okAsync(response), maxRetries: 0 });
  return call(ctx, { path: '/x' }, undefined);
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
    expect(await errorOf(askFor({ status }))).toMatchObject({ kind, message: `status ${status}`, status });
  });
});

describe('the fields of a failure', () => {
  test('hold no more than 500 characters of what the server says', async () => {
    const body = JSON.stringify({ message: 'm'.repeat(501), error: 'e'.repeat(501) });
    const fields = { message: 'm'.repeat(500), code: 'e'.repeat(500) };
    expect(await errorOf(askFor({ status: 403, body }))).toMatchObject(fields);
  });

  test('are there where the answer had them, and nowhere else', async () => {
    const headers = new Headers({ 'x-request-id': 'q1', 'retry-after': '7' });
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
    ['1.2.3', undefined],
    ['', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['Wed, 21 Oct 2015 07:28:00 +0000', 0],
    ['2015-10-21', 0],
    ['9'.repeat(30), 1e15],
  ])('a Retry-After of %j is %s seconds', async (header, seconds) => {
    const error = await errorOf(askFor({ status: 429, headers: new Headers({ 'retry-after': header }) }));
    expect((error as { retryAfterSeconds?: number }).retryAfterSeconds).toBe(seconds);
  });
});

test('the token is taken out of what a transport says, and of the cause of it, at any depth', async () => {
  const error = lagError('connection', `no answer to ${USER_TOKEN}`) as LagError & { code?: string };
  const inner = Object.assign(new Error(`Bearer ${USER_TOKEN}`), { code: `E_${USER_TOKEN}` });
  error.cause = new Error(`about ${USER_TOKEN}`, { cause: inner });
  const ctx = createContext(USER_TOKEN, { transport: () => errAsync(error), maxRetries: 0 });
  const seen = await errorOf(call(ctx, { path: '/x' }, undefined));
  const cause = seen.cause as Error & { cause: typeof inner };
  expect([seen.message, cause.message, cause.cause.message, cause.cause.code]).toEqual([
    'no answer to <token>',
    'about <token>',
    'Bearer <token>',
    'E_<token>',
  ]);
  for (const { stack } of [seen, cause, cause.cause]) expect(stack).toContain('<token>');
});
