import { describe, expect, test } from 'vitest';
import { createRequestLog } from '../../../src/sandbox/control/request-log.js';
import { createSandbox } from '../../../src/sandbox/index.js';
import { serveForTest, startPlain } from '../support.js';

describe('the request log', () => {
  test('lists every request with its status, and whether a fault was involved', async () => {
    const { ask, faults, requests, messages, tokens, clock } = await startPlain();
    faults.next({ match: { path: '/health' }, reset: true });
    await expect(ask('/health?a=b')).rejects.toThrow();
    await clock.advance(250);
    await ask(messages, { token: tokens.ada, json: { content: 'hi' }, headers: { 'x-custom': 'yes' } });
    await ask('/nothing');
    expect(requests).toMatchObject([
      { method: 'GET', operation: 'getHealth', path: '/health?a=b', status: 0, faulty: true, at: clock.now() - 250 },
      {
        method: 'POST',
        operation: 'sendRoomMessage',
        path: messages,
        status: 201,
        faulty: false,
        at: clock.now(),
        body: { content: 'hi' },
      },
      { method: 'GET', operation: null, path: '/nothing', status: 404, faulty: false },
    ]);
    expect(requests[1]!.headers).toMatchObject({ 'x-custom': 'yes', 'content-type': 'application/json' });
    expect(requests[2]).not.toHaveProperty('body');
  });

  test('masks secrets in paths, headers and bodies', async () => {
    const { ask, requests, tokens, messages } = await startPlain();
    const secret = 'device-secret-"quoted"-token';
    await ask('/users/me', { token: tokens.ada, headers: { cookie: 'session=s3cret', 'x-api-key': 's3cret' } });
    await ask('/robots/@me/info', { token: tokens.robot });
    await ask('/users/me', { headers: { authorization: 'Basic czNjcmV0' } });
    await ask('/users/me', { headers: { authorization: 'czNjcmV0' } });
    await ask(`/users/search?q=${tokens.ben}&token=${encodeURIComponent(tokens.robot)}`, { token: tokens.ada });
    await ask('/users/me/push-token', { token: tokens.ada, json: { token: secret, platform: 'ios' } });
    await ask(messages, { token: tokens.ada, json: { content: `mine is ${tokens.ada}, and whsec_c2VjcmV0c2VjcmV0` } });
    const text = JSON.stringify(requests);
    for (const hidden of [
      ...Object.values(tokens),
      ...Object.values(tokens).map((token) => token.slice(-20)),
      's3cret',
      'czNjcmV0',
      'quoted',
      'c2VjcmV0',
    ])
      expect(text).not.toContain(hidden);
    expect(requests[0]!.headers['authorization']).toBe('Bearer lag_pat_***');
    expect(requests[1]!.headers['authorization']).toBe('Robot lag_robot_***');
    expect(requests[5]!.body).toEqual({ token: '***', platform: 'ios' });
    expect(requests[6]!.body).toEqual({ content: 'mine is lag_pat_***, and whsec_***' });
  });

  test('calls onRequest for each request, and is empty after a reset', async () => {
    const seen: number[] = [];
    const { sandbox } = await serveForTest({ onRequest: ({ status }) => seen.push(status) });
    const get = async () => (await sandbox.fetch('http://x/version')).status;
    for (let n = 0; n < 100; n++) await get();
    expect(seen).toHaveLength(100);
    expect(sandbox.requests).toHaveLength(100);
    expect(sandbox.requests.at(-1)!.id).toBe('req_000100');
    sandbox.reset();
    expect(sandbox.requests).toEqual([]);
  });

  test('keeps the newest 10 000 requests', () => {
    const { entries, add } = createRequestLog();
    const request = new Request('http://x/version');
    for (let n = 1; n <= 10_001; n++) add(request, `req_${n}`, n);
    expect(entries.length).toBeLessThanOrEqual(10_000);
    expect(entries.length).toBeGreaterThan(8000);
    expect(entries.at(-1)!.id).toBe('req_10001');
    expect(entries.map(({ at }) => at)).toEqual(Array.from(entries, (_, index) => 10_001 - entries.length + 1 + index));
  });

  test('cuts long texts, long lists and deep values of a body, and keeps ordinary ones whole', () => {
    const { entries, add, addBody } = createRequestLog();
    const body = (value: unknown) => {
      addBody(add(new Request('http://x/'), 'req', 0), value);
      return entries.at(-1)!.body;
    };
    const ordinary = {
      content: 'x'.repeat(2000),
      replyToId: null,
      list: [1, true, { a: 'b' }],
      ['__proto__']: { a: 1 },
    };
    expect(body(ordinary)).toEqual(ordinary);
    expect(body({ image: 'A'.repeat(12_000_000) })).toEqual({ image: `${'A'.repeat(200)}… (12000000 characters)` });
    expect(body({ token: 'a'.repeat(12_000_000) })).toEqual({ token: '***' });
    expect(body({ text: `${'x'.repeat(150)}lag_pat_${'s'.repeat(12_000_000)}` })).toEqual({
      text: `${'x'.repeat(150)}lag_pat_***… (12000158 characters)`,
    });
    expect(JSON.stringify(body(Array.from({ length: 1_000_000 }, (_, n) => n))).length).toBeLessThan(100_000);
    expect(
      JSON.stringify(body(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [n, n])))).length,
    ).toBeLessThan(100_000);
    expect(JSON.stringify(body(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))))).toBe(
      '['.repeat(12) + '"…"' + ']'.repeat(12),
    );
  });

  test('stays within a budget of bytes, whatever is sent', async () => {
    const sandbox = createSandbox();
    const headers = { authorization: `Bearer ${sandbox.tokens.ada}`, 'x-long': 'y'.repeat(100_000) };
    const post = (path: string, json: unknown) =>
      sandbox.fetch(`http://x${path}`, { method: 'POST', headers, body: JSON.stringify(json) });
    for (let n = 0; n < 300; n++) {
      await post('/users/me/push-token', {
        token: 'device',
        platform: Array.from({ length: 100 }, () => 'z'.repeat(1000)),
      });
      await post(`/friends/accept?${'q'.repeat(100_000)}`, { requestId: 'r'.repeat(100_000) });
    }
    for (let n = 0; n < 4; n++) await post('/users/me/avatar', { image: 'A'.repeat(4_000_000) });
    expect(sandbox.requests.at(-1)).toMatchObject({ status: 200, path: '/users/me/avatar' });
    expect(JSON.stringify(sandbox.requests).length).toBeLessThan(9_000_000);
    sandbox.reset();
    await post('/friends/accept', { requestId: 'r' });
    expect(sandbox.requests).toHaveLength(1);
  });

  test('survives a secret of any length', async () => {
    const { fetch, tokens, requests } = createSandbox();
    const headers = { authorization: `Bearer ${tokens.ada}` };
    for (const body of [
      `{"token":"${'a'.repeat(12e6)}"}`,
      `{"secret":"${'\\"'.repeat(6e6)}"}`,
      `{"x":"lag_pat_${'a'.repeat(12e6)}"}`,
    ])
      expect((await fetch('http://x/users/me/avatar', { method: 'POST', headers, body })).status).toBe(400);
    expect(requests.map(({ body }) => JSON.stringify(body).length < 300)).toEqual([true, true, true]);
  });
});
