import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createContext, type LagContext } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import { fetchTransport, type FetchLike } from '../../src/transports/fetch.js';
import { knownFieldsOf, OPERATIONS, type OperationCase } from '../operations.table.js';
import { anyText } from '../support/any-text.js';
import { inVirtualTime } from '../support/clock.js';
import type { Property } from './property.js';

const READS = OPERATIONS.filter(({ name }) => !name.startsWith('upload'));
const TOKEN = 'lag_pat_FUZZcanary01' as string;

const contextOver = (fetch: FetchLike, isDefault: boolean, options = {}): LagContext =>
  isDefault
    ? createContext(TOKEN, { fetch, maxRetries: 0, ...options })
    : createContext(TOKEN, { transport: fetchTransport({ fetch }), maxRetries: 0, ...options });

const KINDS: Record<number, LagError['kind']> = {
  401: 'auth',
  403: 'permission',
  404: 'not_found',
  409: 'conflict',
  429: 'rate_limit',
};

const statuses = fc.oneof(
  fc.integer({ min: 200, max: 599 }),
  fc.constantFrom(200, 201, 204, 205, 206, 301, 304, 307, 400, 401, 403, 404, 409, 429, 500, 503),
);

const bytes = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  anyText().map((text) => Buffer.from(text)),
  fc
    .dictionary(
      fc.constantFrom('error', 'message', 'statusCode', '__proto__', 'toJSON', 'kind', 'stack'),
      fc.jsonValue(),
    )
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .constantFrom('', 'null', '[]', '{}', '"', '\ufeff{}', `"${TOKEN}"`, `{"message":"${TOKEN}"}`, `<a>${TOKEN}`)
    .map((text) => Buffer.from(text)),
);

const headers = fc.dictionary(
  fc.constantFrom('x-request-id', 'retry-after', 'content-type', 'location', '__proto__', 'constructor'),
  fc.oneof(fc.stringMatching(/^[!-~]{0,20}$/), fc.constantFrom(TOKEN, '1', 'Wed, 21 Oct 2099 07:28:00 GMT')),
);

/** Pieces of a body, as they come in any network. */
const cuts = fc.array(fc.nat(300), { maxLength: 4 });

const streamOf = (body: Buffer, at: readonly number[]): ReadableStream<Uint8Array> => {
  const ends = [...at.filter((end) => end < body.length), body.length].toSorted((a, b) => a - b);
  let start = 0;
  return new ReadableStream({
    pull: (controller) => {
      const end = ends.shift();
      if (end === undefined) return controller.close();
      controller.enqueue(body.subarray(start, end));
      start = end;
    },
  });
};

/** An answer that the API may give: optional fields absent or not, new fields, new values of what is open. */
const vary = (answer: unknown, random: () => number): unknown => {
  if (Array.isArray(answer)) {
    const items = answer.map((item) => vary(item, random));
    return random() < 0.2 ? [...items, ...items] : random() < 0.1 ? [] : items;
  }
  if (typeof answer !== 'object' || answer === null) {
    if (typeof answer === 'string' && random() < 0.1) return `${answer} of next year\u2028\u0000😀`;
    return typeof answer === 'number' && random() < 0.1 ? -1.5e300 : answer;
  }
  const { mayBeAbsent, mayBeNull, isUnknown } = knownFieldsOf(answer);
  const varied: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(answer)) {
    if (mayBeAbsent.has(name) && random() < 0.2) continue;
    varied[name] = isUnknown.has(name) ? value : mayBeNull.has(name) && random() < 0.2 ? null : vary(value, random);
  }
  // Where names are data, every field is promised.
  if (isUnknown.size && random() < 0.2)
    Object.defineProperty(
      varied,
      ['__proto__', 'constructor', 'toString', 'length', 'then', 'isErr'][Math.floor(random() * 6)]!,
      {
        value: { polluted: [random()] },
        enumerable: true,
        configurable: true,
        writable: true,
      },
    );
  return varied;
};

/** Places in an answer whose type is promised. */
const promised = (answer: unknown, at: readonly string[] = []): string[][] => {
  if (typeof answer !== 'object' || answer === null) return [];
  const isUnknown = Array.isArray(answer) ? new Set<string>() : knownFieldsOf(answer).isUnknown;
  return Object.entries(answer)
    .filter(([name]) => !isUnknown.has(name))
    .flatMap(([name, value]) => [[...at, name], ...promised(value, [...at, name])]);
};

const PLACES = READS.filter(({ answer }) => answer !== undefined).map((operation) => ({
  operation,
  places: promised(operation.answer),
}));

const numbers = (seed: number) => () => (seed = (seed * 48_271 + 11) % 2_147_483_647) / 2_147_483_647;

/** Only what the table's own operations make of an answer, where that is something else. */
const isPlain = ({ value, answer }: OperationCase): boolean => value === undefined && answer !== undefined;

