import { request, type OutgoingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { ServedSandbox } from '../../../src/sandbox/node.js';
import { serveForTest } from '../support.js';

// What browsers send, which `fetch` does not let a program set.

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

const send = ({ port }: ServedSandbox, { method = 'GET', path = '/version', headers = {}, body }: Sent = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers, setHost: !('host' in headers) },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    sent.on('error', reject).end(body);
  });

/** Everything that a sandbox has, from the API to the page. */
const PATHS = ['/version', '/users/me', '/', '/_sandbox', '/_sandbox/state', '/_sandbox/page.js', '/nothing'];

describe('a request with the host of another name', () => {
  test.each([
    'evil.example',
    'evil.example:4010',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'xn--lcalhost-4ya',
    '192.168.0.7',
    '128.0.0.1',
    '[::2]',
    'user@localhost',
  ])('gets nothing: %s', async (host) => {
    const served = await serveForTest();
    for (const path of PATHS) {
      const { status, text } = await send(served, { path, headers: { host } });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(404);
      for (const token of Object.values(served.sandbox.tokens)) expect(text).not.toContain(token);
    }
    await send(served, { method: 'POST', path: '/_sandbox/faults', headers: { host }, body: '{"status":500}' });
    expect(served.sandbox.faults.pending).toEqual([]);
    expect(served.sandbox.requests).toEqual([]);
  });

  test('is told what to do', async () => {
    const served = await serveForTest();
    const { status, text, headers } = await send(served, { headers: { host: 'box.example:4010' } });
    expect(status).toBe(403);
    expect(headers['x-request-id']).toBe('req_refused');
    expect(JSON.parse(text)).toEqual({
      error: 'Forbidden',
      message: 'The host box.example:4010 is not allowed: use localhost, or name it in allowedHosts (--allow-host)',
      statusCode: 403,
    });
  });

  test.each(['localhost', 'LOCALHOST:4010', 'app.localhost', '127.0.0.1:1', '127.8.9.10', '[::1]:4010'])(
    'is answered if it is one of loopback: %s',
    async (host) => expect((await send(await serveForTest(), { headers: { host } })).status).toBe(200),
  );

  test('is answered if it is allowed', async () => {
    const served = await serveForTest({ allowedHosts: ['Lag.Test', 'sandbox'] });
    for (const host of ['lag.test:80', 'LAG.TEST', 'sandbox:4010'])
      expect((await send(served, { headers: { host } })).status).toBe(200);
    expect((await send(served, { headers: { host: 'other.test' } })).status).toBe(403);
    const headers = { host: 'lag.test', origin: 'http://lag.test' };
    expect((await send(served, { headers })).status).toBe(200);
  });

  test('is not answered as a proxy', async () => {
    const served = await serveForTest();
    expect((await send(served, { path: 'http://evil.example/version' })).status).toBe(403);
    expect((await send(served, { path: 'http://localhost/version' })).status).toBe(200);
  });
});

describe('a page of another origin', () => {
  test.each([
    'https://evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'https://evil.example:4010',
    'null',
    'file://',
    'chrome-extension://localhoster',
    '',
  ])('gets nothing: %j', async (origin) => {
    const served = await serveForTest();
    const { sandbox } = served;
    for (const method of ['GET', 'OPTIONS', 'HEAD', 'POST'])
      for (const path of PATHS) {
        const authorization = `Bearer ${sandbox.tokens.ada}`;
        const { status, headers, text } = await send(served, { method, path, headers: { origin, authorization } });
        expect(status).toBe(403);
        expect(headers).not.toHaveProperty('access-control-allow-origin');
        for (const token of Object.values(sandbox.tokens)) expect(text).not.toContain(token);
      }
    // What a form or a `fetch` without preflight can send.
    const headers = { origin, 'content-type': 'text/plain;charset=UTF-8' };
    await send(served, { method: 'POST', path: '/_sandbox/robots', headers, body: '{}' });
    await send(served, { method: 'POST', path: '/_sandbox/reset', headers });
    expect(sandbox.state.robots).toHaveLength(1);
    expect(sandbox.requests).toEqual([]);
  });

  test('gets nothing without an Origin header either, except the page when somebody follows a link', async () => {
    const served = await serveForTest();
    const foreign = { 'sec-fetch-site': 'cross-site' };
    for (const path of PATHS)
      expect((await send(served, { path, headers: { ...foreign, 'sec-fetch-mode': 'no-cors' } })).status).toBe(403);
    const visit = { ...foreign, 'sec-fetch-mode': 'navigate' };
    expect((await send(served, { path: '/', headers: visit })).status).toBe(200);
    expect((await send(served, { path: '/_sandbox/state', headers: visit })).status).toBe(403);
    expect((await send(served, { path: '/', method: 'POST', headers: visit })).status).toBe(403);
    for (const site of ['same-origin', 'same-site', 'none'])
      expect((await send(served, { headers: { 'sec-fetch-site': site } })).status).toBe(200);
  });
});

