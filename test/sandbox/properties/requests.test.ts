import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createManualClock, createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { sized } from '../../support/runs.js';

describe('whatever a client sends', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '',
      '.',
      '..',
      '%',
      '%00',
      '%2e%2e',
      '@me',
      'me',
      '__proto__',
      'constructor',
      ':serverId',
      '*',
      'ö',
      ' ',
    ),
    fc.string({ maxLength: 12 }),
  );
  const json = fc.oneof(
    fc.json(),
    fc.constantFrom(
      '',
      '{',
      'null',
      '[]',
      '{"content":',
      '"x"',
      '1e999',
      '[[[[[[[[',
      '{"__proto__":{"a":1}}',
      '\u0000',
    ),
    fc
      .constantFrom(
        'content',
        'name',
        'username',
        'userId',
        'roleId',
        'startsAt',
        'rrule',
        'permissions',
        'image',
        'token',
      )
      .chain((key) => fc.jsonValue().map((value) => JSON.stringify({ [key]: value }))),
  );

  const paths = ({ ids }: Sandbox) => [
    '/users/me',
    '/users/me/setup',
    '/users/me/avatar',
    '/users/me/push-token',
    '/users/me/request-deletion',
    '/users/me/steam-lookup',
    '/users/search',
    '/friends/request',
    '/friends/accept',
    '/friends/block',
    '/dms',
    `/dms/${ids.dm}`,
    `/dms/${ids.dm}/messages`,
    '/servers',
    `/servers/${ids.server}`,
    `/servers/${ids.server}/icon`,
    `/servers/${ids.server}/invites`,
    `/servers/${ids.server}/bans/${ids.users.dan}`,
    `/servers/${ids.server}/mutes/${ids.users.ben}`,
    `/servers/${ids.server}/members/${ids.users.ben}/role`,
    `/servers/${ids.server}/roles`,
    `/servers/${ids.server}/roles/${ids.roles.moderator}`,
    `/servers/${ids.server}/rooms`,
    `/servers/${ids.server}/rooms/${ids.rooms.quiet}`,
    `/servers/${ids.server}/rooms/${ids.rooms.quiet}/messages`,
    `/robots/@me/servers/${ids.server}/rooms/${ids.rooms.quiet}/messages`,
    `/servers/${ids.server}/events`,
    `/servers/${ids.server}/events/${ids.event}`,
    `/servers/${ids.server}/events/${ids.event}/rsvp`,
    `/servers/${ids.server}/event-templates`,
    `/servers/${ids.server}/event-templates/${ids.eventTemplate}`,
    '/images',
  ];

  test('gets a status below 500, the documented error body and a request id', async () => {
    const sandbox = createSandbox({ clock: createManualClock(), pollHoldMs: 0 });
    const known = paths(sandbox);
    const path = fc.oneof(
      fc.nat(known.length - 1).map((at) => known[at]!),
      fc.tuple(fc.nat(known.length - 1), part).map(([at, extra]) => `${known[at]!}/${extra}`),
      fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
    );
    const query = fc.oneof(
      fc.constant(''),
      fc
        .tuple(fc.constantFrom('limit', 'cursor', 'q', 'username', '%'), fc.string({ maxLength: 12 }))
        .map(([name, value]) => `?${name}=${value}`),
    );
    const credential = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(`Bearer ${sandbox.tokens.ada}`, `Robot ${sandbox.tokens.robot}`) },
      fc.constantFrom('', 'Bearer', `Bearer  ${sandbox.tokens.ada} x`, 'Robot lag_robot_', 'Bearer constructor'),
    );
    const type = fc.constantFrom(
      'application/json',
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      '',
    );
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'LOCK');
    await fc.assert(
      fc.asyncProperty(
        method,
        path,
        query,
        credential,
        type,
        json,
        async (verb, where, search, authorization, contentType, body) => {
          const hasBody = !['GET', 'HEAD'].includes(verb);
          let url: string;
          try {
            url = new URL(`http://sandbox${where}${search}`).href;
          } catch {
            return;
          }
          if (url.endsWith('/events/sse')) return;
          const response = await sandbox.fetch(url, {
            method: verb,
            headers: { authorization, 'content-type': contentType },
            ...(hasBody && { body }),
          });
          assert(response.status < 500);
          assert(response.headers.get('x-request-id'));
          if (response.status >= 400 && verb !== 'HEAD')
            expect(await response.json()).toEqual({
              error: expect.any(String),
              message: expect.any(String),
              statusCode: response.status,
            });
        },
      ),
      { numRuns: sized(1000, 20_000) },
    );
  });

  test('in bodies of every shape gets a status below 500 on every route', async () => {
    const sandbox = createSandbox({ clock: createManualClock(), pollHoldMs: 0 });
    const depth = sized(20_000, 100_000);
    const deep = '['.repeat(depth) + ']'.repeat(depth);
    for (const path of paths(sandbox))
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        for (const body of [
          deep,
          `{"content":${deep}}`,
          '{"content":"\\ud800"}',
          '{"name":1e400}',
          '{"permissions":-1}',
        ]) {
          const response = await sandbox.fetch(`http://sandbox${path}`, {
            method,
            headers: { authorization: `Bearer ${sandbox.tokens.ada}`, 'content-type': 'application/json' },
            body,
          });
          assert(response.status < 500);
          await response.text();
        }
    expect(sandbox.requests.every(({ status }) => status > 0)).toBe(true);
  });
});
