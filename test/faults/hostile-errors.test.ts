import { describe, expect, test } from 'vitest';
import {
  createContext,
  getVersion,
  isLagError,
  lagError,
  sendRoomMessage,
  sendRoomMessageOnce,
  uploadAvatar,
  uploadImage,
  waitForImage,
  type LagError,
  type LagMiddleware,
  type LagResult,
} from '../../src/index.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { errorOf } from '../support/results.js';
import { respondWith, transportOf } from '../support/transports.js';

const TOKEN = 'lag_pat_x1234567';

/** The error of an earlier call, with all that could be mistaken for this call's. */
const earlier = (): LagError =>
  lagError('server', 'of an earlier call', {
    status: 503,
    method: 'DELETE',
    path: '/earlier',
    attempts: 7,
    maybeApplied: true,
    requestId: 'earlier',
  });

const boom = (): never => {
  throw new TypeError('own');
};

/** Errors that cannot be written to, or read. */
const ERRORS: Readonly<Record<string, () => unknown>> = {
  'a LagError': earlier,
  'a frozen LagError': () => Object.freeze(earlier()),
  'a sealed LagError': () => Object.seal(earlier()),
  'a LagError whose setters throw': () => {
    const error = earlier();
    for (const name of ['attempts', 'maybeApplied', 'method', 'path', 'message', 'stack', 'cause'])
      Object.defineProperty(error, name, { get: () => 1, set: boom });
    return error;
  },
  'a LagError whose getters throw': () => {
    const error = earlier();
    for (const name of ['attempts', 'message', 'cause', 'status']) Object.defineProperty(error, name, { get: boom });
    return error;
  },
  'a LagError that is a proxy of traps': () => new Proxy(earlier(), { get: boom, set: boom, has: boom, ownKeys: boom }),
  'an error whose every look throws': () => new Proxy(new Error('x'), { get: boom, getPrototypeOf: boom, has: boom, ownKeys: boom, getOwnPropertyDescriptor: boom }), // prettier-ignore
  'a LagError whose toJSON throws': () => Object.assign(earlier(), { toJSON: boom }),
  'a LagError that is its own cause': () => {
    const error = earlier();
    error.cause = error;
    return error;
  },
  'a frozen error': () => Object.freeze(new Error('x')),
  undefined: () => undefined,
  'a symbol': () => Symbol('x'),
  'a text': () => 'x',
  'an object without a prototype': () => Object.create(null) as unknown,
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};

/** Something that throws from a place that user code can reach. */
type Place = (thrown: unknown) => LagResult<unknown>;

const throwing = (thrown: unknown) => (): never => {
  throw thrown;
};

const rejecting = (thrown: unknown) => () =>
  new Promise<never>((_, reject) => {
    reject(thrown as Error);
  });

const over = (options: object) => createContext(TOKEN, { maxRetries: 0, ...options });

const BROKEN_AT_HOME: Readonly<Record<string, Place>> = {
  'the source of uploadImage': (thrown) =>
    uploadImage(over({}), new ReadableStream({ pull: throwing(thrown) }), { purpose: 'chat' }),
  'the source of uploadAvatar': (thrown) => uploadAvatar(over({}), new ReadableStream({ pull: rejecting(thrown) })),
  'a Blob of another library': (thrown) =>
    uploadImage(over({}), { size: 1, arrayBuffer: throwing(thrown) } as unknown as Blob, { purpose: 'chat' }),
  'getReader of a source': (thrown) =>
    uploadImage(over({}), { getReader: throwing(thrown) } as unknown as ReadableStream, { purpose: 'chat' }),
  'a getter of the details': (thrown) =>
    uploadImage(over({}), new Uint8Array(1), Object.defineProperty({ purpose: 'chat' as const }, 'alt', { get: throwing(thrown), enumerable: true })), // prettier-ignore
  'toJSON of a body': (thrown) =>
    sendRoomMessage(over({}), 's1', 'r1', { content: 'hi', toJSON: throwing(thrown) } as never), // no such type
  'a getter of a body': (thrown) =>
    sendRoomMessage(over({}), 's1', 'r1', Object.defineProperty({}, 'content', { get: throwing(thrown), enumerable: true })), // prettier-ignore
  'toJSON of a body that is sent once': (thrown) =>
    sendRoomMessageOnce(over({}), 's1', 'r1', { content: 'hi', toJSON: throwing(thrown) } as never), // no such type
  'a getter of the options': (thrown) =>
    getVersion(over({}), Object.defineProperty({}, 'timeoutMs', { get: throwing(thrown), enumerable: true })),
  'a getter of the wait for an image': (thrown) =>
    waitForImage(over({}), 'i1', Object.defineProperty({}, 'timeoutMs', { get: throwing(thrown), enumerable: true })),
  'a middleware': (thrown) => getVersion(over({ middleware: [() => throwing(thrown)] })),
  'an async middleware': (thrown) => waitForImage(over({ middleware: [() => rejecting(thrown)] }), 'i1'),
  'a middleware of sendRoomMessageOnce': (thrown) =>
    sendRoomMessageOnce(over({ middleware: [() => throwing(thrown)] }), 's1', 'r1', { content: 'hi' }),
  'a middleware while it is made': (thrown) => getVersion(over({ middleware: [throwing(thrown)] })),
};

