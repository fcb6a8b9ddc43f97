import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { createContext, fetchTransport, getVersion, uploadImage } from '../../src/index.js';
import { ofetchTransport } from '../../src/transports/ofetch.js';
import { ofetch } from 'ofetch';
import { errorOf } from '../support/results.js';

const TOKEN = 'lag_pat_x1234567';

describe.each([
  ['fetch', (fetch: typeof globalThis.fetch) => fetchTransport({ fetch: (url, init) => fetch(url, init) })],
  ['ofetch', (fetch: typeof globalThis.fetch) => ofetchTransport(ofetch.create({}, { fetch }))],
] as const)('over %s', (_, make) => {
  test('asks for no-store, because Next.js caches in route handlers', async () => {
    const seen: unknown[] = [];
    const fetch = async (_url: unknown, init?: RequestInit) => {
      seen.push(init?.cache);
      return Response.json({ version: '1' });
    };
    expect((await getVersion(createContext(TOKEN, { transport: make(fetch) }))).isOk()).toBe(true);
    expect(seen).toEqual(['no-store']);
  });

  test("writes the body's own type over one of the options", async () => {
    const seen: unknown[] = [];
    const fetch = async (_url: unknown, init?: RequestInit) => {
      seen.push(new Headers(init?.headers).get('content-type'));
      return new Response('', { status: 400 });
    };
    const headers = { 'content-type': 'application/json' };
    const ctx = createContext(TOKEN, { transport: make(fetch), headers });
    await errorOf(
      uploadImage(ctx, new Uint8Array(3), { purpose: 'chat' }, { headers: { 'Content-Type': 'text/plain' } }),
    );
    expect(seen[0]).toMatch(/^multipart\/form-data; boundary=/);
  });
});

test('fetch is called as a function, not as a method', async () => {
  const receivers: unknown[] = [];
  vi.stubGlobal('fetch', async function (this: unknown) {
    receivers.push(this);
    return Response.json({ version: '1' });
  });
  await getVersion(createContext(TOKEN));
  expect(receivers).toEqual([undefined]);
});

describe('an error survives', () => {
  const make = () =>
    errorOf(getVersion(createContext(TOKEN, { fetch: async () => new Response('{"error":"x"}', { status: 409 }) })));

  test('postMessage and structuredClone by toJSON', async () => {
    const error = await make();
    const { kind, status, code } = structuredClone(error.toJSON());
    expect([kind, status, code]).toEqual(['conflict', 409, 'x']);
  });

  test('JSON.stringify in another realm', async () => {
    const text = runInNewContext('JSON.stringify(error)', { error: await make() }) as string;
    expect(JSON.parse(text)).toMatchObject({ kind: 'conflict', status: 409, method: 'GET', path: '/version' });
  });
});

test.each([null, undefined])('headers with %o as a value, and cursor %o, are left out', async (absent) => {
  const seen: string[] = [];
  const fetch = async (url: string) => {
    seen.push(url);
    return Response.json({ messages: [], hasMore: false, nextCursor: null });
  };
  const { listRoomMessages } = await import('../../src/index.js');
  const ctx = createContext(TOKEN, { fetch, headers: { 'x-own': undefined } });
  expect((await listRoomMessages(ctx, 's1', 'r1', { cursor: absent })).isOk()).toBe(true);
  expect(seen).toEqual(['https://api.trylag.com/servers/s1/rooms/r1/messages']);
});
