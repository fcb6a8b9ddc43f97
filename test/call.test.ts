import fc from 'fast-check';
import * as v from 'valibot';
import { okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { createContext, type LagContext } from '../src/context.js';
import type { LagInvalidResponseError } from '../src/errors.js';
import { call, isRobot, path } from '../src/call.js';
import { getHealth } from '../src/operations/system.js';
import { getIdentity } from '../src/operations/identity.js';
import { listRoomMessages, sendRoomMessage } from '../src/operations/room-messages.js';
import { deleteRoom } from '../src/operations/rooms.js';
import { checkUsername, getMe } from '../src/operations/users.js';
import { fetchTransport } from '../src/transports/fetch.js';
import type { LagRequest, LagResult } from '../src/pipeline/types.js';
import { anyText } from './support/any-text.js';
import { errorOf, valueOf } from './support/results.js';
import { ROBOT_TOKEN, samplePage, USER_TOKEN } from './support/samples.js';
import { empty, json, serve } from './support/server.js';

/** A context that says which URLs were asked for, and answers with what is given. */
const recording = (answer: unknown = {}, token: string = USER_TOKEN): { ctx: LagContext; urls: string[] } => {
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    return Response.json(answer);
  };
  return { ctx: createContext(token, { transport: fetchTransport({ fetch }), baseUrl: 'https://lag.test' }), urls };
};

