import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { createContext, getVersion, isLagError, uploadImage, type ImageSource } from '../../src/index.js';
import { errorOf, valueOf } from '../support/results.js';
import { json, serve, stall } from '../support/server.js';
import { describeEnvironment } from './environments.js';

const TOKEN = 'lag_pat_x1234567';

const IMAGE = {
  id: 'p1',
  uploaderId: null,
  url: 'https://cdn.example/p1',
  originalUrl: null,
  contentType: 'image/png',
  size: 3,
  width: null,
  height: null,
  purpose: 'chat',
  processingStatus: 'ready',
  variants: null,
  blurhash: null,
  alt: null,
  createdAt: '2026-03-01T09:00:00.000Z',
};

/** Evaluates in a realm whose Uint8Array, ArrayBuffer and Promise are not ours. */
const inOtherRealm = (code: string): unknown => runInNewContext(code, { ReadableStream, EventTarget });

describe('bytes of another realm', () => {
  test.each([
    'new Uint8Array([1, 2, 3])',
    'new Uint8Array([1, 2, 3]).buffer',
    'new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1)',
    'new Uint16Array(new Uint8Array([0, 0, 1, 2, 3, 9]).buffer, 2, 1)',
    'new ReadableStream({ start(c) { c.enqueue(new Uint8Array([1, 2])); c.enqueue(new Uint8Array([3])); c.close(); } })',
    '({ size: 3, type: "", arrayBuffer: async () => new Uint8Array([1, 2, 3]).buffer })',
    '({ size: 3, type: "image/gif", name: "x.gif", stream: () => new ReadableStream({ start(c) { c.enqueue(new Uint8Array([1, 2, 3])); c.close(); } }) })',
  ])('%s is uploaded', async (code) => {
    const server = await serve(json(IMAGE));
    const ctx = createContext(TOKEN, { baseUrl: server.url });
    await valueOf(uploadImage(ctx, inOtherRealm(code) as ImageSource, { purpose: 'chat' }));
    const text = server.requests[0]!.body.toString('latin1');
    const file = text.slice(text.indexOf('\r\n\r\n', text.indexOf('name="file"')) + 4, text.lastIndexOf('\r\n--'));
    expect(file).toBe(code.includes('Uint16Array') ? '\x01\x02' : '\x01\x02\x03');
  });

  test('a Blob that lies about its size is rejected', async () => {
    const source = { size: 1, arrayBuffer: async () => new ArrayBuffer(26_214_401) } as unknown as Blob; // as a library may pass
    const error = await errorOf(uploadImage(createContext(TOKEN), source, { purpose: 'chat' }));
    expect([error.kind, error.attempts, error.message]).toEqual([
      'invalid_input',
      0,
      'invalid source: more than 25 MiB (26214400 bytes)',
    ]);
  });
});

describe('errors of another realm', () => {
  const make = (fields: string) => inOtherRealm(`Object.assign(new Error('x'), ${fields})`);

  test('with a kind is a LagError', () => expect(isLagError(make("{ name: 'LagError', kind: 'server' }"))).toBe(true));

  test.each(["{ name: 'LagError' }", "{ name: 'LagError', kind: 5 }", "{ kind: 'server' }"])('%s is none', (fields) =>
    expect(isLagError(make(fields))).toBe(false),
  );
});

/** A signal that is no AbortSignal of this realm, as abort-controller and Next.js make them. */
const foreignSignal = () => {
  const target = new EventTarget();
  const state = { aborted: false, reason: undefined as unknown };
  const signal = {
    get aborted() {
      return state.aborted;
    },
    get reason() {
      return state.reason;
    },
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  } as unknown as AbortSignal; // has only what is needed
  const abort = (reason: unknown) => {
    Object.assign(state, { aborted: true, reason });
    target.dispatchEvent(new Event('abort'));
  };
  return { signal, abort };
};

