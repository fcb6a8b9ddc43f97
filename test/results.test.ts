import * as neverthrow from 'neverthrow';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as main from '../src/index.js';
import {
  createContext,
  err,
  errAsync,
  getVersion,
  httpStatusOf,
  lagError,
  ok,
  okAsync,
  orThrow,
  toPlain,
  VERSION,
  type LagError,
  type LagErrorJson,
  type LagErrorKind,
  type LagHttpStatus,
  type PlainResult,
  type Result,
} from '../src/index.js';
import pkg from '../package.json' with { type: 'json' };
import { errorOf } from './support/results.js';
import { USER_TOKEN } from './support/samples.js';
import { empty, json, serve, text } from './support/server.js';

const UNREADABLE: object = new Proxy(
  {},
  {
    get: () => {
      throw new Error('own');
    },
  },
);

const failure: LagError = lagError('timeout', 'too slow', { attempts: 3 });

test('the names of neverthrow are its own, and VERSION is that of the package', () => {
  const { err, errAsync, ok, okAsync, Result, ResultAsync, safeTry } = neverthrow;
  expect(main).toMatchObject({ err, errAsync, ok, okAsync, safeTry });
  expect(main.Result).toBe(Result);
  expect(main.ResultAsync).toBe(ResultAsync);
  expect(VERSION).toBe(pkg.version);
});

describe('orThrow', () => {
  test('gives the value of a Result, a ResultAsync and a promise of a Result', async () => {
    expect(orThrow(ok(1))).toBe(1);
    expect(await orThrow(okAsync(2))).toBe(2);
    expect(await orThrow(Promise.resolve(ok(3)))).toBe(3);
    expectTypeOf(orThrow(ok(1))).toEqualTypeOf<number>();
    expectTypeOf(orThrow(okAsync(1))).toEqualTypeOf<Promise<number>>();
  });

  test('throws or rejects with the very error of the result', async () => {
    expect(() => orThrow(err(failure))).toThrow(failure);
    await expect(orThrow(errAsync(failure))).rejects.toBe(failure);
    await expect(orThrow(Promise.resolve(err(failure)))).rejects.toBe(failure);
  });

  test('rejects with the error of a call, whose stack holds the caller', async () => {
    const server = await serve(empty(404));
    const queryFn = () => orThrow(getVersion(createContext(USER_TOKEN, { baseUrl: server.url })));
    const thrown = await queryFn().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).toMatchObject({ name: 'LagError', kind: 'not_found', status: 404 });
    expect((thrown as Error).stack).toContain('results.test.ts');
  });
});

describe('toPlain', () => {
  test('gives plain data that survives structuredClone and JSON', async () => {
    const server = await serve(json({ message: 'slow down' }, 429, { 'retry-after': '7', 'x-request-id': 'r-1' }));
    const ctx = createContext(USER_TOKEN, { baseUrl: server.url, maxRetries: 0 });
    const plain = await toPlain(getVersion(ctx));
    const expected = {
      ok: false,
      error: {
        name: 'LagError',
        kind: 'rate_limit',
        message: 'slow down',
        attempts: 1,
        maybeApplied: false,
        method: 'GET',
        path: '/version',
        status: 429,
        requestId: 'r-1',
        retryAfterSeconds: 7,
      },
    };
    expect(plain).toStrictEqual(expected);
    expect(structuredClone(plain)).toStrictEqual(expected);
    expect(JSON.parse(JSON.stringify(plain))).toStrictEqual(expected);
  });

  test('gives the value of a Result, a ResultAsync and a promise of a Result', async () => {
    expect(toPlain(ok({ id: 'm1' }))).toEqual({ ok: true, value: { id: 'm1' } });
    expect(await toPlain(okAsync('v'))).toEqual({ ok: true, value: 'v' });
    expect(await toPlain(Promise.resolve(ok('v')))).toEqual({ ok: true, value: 'v' });
    const plain = toPlain(ok<number, LagError>(5));
    expectTypeOf(plain).toEqualTypeOf<PlainResult<number>>();
    if (plain.ok) expectTypeOf(plain.value).toEqualTypeOf<number>();
    else expectTypeOf(plain.error).toEqualTypeOf<LagErrorJson>();
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['an object that is no Result', {}],
    ['a Result of another error', err(new Error('own'))],
    ['a Result that throws', { isOk: () => { throw new Error('own'); } }], // prettier-ignore
    ['what cannot be read', UNREADABLE],
  ])('gives an invalid_input for %s', (_, result) => {
    expect(toPlain(result as Result<number, LagError>)).toMatchObject({
      ok: false,
      error: { name: 'LagError', kind: 'invalid_input', attempts: 0 },
    });
  });

  test('does not reject when the promise of a Result does', async () => {
    expect(await toPlain(Promise.reject(new Error('own')))).toMatchObject({
      ok: false,
      error: { kind: 'invalid_input', cause: { message: 'own' } },
    });
  });
});

