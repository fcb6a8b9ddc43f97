import { describe, expect, test } from 'vitest';
import { createContext, type ContextOptions } from '../../src/context.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { getConfig, getVersion } from '../../src/operations/system.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { contextsOver } from '../support/contexts.js';
import { errorOf, valueOf } from '../support/results.js';
import { json, serve } from '../support/server.js';
import { sampleMessage, USER_TOKEN } from '../support/samples.js';
import { TRANSPORTS } from './transports.js';

describe.each(TRANSPORTS)('%s', (_, makeContext) => {
  test.each([
    'data:application/json,{"version":"1"}',
    'file:///etc/passwd',
    'file://localhost/etc/passwd',
    'blob:https://api.trylag.com/0',
    'about:blank',
    'https://user@api.trylag.com',
    'https://user:password@api.trylag.com',
    'https://:password@api.trylag.com',
    'http://127.0.0.1@elsewhere.test',
    'http://127.0.0.1.elsewhere.test',
    'http://localhost:80@elsewhere.test',
    'http://[::ffff:10.0.0.1]',
    'HTTP://elsewhere.test',
    'https://api.trylag.com\\@elsewhere.test?',
  ])('asks nobody at %j', async (baseUrl) => {
    const error = await errorOf(getVersion(makeContext(USER_TOKEN, { baseUrl, maxRetries: 0 })));
    expect(error).toMatchObject({ kind: 'invalid_input', attempts: 0 });
    expect(JSON.stringify(error)).not.toMatch(/password|elsewhere/);
  });

  test('takes keys of an answer that objects have for what they are', async () => {
    const text =
      '{"features":{"__proto__":{"enabled":true,"polluted":1},"constructor":{"enabled":false}},' +
      '"__proto__":{"polluted":1},"toString":5}';
    const server = await serve((response) => response.writeHead(200).end(text));
    const config = await valueOf(getConfig(makeContext(USER_TOKEN, { baseUrl: server.url })));
    expect(JSON.stringify(config)).toBe(text);
    expect(Object.getPrototypeOf(config)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(config.features)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  test('takes keys of an error that objects have for what they are', async () => {
    const server = await serve((response) =>
      response.writeHead(400).end('{"__proto__":{"message":"polluted"},"constructor":1,"kind":"auth","stack":"s"}'),
    );
    const error = await errorOf(getVersion(makeContext(USER_TOKEN, { baseUrl: server.url })));
    expect(error).toMatchObject({ kind: 'api', message: 'the server answered with status 400' });
    expect(error.stack).not.toBe('s');
    expect({}).not.toHaveProperty('message');
  });

  test('sends no header that a value could smuggle in', async () => {
    const server = await serve(json({ version: '1' }));
    for (const headers of [
      { 'x-own': 'a\r\nx-evil: 1' },
      { 'x-own\r\nx-evil': '1' },
      { 'x-own': 'a\nb' },
      { 'x-own': 'a\0' },
    ])
      for (const options of [[{ headers }], [{}, { headers }]] as const) {
        const ctx = makeContext(USER_TOKEN, { baseUrl: server.url, ...options[0] });
        expect(await errorOf(getVersion(ctx, options[1]))).toMatchObject({ kind: 'invalid_input', attempts: 0 });
      }
    expect(server.requests).toHaveLength(0);
  });

  test('gives neither token nor body to another origin', async () => {
    const elsewhere = await serve(json(sampleMessage()));
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve((response) => response.writeHead(status, { location: `${elsewhere.url}/x` }).end());
      const ctx = makeContext(USER_TOKEN, { baseUrl: server.url });
      expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({ kind: 'api', status });
      expect(server.requests).toHaveLength(1);
    }
    expect(elsewhere.requests).toHaveLength(0);
  });
});

describe('options with keys that objects have', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('(%s) change nothing', async (key) => {
    const options = JSON.parse(
      `{"${key}":{"timeoutMs":1,"baseUrl":"http://elsewhere.test","polluted":1}}`,
    ) as ContextOptions;
    const urls: string[] = [];
    const fetch = async (url: string) => {
      urls.push(url);
      return Response.json({ version: '1' });
    };
    for (const ctx of contextsOver(fetch, options)) await valueOf(getVersion(ctx, options));
    expect(urls).toEqual(['https://api.trylag.com/version', 'https://api.trylag.com/version']);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a response of a browser that says nothing of where it comes from', () => {
  const opaque = (type: ResponseType) =>
    Object.defineProperties(new Response(null), {
      type: { value: type },
      status: { value: 0 },
      ok: { value: false },
    });
  test.each<[string, () => Response, string]>([
    ['an opaque one', () => opaque('opaque'), 'api'],
    ['an opaque redirect', () => opaque('opaqueredirect'), 'api'],
    ["a service worker's error", () => Response.error(), 'api'],
    ["a service worker's own page", () => new Response('<html>offline', { status: 200 }), 'invalid_response'],
    ["a service worker's own JSON", () => Response.json({ offline: true }), 'invalid_response'],
    [
      'one that was read already',
      () => new Response(new ReadableStream({ start: (c) => c.error(new Error('used')) })),
      'connection',
    ],
  ])('(%s) is no success', async (_, respond, kind) => {
    for (const fetch of [async () => respond()]) {
      const contexts = [
        createContext(USER_TOKEN, { fetch, maxRetries: 0 }),
        createContext(USER_TOKEN, { transport: fetchTransport({ fetch }), maxRetries: 0 }),
      ];
      for (const ctx of contexts)
        expect(await errorOf(sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }))).toMatchObject({
          kind,
          attempts: 1,
          maybeApplied: true,
        });
    }
  });
});
