import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as neverthrow from 'neverthrow';
import * as main from '../../src/index.js';
import { createContext } from '../../src/context.js';
import { isLagError } from '../../src/errors.js';
import { getVersion } from '../../src/operations/system.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { anyText } from '../support/any-text.js';
import { inVirtualTime } from '../support/clock.js';
import { hostile, hostileOptions } from './hostile-values.js';
import type { Property } from './property.js';

type Callable = (...args: unknown[]) => unknown;

/** Makes what is asked for into a list; answers nothing that makes sense. */
const recorder = () => {
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    return new Response('', { status: 404 });
  };
  return { urls, fetch };
};

/** Operations that take ids, and how many segments the path of each has. */
const BY_IDS = await (async () => {
  const found: { name: string; call: Callable; segments: number; ids: number }[] = [];
  for (const [name, call] of Object.entries(main) as [string, Callable][]) {
    if (
      typeof call !== 'function' ||
      name in neverthrow ||
      /^(createContext|iterate|collect|items|is|fetch|upload|wait|send\w+Once|orThrow|toPlain|httpStatus)/.test(name)
    )
      continue;
    const { urls, fetch } = recorder();
    const ids = ['id-one', 'id-two', 'id-three', 'id-four'];
    const made = call(createContext('lag_pat_x', { fetch, baseUrl: 'https://lag.test/v1' }), ...ids);
    await (made as PromiseLike<unknown>);
    const segments = new URL(urls[0] ?? 'https://lag.test').pathname.split('/');
    const used = segments.filter((segment) => segment.startsWith('id-')).length;
    if (used) found.push({ name, call, segments: segments.length, ids: used });
  }
  assert(found.length > 50);
  return found;
})();

const ids = fc.oneof(
  fc.string({ minLength: 1 }),
  anyText({ minLength: 1 }),
  fc.stringMatching(/^[./\\%2eE?#@:;&=+ ~]{1,8}$/),
  fc.constantFrom(
    '.',
    '..',
    '%2e%2e',
    '%2F',
    '//',
    '\\',
    '@me',
    '../../x',
    'a\r\nb',
    '\ud800',
    '\u0000',
    '\u202e',
    '😀',
  ),
);

const names = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'x-own', 'Authorization', 'content-type', 'a b', 'x\r\ny', ''),
);
const values = fc.oneof(fc.string(), anyText(), fc.constantFrom('a\r\nb: c', ' a ', 'a\0', 'é', '😀'));

const SEGMENTS = ['users', 'me', 'servers', 'rooms', 'messages', 'robots', '@me', 'events', 'poll', 'info', 'dms', 'friends', 'images', 'invites', 'join', 'roles', 'members', 'bans', 'mutes', 'event-templates', 'guests', 'admit', 'status', 'search', 'health', 'icon', 'avatar', '..', '%', '%2e%2e', '%ff', '\u0000'.trim(), 'x'.repeat(300)]; // prettier-ignore

