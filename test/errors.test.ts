import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLagError, lagError, type LagError } from '../src/errors.js';
import { getVersion } from '../src/operations/system.js';
import { contextAt, contextOver } from './support/contexts.js';
import { errorOf } from './support/results.js';
import { json, refusedUrl, serve } from './support/server.js';

const failure = async (status: number, body: unknown): Promise<LagError> => {
  const server = await serve(json(body, status, { 'x-request-id': 'q1' }));
  return errorOf(getVersion(contextAt(server.url, { maxRetries: 0 })));
};

describe('a LagError', () => {
  test('is an Error that says its name, message and where it comes from', async () => {
    const error = await failure(404, { error: 'NOT_FOUND', message: 'No such room', statusCode: 404 });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('LagError');
    expect(String(error)).toBe('LagError: No such room');
    expect(error.stack).toMatch(/^LagError: No such room\n\s+at /);
    const printed = inspect(error);
    expect(printed).toMatch(/^LagError: No such room\n/);
    for (const field of [
      "kind: 'not_found'",
      'status: 404',
      "requestId: 'q1'",
      "code: 'NOT_FOUND'",
      'attempts: 1',
      "path: '/version'",
    ])
      expect(printed).toContain(field);
  });

  test('of a connection says in its message and its cause what broke', async () => {
    const error = await errorOf(getVersion(contextAt(await refusedUrl(), { maxRetries: 0 })));
    expect(String(error)).toMatch(/^LagError: .*ECONNREFUSED 127\.0\.0\.1/);
    expect(error.stack).toContain('ECONNREFUSED');
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.cause).toMatchObject({
      code: 'ECONNREFUSED',
      stack: expect.stringContaining('connect ECONNREFUSED') as string,
    });
    expect(Object.keys(error.cause as object)).toEqual(['code']);
  });

  test('is logged as a plain object without body and stack, with a summary of its cause', async () => {
    const error = await failure(418, { error: 'TEAPOT', message: 'short', secret: 'in the body' });
    expect(error).toMatchObject({ body: { secret: 'in the body' } });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'LagError',
      message: 'short',
      kind: 'api',
      status: 418,
      code: 'TEAPOT',
      requestId: 'q1',
      method: 'GET',
      path: '/version',
      attempts: 1,
      maybeApplied: false,
    });
    const broken = await errorOf(getVersion(contextAt(await refusedUrl(), { maxRetries: 0 })));
    expect(broken.toJSON().cause).toEqual({
      name: 'Error',
      message: expect.stringContaining('connect ECONNREFUSED') as string,
      code: 'ECONNREFUSED',
    });
    expect(Object.keys(broken.toJSON()).sort()).toEqual([
      'attempts',
      'cause',
      'kind',
      'maybeApplied',
      'message',
      'method',
      'name',
      'path',
    ]);
  });

  test('has no fields that it does not know', async () => {
    const error = await failure(500, {});
    expect(Object.keys(error).sort()).toEqual([
      'attempts',
      'kind',
      'maybeApplied',
      'method',
      'path',
      'requestId',
      'status',
    ]);
  });

  test('of a fetch holds a copy of the innermost cause, without anything that hangs on it', async () => {
    const inner = Object.assign(new Error('inner'), { code: 'EINNER', request: { secret: true } });
    const outer = new Error('outer', { cause: new Error('middle', { cause: inner }) });
    const fetch = () => Promise.reject(outer);
    const { cause } = await errorOf(getVersion(contextOver(fetch, { maxRetries: 0 })));
    expect(cause).toMatchObject({ message: 'inner', code: 'EINNER', stack: inner.stack });
    expect(cause).not.toBe(inner);
    expect(cause).not.toHaveProperty('request');
  });

  test('of a fetch is made of whatever it throws, cyclic causes too', async () => {
    const cyclic = new Error('cyclic');
    cyclic.cause = cyclic;
    const traps = {
      get: () => {
        throw new Error('trapped');
      },
    };
    const failureOf = (thrown: unknown) =>
      errorOf(getVersion(contextOver(() => Promise.reject(thrown), { maxRetries: 0 })));
    expect((await failureOf(cyclic)).cause).toMatchObject({ message: 'cyclic' });
    for (const thrown of [null, 0, '', Object.create(null), new Proxy(new Error('x'), traps)] as unknown[])
      expect(await failureOf(thrown)).toMatchObject({ kind: 'connection', cause: expect.any(Error) as Error });
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (thrown) => {
        const error = await failureOf(thrown);
        expect(error.message.length).toBeGreaterThan('no response: '.length);
        expect(JSON.stringify(error)).toContain('"cause"');
      }),
    );
  });

  test('takes any cause at all, and keeps it as it is', () => {
    fc.assert(
      fc.property(fc.anything(), (cause) => {
        const error = lagError('aborted', 'm', { cause });
        expect(isLagError(error)).toBe(true);
        expect('cause' in error).toBe(cause !== undefined);
        expect(error.cause).toBe(cause);
        expect(() => JSON.stringify(error)).not.toThrow();
      }),
    );
  });
});

describe('isLagError', () => {
  test('knows every error of the package, of another copy of it too', async () => {
    expect(isLagError(await failure(401, {}))).toBe(true);
    expect(isLagError(lagError('timeout', 'm'))).toBe(true);
    expect(isLagError(Object.assign(new Error('m'), { name: 'LagError', kind: 'timeout' }))).toBe(true);
  });

  test('knows nothing else, and never throws', () => {
    const traps = {
      get: () => {
        throw new Error('trapped');
      },
      getPrototypeOf: () => {
        throw new Error('trapped');
      },
    };
    for (const value of [
      new Error('m'),
      new TypeError('m'),
      { name: 'LagError', kind: 'timeout' },
      new Proxy({}, traps),
      null,
      undefined,
      'LagError',
    ])
      expect(isLagError(value)).toBe(false);
    fc.assert(fc.property(fc.anything(), (value) => !isLagError(value)));
  });

  test('narrows by kind', async () => {
    const error: unknown = await failure(429, {});
    expect(isLagError(error) && error.kind === 'rate_limit' && error.retryAfterSeconds).toBeUndefined();
  });
});

describe('Retry-After', () => {
  const secondsOf = async (header: string, status = 429): Promise<number | undefined> => {
    const ctx = contextOver(async () => new Response('', { status, headers: { 'retry-after': header } }), {
      maxRetries: 0,
    });
    return ((await errorOf(getVersion(ctx))) as { retryAfterSeconds?: number }).retryAfterSeconds;
  };

  test('in seconds is what it says', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), async (seconds) => (await secondsOf(`${seconds}`)) === seconds));
  });

  test('as a date is the time until then, never less than none', async () => {
    const dates = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(dates, async (date) => {
        const whole = Math.floor(date.getTime() / 1000);
        const seconds = (await secondsOf(date.toUTCString(), 503))!;
        expect(Math.abs(seconds - Math.max(0, whole - Date.now() / 1000))).toBeLessThan(2);
      }),
    );
  });

  test('of anything is a number from 0 up, or none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[ -~]*$/), async (header) => {
        const seconds = await secondsOf(header);
        expect(seconds === undefined || (seconds >= 0 && seconds <= Number.MAX_SAFE_INTEGER)).toBe(true);
      }),
    );
  });

  test.each([401, 500, 502, 400])('on a %d is not looked at', async (status) => {
    expect(await secondsOf('5', status)).toBeUndefined();
  });
});