export const answers: readonly Property[] = [
  {
    name: 'any answer at all is an Ok, or the error of its status, without the token',
    share: 12,
    make: () =>
      fc.asyncProperty(
        fc.constantFrom(...READS),
        statuses,
        headers,
        bytes,
        cuts,
        fc.boolean(),
        async ({ run }, status, fields, body, at, isDefault) => {
          const isEmpty = [204, 205, 304].includes(status);
          const fetch = async () => new Response(isEmpty ? null : streamOf(body, at), { status, headers: fields });
          const result = await run(contextOver(fetch, isDefault));
          if (result.isOk()) return assert(status < 300);
          const { error } = result;
          const kind = status < 300 ? 'invalid_response' : (KINDS[status] ?? (status > 499 ? 'server' : 'api'));
          assert.equal(error.kind, kind);
          assert.equal(error.status, status);
          assert(error.message.length > 0 && error.message.length <= 500);
          const { retryAfterSeconds } = error as { retryAfterSeconds?: number };
          assert(retryAfterSeconds === undefined || retryAfterSeconds >= 0);
          const printed = JSON.stringify([error, error.stack, error.message, (error as { body?: unknown }).body]);
          assert(!printed.includes(TOKEN));
        },
      ),
  },
  {
    name: 'any answer that the API may give is taken as it is, with all that nobody knows yet',
    share: 8,
    make: () =>
      fc.asyncProperty(
        fc.constantFrom(...READS.filter(isPlain)),
        fc.integer({ min: 1, max: 2 ** 31 - 2 }),
        cuts,
        fc.boolean(),
        async ({ run, answer, status }, seed, at, isDefault) => {
          const text = JSON.stringify(vary(answer, numbers(seed)));
          const fetch = async () => new Response(streamOf(Buffer.from(text), at), { status });
          const result = await run(contextOver(fetch, isDefault));
          assert.deepEqual(result._unsafeUnwrap(), JSON.parse(text));
          assert.equal(({} as { polluted?: unknown }).polluted, undefined);
        },
      ),
  },
  {
    name: 'an answer that breaks one promise is an invalid_response that says where',
    share: 8,
    make: () =>
      fc.asyncProperty(
        fc.constantFrom(...PLACES),
        fc.nat(),
        fc.boolean(),
        async ({ operation, places }, pick, isDefault) => {
          const place = places[pick % places.length]!;
          const broken = JSON.parse(JSON.stringify(operation.answer)) as Record<string, unknown>;
          let holder = broken;
          for (const key of place.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
          const last = place.at(-1)!;
          const old = holder[last];
          // Of a type that no field here may have.
          holder[last] = old === null ? ['seven'] : typeof old === 'object' ? 'seven' : { seven: typeof old };
          const fetch = async () =>
            Response.json(broken, { status: operation.status === 204 ? 200 : operation.status });
          const error = (await operation.run(contextOver(fetch, isDefault)))._unsafeUnwrapErr();
          assert.equal(error.kind, 'invalid_response');
          const paths = error.issues.map((issue) => issue.path);
          const path = place.join('.');
          // A list where an object was promised lacks the object's fields.
          if (old === null) assert(paths.length && paths.every((one) => one === path || one.startsWith(`${path}.`)));
          else assert.deepEqual(paths, [path]);
          assert(!JSON.stringify(error).includes('seven'));
        },
      ),
  },
  {
    name: 'no Retry-After makes a call wait beyond its bound, or spin',
    share: 6,
    make: () => {
      const dates = fc.integer({ min: -1e6, max: 1e6 }).map((ms) => new Date(Date.now() + ms).toUTCString());
      const value = fc.oneof(
        fc.stringMatching(/^[ -~]{0,12}$/),
        fc.stringMatching(/^[\d.,eE+ -]{0,12}$/),
        fc.double({ noNaN: true }).map(String),
        fc.integer().map(String),
        dates,
      );
      const status = fc.constantFrom(429, 503, 500);
      return fc.asyncProperty(
        fc.array(fc.tuple(status, value), { minLength: 1, maxLength: 5 }),
        fc.nat(5),
        fc.constantFrom(0, 999, 60_000, 2 ** 31 - 1),
        async (lots, maxRetries, maxRetryAfterMs) =>
          inVirtualTime(async (time) => {
            const at: number[] = [];
            const fetch = async () => {
              const [code, retryAfter] = lots[Math.min(at.length, lots.length - 1)]!;
              at.push(time.now());
              return new Response('', { status: code, headers: { 'retry-after': retryAfter } });
            };
            const operation = OPERATIONS.find(({ name }) => name === 'getVersion')!;
            const error = (
              await operation.run(contextOver(fetch, false, { maxRetries, maxRetryAfterMs }))
            )._unsafeUnwrapErr();
            assert.equal(error.attempts, at.length);
            assert(at.length <= maxRetries + 1);
            for (const [index, asked] of at.entries()) {
              if (!index) continue;
              const waited = asked - at[index - 1]!;
              assert(waited >= 187.5 && waited <= Math.max(8000, maxRetryAfterMs));
            }
          }),
      );
    },
  },
];
