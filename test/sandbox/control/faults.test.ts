import { describe, expect, test } from 'vitest';
import { createSandbox, type SandboxFault, type SandboxFaultMatch } from '../../../src/sandbox/index.js';
import { messagesPath, startPlain } from '../support.js';

describe('faults.next', () => {
  test.each([
    ['a method', { method: 'post' }, [false, true, false]],
    ['a path', { path: '/users/me' }, [true, false, false]],
    ['a path with any part', { path: '/servers/:serverId/rooms/:roomId/messages' }, [false, true, false]],
    ['both', { method: 'GET', path: '/health' }, [false, false, true]],
    ['a pattern', { path: /^\/(users|health)/g }, [true, false, true]],
    ['a function', (request: Request) => request.headers.has('x-bad'), [false, false, true]],
    ['a path that none has', { path: '/users' }, [false, false, false]],
    ['no condition at all', undefined, [true, true, true]],
  ])('matches requests by %s', async (_, match, hit) => {
    const { faults, ask, messages, tokens } = await startPlain();
    faults.next({ ...(match && { match }), status: 500, times: Infinity });
    const replies = [
      await ask('/users/me?x=1', { token: tokens.ada }),
      await ask(messages, { token: tokens.ada, json: { content: 'hi' } }),
      await ask('/health', { headers: { 'x-bad': '1' } }),
    ];
    expect(replies.map(({ status }) => status === 500)).toEqual(hit);
  });

  test('takes faults in their order, each as often as times says', async () => {
    const { faults, ask } = await startPlain();
    faults.next({ status: 500, times: 2 });
    faults.next({ status: 503 });
    faults.next({ status: 418, times: 0 });
    expect(faults.pending).toHaveLength(2);
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await ask('/health')).status);
    expect(statuses).toEqual([500, 500, 503, 200]);
    expect(faults.pending).toEqual([]);
  });

  test('has no effect after clear and reset', async () => {
    const { faults, ask, sandbox } = await startPlain();
    for (const end of [faults.clear, sandbox.reset]) {
      faults.next({ status: 500, times: Infinity });
      end();
      expect((await ask('/health')).status).toBe(200);
    }
  });
});

describe('a fault for an operation', () => {
  test('matches the requests of users and robots, and no others', async () => {
    const { faults, ask, messages, tokens, ids } = await startPlain();
    faults.next({ match: { operation: 'sendRoomMessage' }, status: 503, times: 'always' });
    const json = { content: 'hi' };
    expect((await ask(messages, { token: tokens.ada, json })).status).toBe(503);
    expect((await ask(`/robots/@me${messages}`, { token: tokens.robot, json })).status).toBe(503);
    expect((await ask(messages, { token: tokens.ada })).status).toBe(200);
    expect((await ask(`/dms/${ids.dm}/messages`, { token: tokens.ada, json })).status).toBe(201);
    expect((await ask(messages, { token: tokens.ada, json })).status).toBe(503);
  });

  test('knows a word of a path from an id', async () => {
    const { faults, ask, tokens, ids } = await startPlain();
    faults.next({ match: { operation: 'getServer' }, status: 503 });
    faults.next({ match: { operation: 'getUser' }, status: 503 });
    for (const path of ['/servers/me', `/servers/invite/${ids.inviteCode}`, '/users/me', '/users/search?q=a'])
      expect((await ask(path, { token: tokens.ada })).status).toBe(200);
    expect((await ask(`/servers/${ids.server}`, { token: tokens.ada })).status).toBe(503);
    expect((await ask(`/users/${ids.users.ben}`, { token: tokens.ada })).status).toBe(503);
  });

  test('matches GET /users/me as getMe and as getIdentity', async () => {
    const { faults, ask, tokens } = await startPlain();
    for (const operation of ['getMe', 'getIdentity'] as const) {
      faults.next({ match: { operation }, status: 503 });
      expect((await ask('/users/me', { token: tokens.ada })).status).toBe(503);
    }
    faults.next({ match: { operation: 'getIdentity' }, status: 503 });
    expect((await ask('/robots/@me/info', { token: tokens.robot })).status).toBe(503);
  });

  test('may also ask for a method and a path', async () => {
    const { faults, ask, tokens, ids } = await startPlain();
    const path = `/servers/${ids.server}/rooms/${ids.rooms.music}/messages`;
    faults.next({ match: { operation: 'listRoomMessages', path }, status: 503 });
    expect((await ask(messagesPath({ ids }), { token: tokens.ada })).status).toBe(200);
    expect((await ask(path, { token: tokens.ada })).status).toBe(503);
  });
});

