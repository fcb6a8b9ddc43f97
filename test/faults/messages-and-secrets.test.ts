import { describe, expect, test } from 'vitest';
import {
  createContext,
  getServer,
  getUser,
  getVersion,
  searchUsers,
  sendRoomMessage,
  uploadImage,
  type LagError,
  type LagMiddleware,
} from '../../src/index.js';
import { runScript } from '../node/script.js';
import { errorOf } from '../support/results.js';
import { empty, refusedUrl, reset, serve, text } from '../support/server.js';

const TOKEN = 'lag_pat_S3cr3t-Token.0/9+a=' as string;

const over = (options: object) => createContext(TOKEN, { maxRetries: 0, ...options });

const failing = (thrown: unknown) => over({ fetch: () => Promise.reject(thrown as Error) });

describe('the message of a connection error', () => {
  test.each<[string, unknown, string]>([
    [
      'joins the messages of an AggregateError',
      new AggregateError([new Error('a'), new Error('b'), new Error('a')]),
      'no response: a; b',
    ],
    [
      'goes to the innermost cause',
      new Error('out', { cause: new Error('in', { cause: new AggregateError([new Error('deep')]) }) }),
      'no response: deep',
    ],
    [
      'keeps the last text where the innermost has none',
      new Error('out', { cause: new Error('') }),
      'no response: out',
    ],
    [
      'takes a cause that is no Error',
      new Error('fetch failed', { cause: 'the cable is out' }),
      'no response: the cable is out',
    ],
    ['takes a thrown text', 'gone', 'no response: gone'],
    ['names what was thrown', new Response('x'), 'no response: a thrown Response'],
    ['names an object without a text', {}, 'no response: a thrown Object'],
    [
      'has the code',
      new Error('out', { cause: Object.assign(new Error('in'), { code: 'ECONNRESET' }) }),
      'no response: in (ECONNRESET)',
    ],
    [
      'has the code of the aggregate',
      new AggregateError([Object.assign(new Error('in'), { code: 'EPIPE' })]),
      'no response: in (EPIPE)',
    ],
    [
      'cuts queries',
      new Error('error sending request for url (https://h.example/users/search?q=private&x=1)'),
      'no response: error sending request for url (https://h.example/users/search)',
    ],
    ['cuts a long text', new Error('x'.repeat(1e6)), `no response: ${'x'.repeat(487)}`],
  ])('%s', async (_, thrown, message) => {
    const error = await errorOf(getVersion(failing(thrown)));
    expect(error.message).toBe(message);
    const { cause } = error.toJSON();
    expect(message).toContain(cause!.message.slice(0, 400));
  });

  test('survives in toJSON with the code', async () => {
    const error = await errorOf(getVersion(over({ baseUrl: await refusedUrl() })));
    expect(error.toJSON().cause).toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('shows no query anywhere', async () => {
    const thrown = new TypeError('https://h.example/a?q=hidden-1 failed', {
      cause: Object.assign(new Error('at HTTP://H.example/b?hidden-2'), { code: 'x?' }),
    });
    const error = await errorOf(searchUsers(failing(thrown), 'hidden-3'));
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hidden');
  });
});

describe('aborted', () => {
  test.each<unknown>([Object.freeze({ own: 1 }), 'text', 5, null, TOKEN, new Error(TOKEN)])(
    'has the reason as it is: %o',
    async (reason) => {
      const controller = new AbortController();
      const pending = errorOf(getVersion(over({ fetch: () => new Promise(() => {}) }), { signal: controller.signal }));
      controller.abort(reason);
      const error = await pending;
      expect([error.kind, error.cause === reason]).toEqual(['aborted', true]);
      if (reason instanceof Error) expect(reason.message).toBe(TOKEN);
    },
  );
});

/** Ways in which a server, proxy or fetch may write the token. */
const FORMS: Readonly<Record<string, string>> = {
  plain: TOKEN,
  'upper-cased escapes': TOKEN.replace(/[_-]/g, (char) => `\\u00${char.charCodeAt(0).toString(16).toUpperCase()}`),
  'all escaped': TOKEN.replace(/./g, (char) => `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}`),
  'escaped slashes': TOKEN.replaceAll('/', '\\/'),
  'twice escaped': TOKEN.replaceAll('/', '\\\\/').replaceAll('_', '\\\\u005f'),
  'a JSON string in JSON': JSON.stringify(JSON.stringify(TOKEN)).slice(1, -1),
  'percent-encoded': encodeURIComponent(TOKEN),
  'all percent-encoded': TOKEN.replace(/./g, (char) => `%${char.charCodeAt(0).toString(16)}`),
  'twice percent-encoded': encodeURIComponent(encodeURIComponent(TOKEN)),
  base64: btoa(TOKEN),
  'base64 of a header': btoa(`Bearer ${TOKEN}`),
  'base64 of credentials': btoa(`x:${TOKEN}`),
  base64url: Buffer.from(`ab:${TOKEN}`).toString('base64url'),
};

/** The secret part, however it is written. */
const findSecret = (shown: string): string | undefined => {
  const plain = decode(shown);
  const secret = TOKEN.slice(8);
  for (let length = secret.length; length >= 6; length--)
    for (let start = 0; start + length <= secret.length; start++)
      if (plain.includes(secret.slice(start, start + length))) return secret.slice(start, start + length);
  for (const word of shown.match(/[\w+/-]{16,}/g) ?? [])
    for (let cut = 0; cut < 4; cut++)
      if (Buffer.from(word.slice(cut), 'base64').toString('latin1').includes(secret.slice(0, 8))) return word;
  return undefined;
};

const decode = (shown: string): string => {
  let plain = shown;
  for (let round = 0; round < 3; round++)
    plain = plain
      .replace(/\\+u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      .replace(/\\+\//g, '/');
  return plain;
};

const everythingOf = async (error: LagError): Promise<string> => {
  const { inspect } = await import('node:util');
  const { body } = error as { body?: unknown };
  return [
    inspect(error, { depth: 9, showHidden: true, maxStringLength: null }),
    JSON.stringify(error),
    `${error.stack}`,
    JSON.stringify(body),
  ].join('\n');
};

describe.each(Object.entries(FORMS))('a token written as: %s', (_, form) => {
  test('is found by the test itself', () => expect(findSecret(`before ${form} after`)).toBeDefined());

  test.each<[string, string, number]>([
    ['as text', `before ${form} after`, 418],
    ['as JSON', `{"error":"e","message":"not ${form} at all","other":["${form}"]}`, 400],
    ['as a key', `{"${form}":1}`, 400],
    ['in broken JSON', `{"message":"${form}`, 500],
    ['in HTML', `<p>${form}</p>`, 502],
  ])('is in no error of a server that repeats it %s', async (_name, body, status) => {
    const server = await serve(
      text(body, status, { 'x-request-id': form.slice(0, 200), location: `/x/${form.replace(/[^!-~]/g, '')}` }),
    );
    const error = await errorOf(getUser(over({ baseUrl: server.url }), 'u1'));
    expect(findSecret(await everythingOf(error))).toBeUndefined();
  });

  test('is in no error where the body is cut off inside of it, at any place', async () => {
    const shown: string[] = [];
    for (let cut = 1; cut <= form.length; cut++) {
      const body = `${'x'.repeat(65_536 - cut)}${form}${'y'.repeat(100)}`;
      const error = await errorOf(getUser(over({ fetch: async () => new Response(body, { status: 418 }) }), 'u1'));
      const end = String((error as { body?: unknown }).body)
        .slice(-200)
        .replaceAll('x', '');
      if (findSecret(end) !== undefined) shown.push(end);
    }
    expect(shown).toEqual([]);
  });

  test('is in no error of a fetch that throws it', async () => {
    const cause = Object.assign(new Error(`with ${form}`), {
      code: form,
      request: { headers: { authorization: TOKEN } },
    });
    const error = await errorOf(getVersion(failing(new TypeError(`failed for ${form}`, { cause }))));
    expect(findSecret(await everythingOf(error))).toBeUndefined();
  });
});

describe.each(Object.entries(FORMS))('a token written as: %s', (_, form) => {
  test('is in no message that is cut off inside of it, at any place', async () => {
    const shown: string[] = [];
    for (const limit of [500, 10_000])
      for (let cut = 0; cut <= form.length + 15; cut++) {
        const text = `${'x'.repeat(limit - cut)}${form}${'y'.repeat(100)}`;
        const error = await errorOf(getVersion(failing(Object.assign(new Error(text), { code: text, stack: 'none' }))));
        const { message, cause } = error.toJSON();
        const texts = [message, cause!.message, cause!.code!].map((one) => one.slice(-200).replaceAll('x', ''));
        shown.push(...texts.filter((one) => findSecret(one) !== undefined));
      }
    expect(shown).toEqual([]);
  });
});

test.each(['E', 'data', 'token', 'message'])(
  'a token that is a common word, %s, leaves messages as they are',
  async (token) => {
    const fetch = async () =>
      new Response(JSON.stringify({ error: 'E', message: 'the data of a token message' }), { status: 400 });
    const error = await errorOf(getVersion(createContext(token, { fetch })));
    expect(error.message).toBe('the data of a token message');
  },
);

describe('a middleware that changes where the request goes', () => {
  test.each([
    ['another origin', { baseUrl: 'https://evil.example' }],
    ['another port', { baseUrl: 'https://api.trylag.com:444' }],
    ['http', { baseUrl: 'http://api.trylag.com' }],
    ['a host that begins alike', { baseUrl: 'https://api.trylag.com.evil.example' }],
    ['user info', { baseUrl: 'https://api.trylag.com@evil.example' }],
    ['a path that continues the host', { path: '.evil.example/' }],
    ['a path with user info', { path: '@evil.example/' }],
    ['a backslash', { baseUrl: 'https://evil.example\\.api.trylag.com' }],
    ['a value that is no text', { baseUrl: { toString: (): string => 'https://api.trylag.com' } }],
  ])('to %s sends nothing', async (_, change) => {
    let sent = 0;
    const middleware: LagMiddleware = (next) => (request) => next(Object.assign({ ...request }, change));
    const fetch = async () => {
      sent++;
      return Response.json({ version: '1' });
    };
    const error = await errorOf(getVersion(over({ fetch, middleware: [middleware] })));
    expect([error.kind, sent]).toEqual(['invalid_input', 0]);
  });
});

describe('the stack holds the caller', () => {
  /** Named, to be found in stacks. */
  const callFromHere = async (options: object, baseUrl: string): Promise<LagError> => {
    const result = await getVersion(over({ baseUrl, ...options }));
    return result._unsafeUnwrapErr();
  };

  test('of each kind of failure', async () => {
    const refused = await refusedUrl();
    const broken = await serve(reset);
    const forbidden = await serve(empty(403));
    const wrong = await serve(text('{}'));
    const silent = await serve(() => {});
    const aborted = AbortSignal.abort();
    const errors = [
      await callFromHere({}, refused),
      await callFromHere({}, broken.url),
      await callFromHere({}, forbidden.url),
      await callFromHere({}, wrong.url),
      await callFromHere({ timeoutMs: 20 }, silent.url),
      await callFromHere({ signal: aborted }, silent.url),
      await callFromHere({ timeoutMs: -1 }, silent.url),
    ];
    expect(errors.map(({ kind }) => kind)).toEqual([
      'connection',
      'connection',
      'permission',
      'invalid_response',
      'timeout',
      'aborted',
      'invalid_input',
    ]);
    for (const { kind, stack } of errors) expect([kind, `${stack}`.includes('callFromHere')]).toEqual([kind, true]);
  });
});

test('11 and more calls on one signal print no warning', async () => {
  const { lines } = await runScript(`
    import { createContext, getVersion, uploadImage, sendRoomMessageOnce } from '../../src/index.js';
    const warnings: string[] = [];
    process.on('warning', ({ name }) => warnings.push(name));
    const { signal } = new AbortController();
    const fetch = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); return Response.json({ version: '1' }); };
    const ctx = createContext('lag_pat_x1234567', { fetch, maxRetries: 0, timeoutMs: 1000, middleware: [(next) => (request) => next(request)] });
    const calls = (one: AbortSignal, context = ctx) => Array.from({ length: 40 }, (_, n) => [
      () => getVersion(context, { signal: one }),
      () => uploadImage(context, new Uint8Array(9), { purpose: 'chat' }, { signal: one }),
      () => sendRoomMessageOnce(context, 's', 'r', { content: 'x' }, { signal: one }),
    ][n % 3]!());
    const own = new AbortController().signal;
    await Promise.all([...calls(signal), ...calls(signal, createContext('lag_pat_x1234567', { fetch, maxRetries: 0, signal: own }))]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(JSON.stringify(warnings));`);
  expect(lines).toEqual(['[]']);
});

describe('every message names the culprit and the way out', () => {
  const sample = over({
    fetch: async () => new Response('', { status: 307, headers: { location: 'https://other.example/x?token=1' } }),
  });
  test.each<[string, () => Promise<LagError>, string]>([
    ['an id', () => errorOf(getServer(sample, '')), 'invalid serverId: pass a non-empty string'],
    ['a second id', () => errorOf(sendRoomMessage(sample, 's1', '..', {})), 'invalid roomId: it would change the path'],
    [
      'half a surrogate pair',
      () => errorOf(getUser(sample, '\ud800')),
      'invalid userId: it has half of a surrogate pair',
    ],
    ['a number as id', () => errorOf(getUser(sample, 5 as never)), 'invalid userId: pass a non-empty string'],
    [
      'a relative base URL',
      () => errorOf(getVersion(over({ baseUrl: '/api' }))),
      'invalid baseUrl: pass an absolute https URL',
    ],
    [
      'http',
      () => errorOf(getVersion(over({ baseUrl: 'http://a.test' }))),
      'invalid baseUrl: http is only allowed on loopback; set allowInsecureHttp to allow it',
    ],
    [
      'a query',
      () => errorOf(getVersion(over({ baseUrl: 'https://a.test?x' }))),
      'invalid baseUrl: query and hash are not allowed',
    ],
    [
      'user info',
      () => errorOf(getVersion(over({ baseUrl: 'https://a@b.test' }))),
      'invalid baseUrl: user info is not allowed',
    ],
    [
      'a redirect',
      () => errorOf(getVersion(sample)),
      'redirects are not followed: the server redirects to https://other.example/x',
    ],
    ['a context', () => errorOf(getVersion({} as never)), 'invalid ctx: pass a context made by createContext'],
    [
      'a source',
      () => errorOf(uploadImage(sample, 'x.png' as never, { purpose: 'chat' })),
      'invalid source: pass a Blob, bytes or a stream of bytes',
    ],
    ['a signal', () => errorOf(getVersion(sample, { signal: {} as never })), 'invalid signal: pass an AbortSignal'],
    [
      'a field',
      () => errorOf(getVersion(over({ fetch: async () => Response.json({ version: 1 }) }))),
      'unexpected response: version: expected string, received number',
    ],
    [
      'a body',
      () => errorOf(getVersion(over({ fetch: async () => new Response('<html>') }))),
      'unexpected response: not JSON',
    ],
    [
      'a transport',
      () => errorOf(getVersion(over({ transport: { send: async () => ({ fail: 1 }) } }))),
      'no response: the transport returned something that is not a Result of a response',
    ],
    [
      'nothing of a transport',
      () => errorOf(getVersion(over({ transport: { send: () => undefined } }))),
      'no response: the transport returned something that is not a Result of a response',
    ],
    [
      'nothing of a middleware',
      () => errorOf(getVersion(over({ middleware: [() => () => undefined] }))),
      'a middleware returned something that is not a Result of a response',
    ],
    [
      'nothing of a fetch',
      () => errorOf(getVersion(over({ fetch: async () => undefined }))),
      'no response: fetch returned something that is not a Response',
    ],
    [
      'an error text alone',
      () => errorOf(getVersion(over({ fetch: async () => Response.json({ error: 'room is full' }, { status: 400 }) }))),
      'room is full',
    ],
  ])('%s', async (_, make, message) => {
    expect((await make()).message).toBe(message);
  });
});