describe('a page of this machine', () => {
  test.each(['http://localhost:5173', 'https://app.localhost', 'http://127.0.0.1:3000', 'http://[::1]'])(
    'may use the API and the control API: %s',
    async (origin) => {
      const served = await serveForTest();
      const api = await send(served, { headers: { origin } });
      expect(api).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } });
      const reset = await send(served, { method: 'POST', path: '/_sandbox/reset', headers: { origin } });
      expect(reset).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } });
      const preflight = await send(served, {
        method: 'OPTIONS',
        path: '/_sandbox/faults',
        headers: {
          origin,
          'access-control-request-method': 'DELETE',
          'access-control-request-headers': 'content-type',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers['access-control-allow-methods']).toMatch(/DELETE/);
    },
  );

  test('may be the sandbox’s own page, which sends its origin', async () => {
    const served = await serveForTest();
    const { host } = new URL(served.url);
    const headers = { host, origin: served.url, 'sec-fetch-site': 'same-origin' };
    expect((await send(served, { method: 'POST', path: '/_sandbox/reset', headers })).status).toBe(200);
  });
});

/** An address of this machine that is not loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe('a sandbox that listens beyond loopback', () => {
  test('warns, and has a URL that the client accepts', async () => {
    const warnings: string[] = [];
    const served = await serveForTest({ hostname: '0.0.0.0', onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([
      'it listens on 0.0.0.0, beyond this machine: anyone in your network who knows a token can use it',
    ]);
    expect(served.url).toBe(`http://127.0.0.1:${served.port}`);
    expect((await fetch(`${served.url}/version`)).status).toBe(200);
    const loopback: string[] = [];
    for (const hostname of ['127.0.0.1', 'localhost', undefined])
      await serveForTest({ hostname, onWarning: (message) => loopback.push(message) });
    expect(loopback).toEqual([]);
  });

  test.runIf(outside)('answers the API to other machines, but neither tokens nor control', async () => {
    const served = await serveForTest({ hostname: '0.0.0.0' });
    const url = `http://${outside}:${served.port}`;
    const headers = { authorization: `Bearer ${served.sandbox.tokens.ada}` };
    expect((await fetch(`${url}/users/me`, { headers })).status).toBe(200);
    const page = await fetch(url);
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toMatch(/^Lag sandbox\./);
    for (const path of ['/_sandbox', '/_sandbox/state', '/_sandbox/requests'])
      expect((await fetch(url + path)).status).toBe(403);
    expect((await fetch(`${url}/_sandbox/reset`, { method: 'POST' })).status).toBe(403);
    for (const path of ['/_sandbox/page.js', '/_sandbox/page.css'])
      expect(await (await fetch(url + path)).text()).toMatch(/^Lag sandbox\./);
    for (const token of Object.values(served.sandbox.tokens)) expect(text).not.toContain(token);
    expect((await send(served, { headers: { host: 'rebound.example' } })).status).toBe(403);
  });
});

test('a fetch in the same process has neither page nor control', async () => {
  const { sandbox } = await serveForTest();
  for (const path of ['/', '/_sandbox', '/_sandbox/state'])
    expect((await sandbox.fetch(`http://localhost${path}`)).status).toBe(404);
});