describe('a fault that matches nothing', () => {
  const warned = () => {
    const warnings: string[] = [];
    const sandbox = createSandbox({ onWarning: (message) => warnings.push(message) });
    const get = (path: string) =>
      sandbox.fetch(`http://x${path}`, { headers: { authorization: `Bearer ${sandbox.tokens.ada}` } });
    return { ...sandbox, sandbox, warnings, get };
  };

  test('is reported when it is forgotten, with the requests that came instead', async () => {
    const { faults, warnings, get, sandbox } = warned();
    faults.next({ match: { path: '/servers' }, status: 500 });
    faults.next({ match: { method: 'DELETE' }, reset: true, times: Infinity });
    await get('/servers/me');
    await get('/nothing?secret=1');
    expect(warnings).toEqual([]);
    expect(faults.unmatched).toHaveLength(2);
    sandbox.reset();
    expect(warnings).toEqual([
      'a fault matched no request: {"match":{"path":"/servers"},"status":500}; there were GET /servers/me (listServers), GET /nothing',
      'a fault matched no request: {"match":{"method":"DELETE"},"reset":true,"times":"Infinity"}; there were GET /servers/me (listServers), GET /nothing',
    ]);
    faults.next({ match: { path: /\/dms/ }, status: 500 });
    faults.clear();
    expect(warnings).toHaveLength(3);
    expect(warnings[2]).toBe(
      `a fault matched no request: ${JSON.stringify({ match: { path: '/\\/dms/' }, status: 500 })}`,
    );
  });

  test('is not reported if it matched once', async () => {
    const { faults, warnings, get } = warned();
    faults.next({ status: 500, times: 'always' });
    await get('/health');
    expect(faults.pending).toHaveLength(1);
    expect(faults.unmatched).toEqual([]);
    faults.clear();
    expect(warnings).toEqual([]);
  });

  test.each([
    [{ operation: 'listServer' }, /Did you mean listServers/],
    [{ operation: 'sendMessage' }, /Did you mean .*send(Room|Dm)Message/],
    [{ operation: 'constructor' }, /No operation has that name/],
    [{ path: '/server' }, /no such route.*operation: "listServers"/],
    [{ method: 'GET', path: '/servers' }, /no such route/],
    [{ operation: 'listServers', method: 'POST' }, /no such route/],
    [{ method: 'LOCK' }, /no such route/],
    [{ path: '/servers/:serverId/rooms?limit=5' }, /without its query/],
  ])('is reported at once for %j', (match, advice) => {
    const { faults, warnings } = warned();
    faults.next({ match: match as SandboxFaultMatch, status: 500 });
    expect(warnings).toEqual([expect.stringMatching(/^a fault can match no request: /)]);
    expect(warnings[0]).toMatch(advice);
  });

  test.each([
    [{ path: '/servers/:id' }],
    [{ path: '/servers/me' }],
    [{ path: '/:a/:b/rooms' }],
    [{ path: '/robots/@me/servers/:serverId/rooms' }],
    [{ method: 'get', operation: 'getServer' }],
    [{ path: /anything/ }],
    [{}],
  ] satisfies [SandboxFaultMatch][])('is not reported too early for %j', (match) => {
    const { faults, warnings } = warned();
    faults.next({ match, status: 500 });
    expect(warnings).toEqual([]);
  });

  test.each([
    ['null', null, /a fault is ignored: /],
    ['nothing', {}, /ignored: has no effect: give one of status, /],
    ['a misspelt field', { statusCode: 500 }, /ignored: statusCode: /],
    ['a misspelt match', { match: { operaton: 'getMe' } }, /ignored: match/],
    ['a text for a number', { times: '5' }, /ignored: times: /],
    ['a negative time', { delayMs: -1 }, /ignored: delayMs: /],
    [
      'an object that throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
      /ignored: /,
    ],
  ])('is ignored with a warning if it is %s', async (_, fault, warning) => {
    const { faults, warnings, get } = warned();
    faults.next(fault as SandboxFault);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(faults.pending).toEqual([]);
    expect((await get('/health')).status).toBe(200);
  });

  test('includes one whose condition throws', async () => {
    const { faults, get } = warned();
    faults.next({
      match: () => {
        throw new Error('mine');
      },
      status: 500,
    });
    expect((await get('/health')).status).toBe(200);
    expect(faults.unmatched).toHaveLength(1);
  });
});