describe('path', () => {
  const isUsable = (id: string): boolean => !['', '.', '..'].includes(id) && !/\p{Surrogate}/u.test(id);
  const ids = fc.oneof(
    anyText(),
    fc.string(),
    fc.stringMatching(/^[./%2eE\\?#@:]{0,6}$/),
    fc.constantFrom('', '.', '..', '%2e', '%2e%2e', '../..', '\ud800', 'a\udfff'),
  );

  test('keeps each id one segment that means the id, for every parser of URLs', () => {
    fc.assert(
      fc.property(ids, ids, (first, second) => {
        const built = path`/a/${first}/b/${second}`;
        if (!isUsable(first) || !isUsable(second)) {
          expect(built).toBe('');
          return;
        }
        const { pathname, search, hash, host } = new URL(`https://lag.test${built}`);
        expect({ host, search, hash, pathname }).toEqual({ host: 'lag.test', search: '', hash: '', pathname: built });
        expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', first, 'b', second]);
      }),
      { numRuns: 1000 },
    );
  });

  test('never throws, and refuses what is no text', () => {
    fc.assert(
      fc.property(fc.anything(), (id) => {
        const built = path`/a/${id as string}`;
        if (typeof id !== 'string') expect(built).toBe('');
      }),
    );
    const traps = {
      get: () => {
        throw new Error('trapped');
      },
    };
    expect(path`/a/${new Proxy({}, traps) as string}`).toBe('');
  });

  test('without ids is as it is written', () => {
    expect(path`/users/me`).toBe('/users/me');
  });
});

describe('an operation', () => {
  test('asks for the very path that it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (id) => {
        const { ctx, urls } = recording();
        const result = await deleteRoom(ctx, 's1', id);
        if (result.isOk()) expect(urls).toEqual([`https://lag.test/servers/s1/rooms/${encodeURIComponent(id)}`]);
        else expect({ kind: result.error.kind, urls }).toEqual({ kind: 'invalid_input', urls: [] });
      }),
    );
  });

  test('says which one it was when it fails', async () => {
    const server = await serve(empty(404));
    const ctx = createContext(USER_TOKEN, { baseUrl: `${server.url}/v1` });
    expect(await errorOf(deleteRoom(ctx, 's1', 'a/b'))).toMatchObject({
      method: 'DELETE',
      path: '/servers/s1/rooms/a%2Fb',
    });
    expect(await errorOf(listRoomMessages(ctx, 's1', 'r1', { limit: 5 }))).toMatchObject({
      method: 'GET',
      path: '/servers/s1/rooms/r1/messages',
    });
    const unsent = await errorOf(deleteRoom(ctx, 's1', '..'));
    expect(unsent).toMatchObject({ kind: 'invalid_input', method: 'DELETE', attempts: 0 });
    expect(unsent).not.toHaveProperty('path');
  });

  test.each<unknown>([0, 101, -1, 1.5, NaN, Infinity, '5', null, {}])('takes no limit of %o', async (limit) => {
    const { ctx, urls } = recording(samplePage([]));
    const error = await errorOf(listRoomMessages(ctx, 's1', 'r1', { limit: limit as number }));
    expect(error).toMatchObject({ kind: 'invalid_input', message: expect.stringContaining('limit') as string });
    expect(urls).toEqual([]);
  });

  test('takes a limit of 1 to 100, and leaves out what is undefined', async () => {
    const { ctx, urls } = recording(samplePage([]));
    for (const query of [
      { limit: 1 },
      { limit: 100 },
      { limit: undefined, cursor: undefined },
      {},
      undefined,
      { cursor: 'a&b=c', limit: 7 },
    ])
      await valueOf(listRoomMessages(ctx, 's1', 'r1', query));
    const base = 'https://lag.test/servers/s1/rooms/r1/messages';
    expect(urls).toEqual([
      `${base}?limit=1`,
      `${base}?limit=100`,
      base,
      base,
      base,
      `${base}?cursor=a%26b%3Dc&limit=7`,
    ]);
  });

  test('takes no query or body that cannot be sent', async () => {
    const { ctx, urls } = recording();
    const circular: Record<string, unknown> = {};
    circular.content = circular;
    expect(await errorOf(checkUsername(ctx, '\ud800'))).toMatchObject({ kind: 'invalid_input', attempts: 0 });
    for (const body of [
      circular,
      { content: 5n },
      {
        toJSON: () => {
          throw new Error('own');
        },
      },
    ])
      expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', body as never))).toMatchObject({
        kind: 'invalid_input',
        attempts: 0,
        maybeApplied: false,
      });
    expect(urls).toEqual([]);
  });

  test('for users refuses a robot key before anything is sent, and one for robots a user', async () => {
    const robot = recording({}, ROBOT_TOKEN);
    const user = recording();
    expect(await errorOf(getMe(robot.ctx))).toMatchObject({
      kind: 'invalid_token',
      method: 'GET',
      path: '/users/me',
      attempts: 0,
    });
    expect(await errorOf(deleteRoom(robot.ctx, 's1', 'r1'))).toMatchObject({
      kind: 'invalid_token',
      maybeApplied: false,
    });
    expect(await errorOf(call(user.ctx, { path: '/robots/@me/events', robot: 'only' }, undefined))).toMatchObject({
      kind: 'invalid_token',
    });
    expect([...robot.urls, ...user.urls]).toEqual([]);
  });

  test('that is the same for robots is not rewritten', async () => {
    const { ctx, urls } = recording({ status: 'ok', version: '1', timestamp: 't' }, ROBOT_TOKEN);
    await valueOf(getHealth(ctx));
    await errorOf(getIdentity(ctx));
    expect(urls).toEqual(['https://lag.test/health', 'https://lag.test/robots/@me/info']);
  });

  test('names at most 20 issues of an answer', async () => {
    const { ctx } = recording({ ...samplePage([]), messages: Array(50).fill(null) });
    const error = await errorOf(listRoomMessages(ctx, 's1', 'r1'));
    expect(error).toMatchObject({ kind: 'invalid_response', status: 200 });
    const { issues } = error as LagInvalidResponseError;
    expect(issues).toHaveLength(20);
    expect(issues[19]).toEqual({ path: 'messages.19', message: expect.stringMatching(/received null/) as string });
  });

  test('names the answer itself where that is wrong', async () => {
    for (const [answer, received] of [
      ['text', 'string'],
      [null, 'null'],
      [5, 'number'],
    ] as const) {
      const error = await errorOf(getHealth(recording(answer).ctx));
      expect(error).toMatchObject({
        issues: [{ path: '', message: expect.stringContaining(`received ${received}`) as string }],
      });
    }
  });

  test('names each field that a list does not have where an object was promised', async () => {
    const error = await errorOf(getHealth(recording([]).ctx));
    expect(error).toMatchObject({ issues: [{ path: 'status' }, { path: 'version' }, { path: 'timestamp' }] });
  });

  test('stays total when its schema throws', async () => {
    const response = v.pipe(
      v.unknown(),
      v.transform((): string => {
        throw new Error('own');
      }),
    );
    expect(await errorOf(call(recording().ctx, { path: '/x', response }, undefined))).toMatchObject({
      kind: 'invalid_response',
    });
  });

  test('sends JSON as JSON, a form as it is, and nothing where there is no body', async () => {
    const seen: LagRequest[] = [];
    const ctx = createContext(USER_TOKEN, {
      transport: (request) => {
        seen.push(request);
        return okAsync({ status: 204, headers: new Headers(), body: '' });
      },
    });
    const form = new FormData();
    for (const body of [{ a: 'ä' }, null, '', form, undefined])
      await valueOf(call(ctx, { method: 'POST', path: '/x', body }, undefined));
    expect(seen.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
      ['{"a":"ä"}', 'application/json'],
      ['null', 'application/json'],
      ['""', 'application/json'],
      [form, undefined],
      [undefined, undefined],
    ]);
  });

  test.each([
    ['', true],
    ['{"text":"1 < 2"}', true],
    ['done', true],
    ['done <b>', true],
    ['<html>', false],
    [' \n\t<!DOCTYPE html>', false],
  ])('that answers nothing takes %j: %s', async (body, isTaken) => {
    const fetch = async () => new Response(body);
    const result = await deleteRoom(createContext(USER_TOKEN, { transport: fetchTransport({ fetch }) }), 's1', 'r1');
    if (isTaken) expect(result._unsafeUnwrap()).toBeUndefined();
    else
      expect(result._unsafeUnwrapErr()).toMatchObject({
        kind: 'invalid_response',
        message: 'unexpected answer',
        issues: [{ path: '', message: 'not JSON' }],
      });
  });

  test('whose answer may be null takes an empty one for it', async () => {
    const fetch = async () => new Response('');
    const ctx = createContext(USER_TOKEN, { transport: fetchTransport({ fetch }) });
    expect(await valueOf(call(ctx, { path: '/x', response: v.nullable(v.string()) }, undefined))).toBeNull();
  });

  test.each<[string, (ctx: LagContext) => LagResult<unknown>]>([
    ['invalid id', (ctx) => deleteRoom(ctx, 's1', '..')],
    ['invalid limit: 1 to 100', (ctx) => listRoomMessages(ctx, 's1', 'r1', { limit: 0 })],
    ['invalid timeoutMs', (ctx) => getHealth(ctx, { timeoutMs: -1 })],
    ['invalid headers', (ctx) => getHealth(ctx, { headers: { authorization: 'x' } })],
    ['invalid signal', (ctx) => getHealth(ctx, { signal: {} as AbortSignal })],
    ['invalid argument', (ctx) => sendRoomMessage(ctx, 's1', 'r1', { content: 5n } as never)],
    ['invalid argument', () => getHealth(null as never)],
  ])('says that it was given an %s', async (message, ask) => {
    expect(await errorOf(ask(recording().ctx))).toMatchObject({ kind: 'invalid_input', message });
  });

  test('says for whom it is', async () => {
    expect(await errorOf(getMe(recording({}, ROBOT_TOKEN).ctx))).toMatchObject({ message: 'not for robots' });
    const forRobots = call(recording().ctx, { path: '/robots/@me/events', robot: 'only' }, undefined);
    expect(await errorOf(forRobots)).toMatchObject({ message: 'only for robots' });
  });

  test('keeps the reason of an argument that throws', async () => {
    const body = {
      toJSON: () => {
        throw new Error('own');
      },
    };
    expect(await errorOf(sendRoomMessage(recording().ctx, 's1', 'r1', body as never))).toMatchObject({
      cause: { message: 'Error: own' },
    });
  });

  test('carries the request id of an answer that makes no sense', async () => {
    const server = await serve(json({}, 200, { 'x-request-id': 'q7' }));
    expect(await errorOf(getHealth(createContext(USER_TOKEN, { baseUrl: server.url })))).toMatchObject({
      kind: 'invalid_response',
      requestId: 'q7',
    });
  });
});

test('isRobot tells contexts apart, and never throws', () => {
  expect(isRobot(createContext(ROBOT_TOKEN))).toBe(true);
  expect(isRobot(createContext(USER_TOKEN))).toBe(false);
  for (const ctx of [createContext(''), null, undefined, 5]) expect(isRobot(ctx as LagContext)).toBeFalsy();
  for (const ctx of [null, undefined]) expect(isRobot(ctx as never)).toBe(false);
});