describe.each(Object.entries(BROKEN_AT_HOME))('%s may throw', (_, place) => {
  test.each(Object.entries(ERRORS))('%s', async (_name, make) => {
    const thrown = make();
    const error = await errorOf(place(thrown));
    expect(isLagError(error)).toBe(true);
    expect(error === thrown).toBe(false);
    expect([error.kind, error.attempts, error.maybeApplied]).toEqual(['invalid_input', 0, false]);
    expect(error.path).not.toBe('/earlier');
    expect(typeof error.stack).toBe('string');
    expect(typeof JSON.stringify(error)).toBe('string');
  });
});

const BROKEN_ON_THE_WAY: Readonly<Record<string, Place>> = {
  'a fetch': (thrown) => getVersion(over({ fetch: rejecting(thrown) })),
  'a fetch of an upload': (thrown) =>
    uploadImage(over({ fetch: throwing(thrown) }), new Uint8Array(1), { purpose: 'chat' }),
  'a transport': (thrown) => getVersion(over({ transport: transportOf(throwing(thrown)) })),
  'a transport of waitForImage': (thrown) => waitForImage(over({ transport: transportOf(rejecting(thrown)) }), 'i1'),
  'the headers of a response': (thrown) =>
    getVersion(over({ transport: transportOf(async () => ({ isErr: () => false, isOk: () => true, get value() { throw thrown; } })) })), // prettier-ignore
  'the body of a response': (thrown) =>
    getVersion(
      over({ transport: transportOf(async () => respondWith(new ReadableStream({ pull: throwing(thrown) }))) }),
    ),
  'the reader of a response': (thrown) =>
    getVersion(over({ transport: transportOf(async () => respondWith({ getReader: throwing(thrown) })) })),
  'the global fetch': (thrown) => getVersion(over({ transport: fetchTransport({ fetch: throwing(thrown) }) })),
};

describe.each(Object.entries(BROKEN_ON_THE_WAY))('%s may throw', (_, place) => {
  test.each(Object.entries(ERRORS))('%s', async (_name, make) => {
    const error = await errorOf(place(make()));
    expect(isLagError(error)).toBe(true);
    expect([error.kind, error.attempts]).toEqual(['connection', 1]);
    expect(error.path).not.toBe('/earlier');
    expect(typeof error.stack).toBe('string');
    expect(typeof JSON.stringify(error)).toBe('string');
  });
});

describe('a middleware may return', () => {
  test.each(Object.entries(ERRORS).filter(([name]) => /LagError/.test(name)))('%s', async (_, make) => {
    const middleware: LagMiddleware = () => async () => {
      const { err } = await import('neverthrow');
      return err(make() as LagError);
    };
    const calls: (() => LagResult<unknown>)[] = [
      () => getVersion(over({ middleware: [middleware] })),
      () => sendRoomMessageOnce(over({ middleware: [middleware] }), 's1', 'r1', { content: 'hi' }),
      () => waitForImage(over({ middleware: [middleware] }), 'i1'),
      () => uploadImage(over({ middleware: [middleware] }), new Uint8Array(1), { purpose: 'chat' }),
    ];
    for (const call of calls) {
      const error = await errorOf(call());
      expect([isLagError(error), error.attempts, error.maybeApplied]).toEqual([true, 0, false]);
      expect(error.path).not.toBe('/earlier');
      expect(typeof error.stack).toBe('string');
    }
  });
});

describe('lagError takes', () => {
  test.each<unknown>([Symbol('x'), { toString: boom }, Object.create(null), undefined, null, 5])(
    'any message',
    (message) => {
      expect(isLagError(lagError('server', message as string))).toBe(true);
    },
  );

  test.each<unknown>([
    5,
    'x',
    null,
    Symbol('x'),
    new Proxy({}, { ownKeys: boom }),
    {
      get cause() {
        return boom();
      },
    },
  ])('any fields', (fields) => {
    // prettier-ignore
    expect(isLagError(lagError('server', 'x', fields as object))).toBe(true);
  });
});

describe('a custom formatter of stacks', () => {
  test.each<[string, () => unknown]>([
    ['returns no text', (): unknown => [{ line: 1 }]],
    ['returns nothing', () => undefined],
    ['throws', boom],
  ])('that %s leaves the kinds as they are', async (_, prepareStackTrace) => {
    const { prepareStackTrace: original } = Error;
    const kinds: unknown[] = [];
    try {
      Error.prepareStackTrace = prepareStackTrace;
      const failing = over({ fetch: rejecting(Object.assign(new Error('x'), { code: 'ECONNRESET' })) });
      const refused = over({ fetch: async () => new Response('{"message":"no"}', { status: 403 }) });
      for (const result of [
        await getVersion(failing),
        await getVersion(refused),
        await getVersion(over({ baseUrl: 'x' })),
      ])
        kinds.push(result.isErr() && result.error.kind);
    } finally {
      Error.prepareStackTrace = original;
    }
    expect(kinds).toEqual(['connection', 'permission', 'invalid_input']);
  });
});
