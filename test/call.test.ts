import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { createContext, isRobot, type LagContext } from '../src/context.js';
import type { LagInvalidResponseError } from '../src/errors.js';
import { call, path } from '../src/call.js';
import { getHealth } from '../src/operations/system.js';
import { getIdentity } from '../src/operations/identity.js';
import { listRoomMessages, sendRoomMessage } from '../src/operations/room-messages.js';
import { deleteRoom } from '../src/operations/rooms.js';
import { checkUsername, getMe } from '../src/operations/users.js';
import { uploadImage } from '../src/operations/images.js';
import type { LagResult } from '../src/pipeline/types.js';
import type { LagTransportRequest } from '../src/pipeline/transport.js';
import { contextAt, contextOver } from './support/contexts.js';
import { anyText } from './support/any-text.js';
import { errorOf, valueOf } from './support/results.js';
import { ROBOT_TOKEN, samplePage, USER_TOKEN } from './support/samples.js';
import { empty, json, serve } from './support/server.js';
import { respondWith, transportOf } from './support/transports.js';

/** A context that says which URLs were asked for, and answers with what is given. */
const recording = (answer: unknown = {}, token: string = USER_TOKEN): { ctx: LagContext; urls: string[] } => {
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    return Response.json(answer);
  };
  return { ctx: contextOver(fetch, { baseUrl: 'https://lag.test' }, token), urls };
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
        const { path: built, route, error } = path`/a/${first}/b/${second}`;
        expect(route).toBe('/a/:id/b/:id');
        expect(error === undefined).toBe(isUsable(first) && isUsable(second));
        if (error) return;
        const { pathname, search, hash, host } = new URL(`https://lag.test${built}`);
        expect({ host, search, hash, pathname }).toEqual({ host: 'lag.test', search: '', hash: '', pathname: built });
        expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', first, 'b', second]);
      }),
      { numRuns: 1000 },
    );
  });

  test('never throws, and has an error for everything that is not a string', () => {
    const traps = {
      get: () => {
        throw new Error('trapped');
      },
    };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.constant(new Proxy({}, traps))), (id) => {
        const { error } = path`/a/${id as string}`;
        if (typeof id !== 'string') expect(error?.message).toBe('invalid id: pass a non-empty string');
      }),
    );
  });

  test('without ids is as it is written', () => {
    expect(path`/users/me`).toEqual({ path: '/users/me', route: '/users/me', error: undefined });
  });

  test('names the ids in the route', () => {
    expect(path`/servers/${'s'}/rooms/${'r'}/messages/${'m'}`).toMatchObject({
      path: '/servers/s/rooms/r/messages/m',
      route: '/servers/:serverId/rooms/:roomId/messages/:messageId',
    });
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
    const ctx = contextAt(`${server.url}/v1`);
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

  test.each<unknown>([0, 101, -1, 1.5, NaN, Infinity, '5', {}])('takes no limit of %o', async (limit) => {
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
      { limit: null, cursor: null } as never,
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
    expect(
      await errorOf(call(user.ctx, { name: 'x', path: '/robots/@me/events', robot: 'only' }, undefined)),
    ).toMatchObject({
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
    expect(await errorOf(call(recording().ctx, { name: 'x', path: '/x', response }, undefined))).toMatchObject({
      kind: 'invalid_input',
      message: 'an argument cannot be read: own',
    });
  });

  test('sends JSON as JSON, a form with its own type, and nothing if there is no body', async () => {
    const seen: LagTransportRequest[] = [];
    const transport = transportOf(async (request) => {
      seen.push(request);
      return respondWith('', 204);
    });
    const ctx = createContext(USER_TOKEN, { transport, headers: { 'content-type': 'text/own' } });
    for (const body of [{ a: 'ä' }, null, '', undefined])
      await valueOf(call(ctx, { name: 'x', method: 'POST', path: '/x', body }, undefined));
    await uploadImage(ctx, new Uint8Array(3), { purpose: 'chat' });
    expect(
      seen.map(({ body, headers }) => [typeof body === 'object' ? 'form' : body, headers['content-type']]),
    ).toEqual([
      ['{"a":"ä"}', 'application/json'],
      ['null', 'application/json'],
      ['""', 'application/json'],
      [undefined, 'text/own'],
      ['form', expect.stringMatching(/^multipart\/form-data; boundary=/)],
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
    const result = await deleteRoom(contextOver(fetch), 's1', 'r1');
    if (isTaken) expect(result._unsafeUnwrap()).toBeUndefined();
    else
      expect(result._unsafeUnwrapErr()).toMatchObject({
        kind: 'invalid_response',
        message: 'unexpected response: an HTML page',
        issues: [{ path: '', message: 'an HTML page' }],
      });
  });

  test('whose answer may be null takes an empty one for it', async () => {
    const fetch = async () => new Response('');
    const ctx = contextOver(fetch);
    expect(await valueOf(call(ctx, { name: 'x', path: '/x', response: v.nullable(v.string()) }, undefined))).toBeNull();
  });

  test.each<[string, (ctx: LagContext) => LagResult<unknown>]>([
    ['invalid roomId: it would change the path', (ctx) => deleteRoom(ctx, 's1', '..')],
    ['invalid serverId: pass a non-empty string', (ctx) => deleteRoom(ctx, '', 'r1')],
    ['invalid limit: pass 1 to 100', (ctx) => listRoomMessages(ctx, 's1', 'r1', { limit: 0 })],
    [
      'invalid timeoutMs: pass a number from 1 to 2147483647, or Infinity for no limit',
      (ctx) => getHealth(ctx, { timeoutMs: -1 }),
    ],
    [
      'invalid headers: authorization is set by the SDK or the connection',
      (ctx) => getHealth(ctx, { headers: { authorization: 'x' } }),
    ],
    ['invalid signal: pass an AbortSignal', (ctx) => getHealth(ctx, { signal: {} as AbortSignal })],
    [
      'the body cannot be written as JSON: Do not know how to serialize a BigInt',
      (ctx) => sendRoomMessage(ctx, 's1', 'r1', { content: 5n } as never),
    ],
    ['invalid ctx: pass a context made by createContext', () => getHealth(null as never)],
  ])('says that it was given an %s', async (message, ask) => {
    expect(await errorOf(ask(recording().ctx))).toMatchObject({ kind: 'invalid_input', message });
  });

  test('says for whom it is', async () => {
    expect(await errorOf(getMe(recording({}, ROBOT_TOKEN).ctx))).toMatchObject({
      message: "getMe needs a user's token; this is a robot key",
    });
    const forRobots = call(recording().ctx, { name: 'x', path: '/robots/@me/events', robot: 'only' }, undefined);
    expect(await errorOf(forRobots)).toMatchObject({ message: "x needs a robot key; this is a user's token" });
  });

  test('keeps the reason of an argument that throws', async () => {
    const body = {
      toJSON: () => {
        throw new Error('own');
      },
    };
    expect(await errorOf(sendRoomMessage(recording().ctx, 's1', 'r1', body as never))).toMatchObject({
      message: 'the body cannot be written as JSON: own',
      cause: { message: 'own' },
    });
  });

  test('carries the request id of an answer that makes no sense', async () => {
    const server = await serve(json({}, 200, { 'x-request-id': 'q7' }));
    expect(await errorOf(getHealth(contextAt(server.url)))).toMatchObject({
      kind: 'invalid_response',
      requestId: 'q7',
    });
  });
});

test('isRobot tells contexts apart, and never throws', () => {
  expect(isRobot(createContext(ROBOT_TOKEN))).toBe(true);
  expect(isRobot(createContext(USER_TOKEN))).toBe(false);
  for (const ctx of [createContext(''), null, undefined, 5]) expect(isRobot(ctx as LagContext)).toBe(false);
  for (const ctx of [null, undefined]) expect(isRobot(ctx as never)).toBe(false);
});