describe('a signal of another library', () => {
  test('ends a call, with its own reason as the cause', async () => {
    const server = await serve(stall);
    const { signal, abort } = foreignSignal();
    const ctx = createContext(TOKEN, { baseUrl: server.url });
    const pending = errorOf(getVersion(ctx, { signal }));
    await expect.poll(() => server.requests.length).toBe(1);
    const reason = Object.freeze({ own: true });
    abort(reason);
    const error = await pending;
    expect(error.kind).toBe('aborted');
    expect(error.cause).toBe(reason);
  });

  test.each<[string, PropertyDescriptorMap]>([
    ['removeEventListener throws', { removeEventListener: { value: () => { throw new Error('own'); } } }], // prettier-ignore
    ['addEventListener throws', { addEventListener: { value: () => { throw new Error('own'); } } }], // prettier-ignore
    ['reason throws', { reason: { get: () => { throw new Error('own'); } } }], // prettier-ignore
  ])('whose %s ends nothing else', async (_, broken) => {
    const server = await serve(json({ version: '1' }));
    const { signal } = foreignSignal();
    const hostile = Object.create(signal, broken) as AbortSignal;
    const ctx = createContext(TOKEN, { baseUrl: server.url });
    expect(await valueOf(getVersion(ctx, { signal: hostile }))).toEqual({ version: '1' });
  });

  test('whose reason throws ends a call all the same', async () => {
    const server = await serve(stall);
    const { signal, abort } = foreignSignal();
    const hostile = Object.create(signal, { reason: { get: () => { throw new Error('own'); } } }) as AbortSignal; // prettier-ignore
    const own = new AbortController();
    const ctx = createContext(TOKEN, { baseUrl: server.url, signal: own.signal });
    const pending = errorOf(getVersion(ctx, { signal: hostile }));
    await expect.poll(() => server.requests.length).toBe(1);
    abort(undefined);
    expect((await pending).kind).toBe('aborted');
  });

  test('whose aborted throws later on ends a call when it fires', async () => {
    const server = await serve(stall);
    const { signal, abort } = foreignSignal();
    let reads = 0;
    const hostile = Object.create(signal, {
      aborted: {
        get: () => {
          if (reads++ > 0) throw new Error('own');
          return false;
        },
      },
    }) as AbortSignal;
    const ctx = createContext(TOKEN, { baseUrl: server.url });
    const pending = errorOf(getVersion(ctx, { signal: hostile, deadlineMs: 5000 }));
    await expect.poll(() => server.requests.length, { timeout: 2000 }).toBeLessThan(2);
    abort(undefined);
    expect(['aborted', 'invalid_input']).toContain((await pending).kind);
  });
});

// It has no types of its own.
const { JSDOM } = createRequire(import.meta.url)('jsdom') as {
  JSDOM: new (html: string, options: object) => { readonly window: Window & typeof globalThis };
};

// As Jest's jsdom does it: the window's classes beside the runtime's own fetch.
describe('globals of a jsdom window', () => {
  const { window } = new JSDOM('', { url: 'http://localhost/' });
  const replace = () => {
    for (const name of ['AbortController', 'AbortSignal', 'Blob', 'File', 'FormData', 'FileReader'] as const)
      vi.stubGlobal(name, window[name]);
  };

  test('leave calls, timeouts and signals working', async () => {
    replace();
    const server = await serve(json({ version: '1' }), stall);
    const ctx = createContext(TOKEN, { baseUrl: server.url, maxRetries: 0 });
    expect(await valueOf(getVersion(ctx))).toEqual({ version: '1' });
    expect((await errorOf(getVersion(ctx, { timeoutMs: 50 }))).kind).toBe('timeout');
    const controller = new AbortController();
    const pending = errorOf(getVersion(ctx, { signal: controller.signal }));
    await expect.poll(() => server.requests.length).toBe(3);
    controller.abort();
    expect((await pending).kind).toBe('aborted');
  });

  test('lets go of a response that comes after the end of its call', async () => {
    replace();
    let cancelled = 0;
    let respond!: (response: Response) => void;
    const late = new Promise<Response>((resolve) => (respond = resolve));
    const ctx = createContext(TOKEN, { fetch: () => late, timeoutMs: 5, maxRetries: 0 });
    expect((await errorOf(getVersion(ctx))).kind).toBe('timeout');
    respond(new Response(new ReadableStream({ cancel: () => void cancelled++ })));
    await expect.poll(() => cancelled).toBe(1);
  });

  test.each(['Blob', 'File'])('lets a %s of the window be uploaded', async (name) => {
    replace();
    const server = await serve(json(IMAGE));
    const ctx = createContext(TOKEN, { baseUrl: server.url });
    const bytes = [window.Uint8Array.from([1, 2, 3])];
    const source = name === 'Blob' ? new window.Blob(bytes) : new window.File(bytes, 'cat.png');
    await valueOf(uploadImage(ctx, source, { purpose: 'chat' }));
    expect(server.requests[0]!.body.includes(Buffer.from([13, 10, 13, 10, 1, 2, 3, 13, 10]))).toBe(true);
  });
});

describeEnvironment('Node', () => ({}));
