import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createManualClock, createSandbox } from '../../../src/sandbox/index.js';
import { expectError, startPlain } from '../support.js';

describe('a response', () => {
  test('is JSON with a request id of its own', async () => {
    const { ask, tokens, requests } = await startPlain();
    const [first, second] = [await ask('/users/me', { token: tokens.ada }), await ask('/health')];
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
    expect(first.json).toMatchObject({ username: 'ada', displayName: 'Ada', createdAt: expect.stringMatching(/Z$/) });
    expect(second.json).toEqual({ status: 'ok', version: expect.any(String), timestamp: '2026-01-01T00:00:00.000Z' });
    const ids = [first, second].map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(2);
    expect(requests.map(({ id }) => id)).toEqual(ids);
  });

  test('to HEAD is the one to GET without the body', async () => {
    const { ask, tokens } = await startPlain();
    const reply = await ask('/users/me', { token: tokens.ada, method: 'HEAD' });
    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(reply.headers.get('x-request-id')).toMatch(/./);
  });

  test.each([
    ['an unknown route', 'GET', '/nothing/here'],
    ['a trailing slash', 'GET', '/users/me/'],
    ['a method that the route does not have', 'PUT', '/users/me'],
    ['a method of another protocol', 'PROPFIND', '/users/me'],
    ['a path that is not well encoded', 'GET', '/users/%E0%A4%A'],
  ])('to %s is 404', async (_, method, path) => {
    const { ask, tokens } = await startPlain();
    expectError(await ask(path, { token: tokens.ada, method }), 404);
  });

  test('to malformed HTTP is 400, and the server goes on', async () => {
    const { url, ask } = await startPlain();
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(text));
        let answer = '';
        socket.on('data', (data) => (answer += data)).on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw('GET /users/me HTTP/1.1\r\nhost: a b/c\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 (.|\r\n)*x-request-id(.|\r\n)*"statusCode":400/i,
    );
    expect(await raw('TRACE /users/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(await raw('GET http://elsewhere.example/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 403 /,
    );
    expect((await ask('/health')).status).toBe(200);
  });
});

describe('a response without content', () => {
  test('is 204 where that is documented', async () => {
    const { ask, tokens, ids } = await startPlain();
    const left = await ask(`/servers/${ids.server}/leave`, { token: tokens.ben, method: 'DELETE' });
    expect(left).toMatchObject({ status: 204, text: '' });
  });
});

describe('a page', () => {
  test.each(['http://localhost:5173', 'http://127.0.0.1', 'https://app.localhost:8443', 'http://[::1]:3000'])(
    'from %s may read responses',
    async (origin) => {
      const { ask, tokens } = await startPlain();
      const reply = await ask('/users/me', { token: tokens.ada, headers: { origin } });
      expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
      expect(reply.headers.get('access-control-expose-headers')).toMatch(/x-request-id.*retry-after/);
    },
  );

  test.each([
    'https://example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'null',
    'http://x/localhost',
  ])('from %s may not read responses', async (origin) => {
    const { ask, tokens } = await startPlain();
    const reply = await ask('/users/me', { token: tokens.ada, headers: { origin } });
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('on localhost may use any method and header, and read faults and errors', async () => {
    const { ask, faults } = await startPlain();
    const headers = { origin: 'http://localhost:5173' };
    const preflight = await ask('/friends/f1', {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toMatch(/DELETE/);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(preflight.headers.get('x-request-id')).toMatch(/./);
    faults.next({ status: 503 });
    for (const status of [503, 401]) {
      const reply = await ask('/friends', { headers });
      expect(reply.status).toBe(status);
      expect(reply.headers.get('access-control-allow-origin')).toBe(headers.origin);
    }
  });
});

describe('sandbox.fetch', () => {
  test('answers as the server does, whatever the origin of the URL', async () => {
    const { ask, url, fetch, tokens } = await startPlain();
    const headers = { authorization: `Bearer ${tokens.ben}` };
    const served = await ask('/users/me', { token: tokens.ben });
    for (const answer of [
      await fetch('https://api.trylag.com/users/me', { headers }),
      await fetch(new URL('/users/me', url), { headers }),
      await fetch(new Request('http://x/users/me', { headers })),
    ])
      expect(await answer.json()).toEqual(served.json);
  });

  test('rejects as fetch does, for an invalid URL and for a body that was read before', async () => {
    const { fetch, tokens } = createSandbox();
    await expect(fetch('no url')).rejects.toBeInstanceOf(TypeError);
    await expect(fetch('http://x/users/me', { method: 'no method' })).rejects.toBeInstanceOf(TypeError);
    const headers = { authorization: `Bearer ${tokens.ada}` };
    const request = new Request('http://x/users/me/setup', { method: 'POST', body: '{}', headers });
    await fetch(request);
    expect(request.bodyUsed).toBe(true);
    await expect(fetch(request)).rejects.toBeInstanceOf(TypeError);
  });

  test('rejects with the reason of an aborted signal, wherever the signal is given', async () => {
    const { fetch, requests } = createSandbox();
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(fetch('http://x/health', { signal })).rejects.toBe(reason);
    await expect(fetch(new Request('http://x/health', { signal }))).rejects.toBe(reason);
    await expect(fetch(new Request('http://x/health'), { signal })).rejects.toBe(reason);
    await expect(fetch('http://x/health', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    // `init` takes precedence, as it does for fetch.
    expect((await fetch(new Request('http://x/health', { signal }), { signal: null })).status).toBe(200);
    expect(requests).toHaveLength(1);
  });

  test('rejects when the signal aborts while a response is on its way', async () => {
    const { fetch, faults } = createSandbox({ clock: createManualClock() });
    for (const give of [
      (signal: AbortSignal) => fetch('http://x/health', { signal }),
      (signal: AbortSignal) => fetch(new Request('http://x/health', { signal })),
    ]) {
      faults.next({ delayMs: 1000 });
      const abort = new AbortController();
      const response = give(abort.signal);
      abort.abort(new Error('too slow'));
      await expect(response).rejects.toThrow('too slow');
    }
  });
});