const KINDS: Readonly<Record<LagErrorKind, readonly (number | undefined)[]>> = {
  auth: [401],
  permission: [403],
  not_found: [404],
  conflict: [409],
  rate_limit: [429],
  server: Array.from({ length: 100 }, (_, index) => 500 + index),
  api: [0, ...Array.from({ length: 200 }, (_, index) => 300 + index), 600, 999].filter(
    (status) => ![401, 403, 404, 409, 429].includes(status),
  ),
  connection: [undefined],
  timeout: [undefined],
  aborted: [undefined],
  invalid_token: [undefined],
  invalid_input: [undefined],
  invalid_response: Array.from({ length: 100 }, (_, index) => 200 + index),
};

const REASONS: Readonly<Record<LagErrorKind, string>> = {
  auth: 'Lag rejects your token, not your caller’s',
  permission: 'passed on',
  not_found: 'passed on',
  conflict: 'passed on',
  rate_limit: 'passed on; `retryAfterSeconds` says how long to wait',
  server: '503 and 504 are passed on; all others say that Lag failed, not you',
  api: 'statuses about the input are passed on; redirects and all others are between your server and Lag',
  connection: 'Lag gave no answer',
  timeout: 'Lag was too slow',
  aborted: 'you gave the call up; a caller that is still there may try again',
  invalid_token: 'your token is wrong, not your caller’s',
  invalid_input: 'ids and bodies come from your caller as a rule; a wrong option fails every call',
  invalid_response: 'Lag’s answer is not what it promises',
};

describe('httpStatusOf', () => {
  const rows = (Object.entries(KINDS) as [LagErrorKind, (number | undefined)[]][]).flatMap(([kind, statuses]) =>
    statuses.map((status) => ({
      kind,
      status,
      answer: httpStatusOf({ kind, ...(status !== undefined && { status }) }),
    })),
  );

  test('is a status of a failure for every kind and status, never 401, and one that Response takes', () => {
    expect(rows.length).toBeGreaterThan(400);
    for (const { kind, status, answer } of rows) {
      expect(answer, `${kind} ${status}`).toBeGreaterThanOrEqual(400);
      expect(answer, `${kind} ${status}`).toBeLessThan(600);
      expect(answer, `${kind} ${status}`).not.toBe(401);
      expect(Response.json({}, { status: answer }).status).toBe(answer);
    }
  });

  test.each<[string, LagHttpStatus, Parameters<typeof serve>[0], string?]>([
    ['a wrong shape in a 200', 502, json({})],
    ['a redirect', 502, empty(302, { location: 'https://elsewhere.test/' })],
    ['a 304 without a body', 502, empty(304)],
    ['401 for our own token', 502, empty(401)],
    ['402', 502, empty(402)],
    ['405', 502, empty(405)],
    ['400', 400, empty(400)],
    ['422', 422, empty(422)],
    ['403', 403, empty(403)],
    ['404', 404, empty(404)],
    ['409', 409, empty(409)],
    ['429', 429, empty(429)],
    ['500', 502, empty(500)],
    ['503', 503, empty(503)],
    ['504', 504, empty(504)],
    ['an HTML page', 502, text('<html>')],
    ['no token', 502, empty(200), ''],
  ])('of a call that got %s is %d', async (_, expected, answer, token = USER_TOKEN) => {
    const server = await serve(answer);
    const error = await errorOf(getVersion(createContext(token, { baseUrl: server.url, maxRetries: 0 })));
    expect(httpStatusOf(error)).toBe(expected);
    // The plain error has the same status.
    expect(httpStatusOf(error.toJSON())).toBe(expected);
  });

  test.each<unknown>([undefined, null, 5, 'x', {}, { kind: 'of a later version' }])('of %o is 500', (value) => {
    expect(httpStatusOf(value as LagError)).toBe(500);
  });

  test('of an error that cannot be read is 500', () => {
    expect(httpStatusOf(UNREADABLE as LagError)).toBe(500);
  });

  test('is what the table in the docs says', async () => {
    const lines = (Object.keys(KINDS) as LagErrorKind[]).map((kind) => {
      const byAnswer = new Map<number, (number | undefined)[]>();
      for (const row of rows)
        if (row.kind === kind) byAnswer.set(row.answer, [...(byAnswer.get(row.answer) ?? []), row.status]);
      const [largest] = [...byAnswer].toSorted(([, a], [, b]) => b.length - a.length);
      const answers = [...byAnswer.keys()].toSorted((a, b) => a - b);
      const named = answers.filter((answer) => answer !== largest![0]);
      const others = `${largest![0]}${named.length ? ' for all others' : ''}`;
      return `| \`${kind}\` | ${[...named, others].join(', ')} | ${REASONS[kind]} |`;
    });
    const table = [
      '<!-- Made by test/results.test.ts. -->',
      '',
      '| kind | your status | why |',
      '| --- | --- | --- |',
      ...lines,
      '',
    ];
    await expect(table.join('\n')).toMatchFileSnapshot('../docs/generated/http-status.md');
  });
});
