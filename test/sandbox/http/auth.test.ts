import { describe, expect, test } from 'vitest';
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
