import { describe, expect, test } from 'vitest';
import { createContext } from '../../../src/context.js';
import { sendRoomMessage } from '../../../src/operations/room-messages.js';
import { getMe } from '../../../src/operations/users.js';
import { recordRequest, type LogEntry } from '../../../src/sandbox/control/request-log.js';
import { skipTime } from '../../support/clock.js';
import { eventually } from '../../support/eventually.js';
import { turns } from '../../support/virtual-time.js';
import { asker, messagesPath, serveForTest } from '../support.js';

const start = async () => {
  const { expire } = skipTime();
  const { url, sandbox } = await serveForTest();
  const context = (token: string) => createContext(token, { baseUrl: url, maxRetries: 0 });
  return {
    /** Ends the time of a call that stalls, once so many requests have come and what is sent has arrived. */
    expireAfter: async (count: number) => {
      await eventually(() => expect(sandbox.requests).toHaveLength(count));
      await turns(20);
      expire();
    },
    ...sandbox,
    sandbox,
    ask: asker(url),
    /** Without a network between. */
    askInProcess: asker('http://sandbox', sandbox.fetch),
    messages: messagesPath(sandbox),
    me: () => getMe(context(sandbox.tokens.ada)),
    send: (content: string) =>
      sendRoomMessage(context(sandbox.tokens.ada), sandbox.ids.server, sandbox.ids.rooms.quiet, { content }),
    sent: () =>
      sandbox.state.messages.filter(({ roomId }) => roomId === sandbox.ids.rooms.quiet).map(({ content }) => content),
  };
};

describe('the request log', () => {
  test('lists every request with its status, and whether a fault was involved', async () => {
    const { ask, faults, requests, messages, tokens, clock } = await start();
    faults.next({ match: { path: '/health' }, reset: true });
    await expect(ask('/health?a=b')).rejects.toThrow();
    await clock.advance(250);
    await ask(messages, { token: tokens.ada, json: { content: 'hi' }, headers: { 'x-custom': 'yes' } });
    await ask('/nothing');
    expect(requests).toMatchObject([
      { method: 'GET', path: '/health?a=b', status: 0, faulty: true, at: clock.now() - 250 },
      { method: 'POST', path: messages, status: 201, faulty: false, at: clock.now(), body: { content: 'hi' } },
      { method: 'GET', path: '/nothing', status: 404, faulty: false },
    ]);
    expect(requests[1]!.headers).toMatchObject({ 'x-custom': 'yes', 'content-type': 'application/json' });
    expect(requests[2]).not.toHaveProperty('body');
  });

  test('masks secrets in paths, headers and bodies', async () => {
    const { ask, requests, tokens, messages } = await start();
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
    const log: LogEntry[] = [];
    const request = new Request('http://x/version');
    for (let n = 1; n <= 10_001; n++) recordRequest(log, request, `req_${n}`, n);
    expect(log.length).toBeLessThanOrEqual(10_000);
    expect(log.at(-1)!.id).toBe('req_10001');
    expect(log.map(({ at }) => at)).toEqual(Array.from(log, (_, index) => 10_001 - log.length + 1 + index));
  });
});
