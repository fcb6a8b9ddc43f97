import fc from 'fast-check';

/** A value that is made when it is used, because fast-check itself would stumble over some. */
export interface Lazy {
  readonly make: () => unknown;
  readonly [fc.toStringMethod]: () => string;
}

const lazy = (make: () => unknown, text: string): Lazy => ({ make, [fc.toStringMethod]: () => text });

/** Values by the functions that make them, which print as their source. */
const made = (...makers: readonly (() => unknown)[]): fc.Arbitrary<Lazy> =>
  fc.constantFrom(...makers).map((make) => lazy(make, String(make)));

const plain = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Lazy> =>
  arbitrary.map((value) => lazy(() => value, fc.stringify(value)));

const boom = (): never => {
  throw new Error('boom');
};

const traps = Object.fromEntries(
  ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'set', 'defineProperty'].map((trap) => [
    trap,
    boom,
  ]),
);

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** Values that throw when they are looked at, one way or the other. */
const thrower = made(
  () => new Proxy({}, traps),
  () => new Proxy(() => {}, { ...traps, apply: boom }),
  () => new Proxy([], traps),
  revoked,
  () => ({ toString: boom, valueOf: boom, toJSON: boom }),
  () => ({ [Symbol.toPrimitive]: boom }),
  () => ({ [Symbol.iterator]: boom, [Symbol.asyncIterator]: boom }),
  // oxlint-disable-next-line unicorn/no-thenable -- what await would call is what this is about
  () => ({ then: boom }),
  // oxlint-disable-next-line unicorn/no-thenable
  () => ({ get then() { return boom(); } }), // prettier-ignore
  () => ({ get signal() { return boom(); }, get headers() { return boom(); }, get limit() { return boom(); } }), // prettier-ignore
  () => ({ aborted: false, addEventListener: boom, removeEventListener: boom }),
  () => ({ getReader: boom }),
  () => ({ getReader: () => ({ read: boom, cancel: boom, releaseLock: boom }) }),
  () => ({
    getReader: () => ({
      read: async () => ({ done: false, value: 'text' }),
      cancel: () => Promise.reject(new Error('boom')),
    }),
  }),
  () => Object.defineProperty(new Error('e'), 'name', { get: boom }),
  () => Object.defineProperty(new Error('e'), 'cause', { get: boom }),
  () => Object.defineProperty(new Error('e'), 'message', { get: boom }),
  () => Object.freeze(Object.assign(new Error('e'), { name: 'LagError', kind: 'server' })),
  () => boom,
  () => async () => boom(),
);

const cyclic = made(
  () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  },
  () => {
    const object: Record<string, unknown> = {};
    object['self'] = object;
    object['toJSON'] = () => object;
    return object;
  },
  () => {
    const error = new Error('loop');
    error.cause = error;
    return error;
  },
);

const odd = made(
  () => '__proto__',
  () => 'constructor',
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as unknown,
  () => 'a\r\nb: c',
  () => '\u0000',
  () => '\ud800',
  () => '.',
  () => '..',
  () => '',
  () => NaN,
  () => -0,
  () => Infinity,
  () => -1,
  () => 2 ** 53,
  () => 10n,
  () => Symbol('s'),
  () => new Date(NaN),
  () => new Map([['a', 1]]),
  () => new Uint8Array(4),
  () => new ArrayBuffer(4),
  () => new Blob(['x']),
  () => new Headers({ 'x-own': '1' }),
  () => new URL('https://a.test'),
  () => AbortSignal.abort(),
  () => new AbortController().signal,
  () => /x/,
  () => Promise.resolve(5),
  () => () => {},
  () => (next: unknown) => next,
  () => null,
  () => undefined,
  () => globalThis,
);

/** Anything that a caller without a compiler could pass. */
export const hostile: fc.Arbitrary<Lazy> = fc.oneof(
  { arbitrary: plain(fc.anything({ withBigInt: true, withNullPrototype: true })), weight: 2 },
  { arbitrary: thrower, weight: 2 },
  { arbitrary: odd, weight: 2 },
  { arbitrary: cyclic, weight: 1 },
);

const FIELDS: Record<string, fc.Arbitrary<unknown>> = {
  timeoutMs: fc.constantFrom(1, 50, Infinity),
  deadlineMs: fc.constantFrom(1, 100),
  maxRetries: fc.nat(2),
  retry: fc.constantFrom('safe', 'always'),
  headers: fc.dictionary(fc.string(), fc.string()),
  transport: fc.constantFrom('sse', 'poll'),
  baseUrl: fc.constantFrom('https://lag.test', 'http://localhost'),
  limit: fc.nat(101),
  content: fc.string(),
  secret: fc.constant('whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5'),
};

/** Options some of whose fields are what they should be, and some anything. */
export const hostileOptions: fc.Arbitrary<Lazy> = fc.oneof(
  hostile,
  fc
    .record(
      Object.fromEntries(
        [
          ...Object.keys(FIELDS),
          'signal',
          'cursor',
          'userAgent',
          'middleware',
          'maxRetryAfterMs',
          'fetch',
          'on',
          'body',
        ].map((name) => [name, FIELDS[name] ? fc.oneof(plain(FIELDS[name]), hostile) : hostile]),
      ),
      { requiredKeys: [] },
    )
    .map((fields) =>
      lazy(
        () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, (field as Lazy).make()])),
        fc.stringify(fields),
      ),
    ),
);

export const lazyText = plain(fc.string());
