import { describe, expect, test } from 'vitest';
import { expectError, startPlain } from '../support.js';

describe('a robot', () => {
  test('may make 100 requests a minute, then gets 429 until the first is a minute old', async () => {
    const { ask, tokens, clock } = await startPlain();
    const info = () => ask('/robots/@me/info', { token: tokens.robot });
    expect((await info()).status).toBe(200);
    await clock.advance(20_500);
    for (let n = 1; n < 100; n++) expect((await info()).status).toBe(200);
    const refused = await info();
    expectError(refused, 429);
    expect(refused.headers.get('retry-after')).toBe('40');
    await clock.advance(39_499);
    expect((await info()).headers.get('retry-after')).toBe('1');
    await clock.advance(1);
    expect((await info()).status).toBe(200);
    expect((await info()).status).toBe(429);
    await clock.advance(60_000);
    expect((await info()).status).toBe(200);
  });

  test('may send 10 messages in 10 seconds, and make other requests meanwhile', async () => {
    const { ask, tokens, clock, messages, ids } = await startPlain();
    const send = () => ask(`/robots/@me${messages}`, { token: tokens.robot, json: { content: 'hi' } });
    for (let n = 0; n < 10; n++) expect((await send()).status).toBe(201);
    const refused = await send();
    expectError(refused, 429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect((await ask(`/robots/@me/servers/${ids.server}/rooms`, { token: tokens.robot })).status).toBe(200);
    await clock.advance(10_000);
    expect((await send()).status).toBe(201);
  });

  test('has a limit of its own, and users have none', async () => {
    const { ask, tokens, sandbox } = await startPlain();
    const other = sandbox.addRobot();
    for (let n = 0; n < 100; n++) await ask('/robots/@me/info', { token: tokens.robot });
    expect((await ask('/robots/@me/info', { token: tokens.robot })).status).toBe(429);
    expect((await ask('/robots/@me/info', { token: other.token })).status).toBe(200);
    for (let n = 0; n < 120; n++) expect((await ask('/users/me', { token: tokens.ada })).status).toBe(200);
  });
});