export const boundaries: readonly Property[] = [
  {
    name: 'no id changes the path of an operation, or the place that it goes to',
    share: 8,
    make: () =>
      fc.asyncProperty(
        fc.constantFrom(...BY_IDS),
        fc.array(ids, { minLength: 4, maxLength: 4 }),
        async (operation, given) => {
          const { urls, fetch } = recorder();
          const ctx = createContext('lag_pat_x', { fetch, baseUrl: 'https://lag.test/v1' });
          const result = (await operation.call(ctx, ...given)) as main.LagResult<unknown> extends PromiseLike<infer R>
            ? R
            : never;
          const used = given.slice(0, operation.ids);
          const isUsable = used.every((id) => !['', '.', '..'].includes(id) && !/\p{Surrogate}/u.test(id));
          if (!isUsable) {
            assert.equal(result._unsafeUnwrapErr().kind, 'invalid_input');
            return assert.equal(urls.length, 0);
          }
          if (!urls.length) return assert.equal(result._unsafeUnwrapErr().kind, 'invalid_input');
          const { origin, pathname, hash, username } = new URL(urls[0]!);
          assert.deepEqual([origin, hash, username], ['https://lag.test', '', '']);
          const segments = pathname.split('/');
          assert.equal(segments.length, operation.segments);
          assert.equal(segments[1], 'v1');
          const decoded = segments.map(decodeURIComponent);
          for (const id of used) assert(decoded.includes(id));
        },
      ),
  },
  {
    name: 'no header or token gets into another one, or onto another line',
    share: 6,
    make: () =>
      fc.asyncProperty(
        fc.dictionary(names, values, { maxKeys: 3 }),
        values,
        fc.boolean(),
        async (headers, token, isForCall) => {
          const sent: Headers[] = [];
          const fetch = async (_url: string, init: RequestInit) => {
            sent.push(new Headers(init.headers));
            return Response.json({ version: '1' });
          };
          const ctx = createContext(token, { fetch, ...(!isForCall && { headers }) });
          const result = await getVersion(ctx, isForCall ? { headers } : undefined);
          if (result.isErr()) {
            assert(['invalid_input', 'invalid_token'].includes(result.error.kind));
            return assert.equal(sent.length, 0);
          }
          assert.equal(sent[0]!.get('authorization'), `Bearer ${token.trim()}`);
          const known = new Set([
            'accept',
            'user-agent',
            'authorization',
            ...[...new Headers(headers)].map(([name]) => name),
          ]);
          for (const [name, value] of sent[0]!) {
            assert(known.has(name));
            assert(!/[\r\n\0]/.test(value));
          }
        },
      ),
  },
  {
    name: 'no options make a context throw, or send anything elsewhere than they say',
    share: 8,
    make: () =>
      fc.asyncProperty(
        hostileOptions,
        hostileOptions,
        hostile,
        fc.boolean(),
        async (options, callOptions, junk, isDefault) =>
          inVirtualTime(async () => {
            const token = (junk.make.toString().length % 3 ? 'lag_pat_fuzz' : junk.make()) as string;
            let url = '';
            const fetch = async (asked: string) => {
              url = asked;
              return Response.json({ version: '1' });
            };
            const { fetch: real } = globalThis;
            // For contexts without one; the options may even be the global object.
            globalThis.fetch = fetch as typeof real;
            const given = options.make();
            const ctx = isDefault ? createContext(token, given as object) : createContext(token, given as object);
            assert(Object.isFrozen(ctx));
            const result = await getVersion(ctx, callOptions.make() as object);
            globalThis.fetch = real;
            if (result.isErr()) assert(isLagError(result.error));
            if (url) assert(url === `${ctx.baseUrl}/version` && /^https?:\/\/[^@?#]+$/.test(url));
          }),
      ),
  },
  {
    name: 'the sandbox answers any request',
    share: 5,
    make: () => {
      const sandbox = createSandbox();
      const { tokens, ids: known } = sandbox;
      const segment = fc.constantFrom(
        ...SEGMENTS,
        known.server,
        known.rooms.general,
        known.users.ben,
        known.inviteCode,
        known.event,
      );
      const authorization = fc.constantFrom(
        undefined,
        `Bearer ${tokens.ada}`,
        `Bearer ${tokens.ada}`,
        `Robot ${tokens.robot}`,
        `Robot ${tokens.ada}`,
        'Bearer',
        'Basic x',
        '',
        `bearer  ${tokens.ben}`,
      );
      const body = fc.oneof(
        fc.json(),
        fc.string(),
        fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array)),
        fc.dictionary(fc.constantFrom('content', 'name', 'userId', 'roleId', 'status', '__proto__', 'username', 'image', 'title', 'rrule'), fc.jsonValue()).map((value) => JSON.stringify(value)), // prettier-ignore
      );
      const type = fc.constantFrom(
        undefined,
        'application/json',
        'text/plain',
        'multipart/form-data; boundary=x',
        'multipart/form-data',
        ';',
      );
      return fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND'),
        fc.array(segment, { maxLength: 6 }),
        fc.oneof(
          fc.constant(''),
          anyText().map(encodeURIComponent),
          fc.string(),
          fc.constantFrom('limit=-1', 'limit=1e9', 'cursor=%ff', 'cursor=x&cursor=y', 'q='),
        ),
        authorization,
        body,
        type,
        async (method, path, query, credential, content, contentType) => {
          const headers = new Headers();
          if (credential !== undefined) headers.set('authorization', credential);
          if (contentType !== undefined) headers.set('content-type', contentType);
          const request = new Request(`http://sandbox.test/${path.join('/')}?${query}`, {
            method,
            headers,
            // oxlint-disable-next-line unicorn/no-invalid-fetch-options -- null is no body
            body: /GET|HEAD/.test(method) ? null : (content as BodyInit),
          });
          // A long poll is held, an event stream goes on.
          if (/robots\/@me\/events/.test(request.url)) return;
          const response = await sandbox.fetch(request);
          const text = await response.text();
          assert(response.status >= 200 && response.status < 600);
          assert(!text.includes('The sandbox failed'), text);
          assert(response.headers.get('x-request-id'));
          if (text) JSON.parse(text);
          sandbox.reset();
        },
      );
    },
  },
];
