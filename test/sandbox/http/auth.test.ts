import { describe, expect, test } from 'vitest';
import { createSandbox } from '../../../src/sandbox/index.js';
import { expectError, startPlain } from '../support.js';

describe('the authorization header', () => {
  test.each([
    ['no value', undefined],
    ['an unknown user token', 'Bearer lag_pat_unknown'],
    ['an unknown robot key', 'Robot lag_robot_un_known'],
    ['no scheme', 'lag_pat_unknown'],
    ['another scheme', 'Basic YWRhOmFkYQ=='],
    ['an empty one', 'Bearer '],
  ])('is refused with 401 if it has %s', async (_, authorization) => {
    const { ask } = await startPlain();
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    expectError(await ask('/users/me', { headers }), 401);
    expectError(await ask('/robots/@me/info', { headers }), 401);
    expectError(await ask('/system-status', { headers }), 401);
  });

  test('is refused with 401 if it has the scheme of the other kind of token', async () => {
    const { ask, tokens } = await startPlain();
    expectError(await ask('/users/me', { headers: { authorization: `Robot ${tokens.ada}` } }), 401);
    expectError(await ask('/robots/@me/info', { headers: { authorization: `Bearer ${tokens.robot}` } }), 401);
  });

  test('is refused with a message that says what to send instead, and repeats no part of it', async () => {
    const { ask, tokens } = await startPlain();
    const other = createSandbox().tokens;
    const messageFor = async (authorization?: string) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const { status, json, text } = await ask('/users/me', { headers });
      expect(status).toBe(401);
      if (authorization && authorization.length > 12) expect(text).not.toContain(authorization.slice(-12));
      return json.message;
    };
    for (const missing of [undefined, '', ' '])
      expect(await messageFor(missing)).toMatch(
        /missing: send "Authorization: Bearer lag_pat_…" or "Authorization: Robot/,
      );
    for (const bare of [tokens.ada, tokens.robot, 'Bearer', 'Robot '])
      expect(await messageFor(bare)).toMatch(/needs a scheme and a token/);
    for (const scheme of ['Bearer', 'bearer', 'Basic', 'Token'])
      for (const key of [tokens.robot, 'lag_robot_un_known-robot-key'])
        expect(await messageFor(`${scheme} ${key}`)).toMatch(
          /robot key needs the scheme Robot: send "Authorization: Robot <key>"/,
        );
    for (const scheme of ['Robot', 'robot', 'Basic'])
      for (const token of [tokens.ada, 'lag_pat_unknown-user-token'])
        expect(await messageFor(`${scheme} ${token}`)).toMatch(/user token needs the scheme Bearer/);
    expect(await messageFor(`Bearer ${other.ada}`)).toMatch(/another sandbox, or of an earlier run/);
    expect(await messageFor(`Robot ${other.robot}`)).toMatch(/another sandbox, or of an earlier run/);
    expect(await messageFor('Bearer lag_pat_real-looking-token')).toMatch(/knows only its own tokens/);
    for (const foreign of ['Basic YWRhOmFkYTpzZWNyZXQ=', 'Bearer eyJhbGciOiJIUzI1NiJ9'])
      expect(await messageFor(foreign)).toMatch(/no token of Lag/);
    const user = await ask('/robots/@me/info', { token: tokens.ada });
    expect(user.json.message).toBe('This route takes a robot key, not a user token');
    const robot = await ask('/users/me', { token: tokens.robot });
    expect(robot.json.message).toBe('This route takes a user token, not a robot key');
  });

  test('decides between the routes of users and of robots', async () => {
    const { ask, tokens, ids } = await startPlain();
    for (const path of ['/users/me', '/friends', `/servers/${ids.server}`, `/servers/${ids.server}/rooms`])
      expectError(await ask(path, { token: tokens.robot }), 401);
    for (const path of ['/robots/@me/info', `/robots/@me/servers/${ids.server}/rooms`, '/robots/@me/events/poll'])
      expectError(await ask(path, { token: tokens.ada }), 401);
    for (const token of [tokens.ada, tokens.robot])
      expect((await ask('/system-status', { token })).json).toEqual({
        upgrading: false,
        outage: false,
        waitlist: false,
      });
  });

  test('is not needed on public routes', async () => {
    const { ask, ids } = await startPlain();
    for (const path of ['/health', '/version', `/servers/invite/${ids.inviteCode}`])
      expect((await ask(path)).status).toBe(200);
  });
});
