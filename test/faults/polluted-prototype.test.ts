import { err, ok } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { createContext, withOptions, type LagContext } from '../../src/context.js';
import { isLagError, lagError } from '../../src/errors.js';
import { sendRoomMessage, sendRoomMessageOnce } from '../../src/operations/room-messages.js';
import { getVersion } from '../../src/operations/system.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import type { LagTransport, LagTransportRequest } from '../../src/pipeline/transport.js';
import { OPERATIONS } from '../operations.table.js';
import { FUZZ_RUNS } from '../support/runs.js';
import { transportOf } from '../support/transports.js';

/** What options, requests, responses, errors and descriptors are read for. */
const NAMES = `
  retry timeoutMs deadlineMs maxRetries maxRetryAfterMs maxResponseBytes maxItems headers onRetry onResponse
  signal transport fetch baseUrl middleware userAgent cache method body query
  upload robot idempotent stream response onUploadProgress cursor limit status code
  syscall errors cause error message kind progress isInterceptorFailure attempts maybeApplied
  retryAfterSeconds requestId issues isTruncated reserved name type hasMore nextCursor displayName
  createdAt filename contentType alt entityId imageId replyToId robotId optional wrapped
  item entries pipe fallback default get set
`
  .trim()
  .split(/\s+/);

const VALUES: readonly unknown[] = ['always', 5, true, null, {}, () => {}];

/** Runs while `Object.prototype` has an enumerable property. */
const polluted = async <T>(name: string, value: unknown, run: () => Promise<T>): Promise<T> => {
  Object.defineProperty(Object.prototype, name, {
    // Without a prototype, because the descriptor would inherit what the last one left.
    ...(Object.assign(Object.create(null), { value, configurable: true, enumerable: true, writable: true }) as object),
  });
  try {
    return await run();
  } finally {
    delete (Object.prototype as Record<string, unknown>)[name];
  }
};

const headersOf = (fields: Readonly<Record<string, string>>) => ({
  get: (name: string) => (Object.hasOwn(fields, name) ? fields[name]! : null),
});

/** How a server may end a call. */
const ENDS: Readonly<Record<string, (answer: unknown) => Awaited<ReturnType<LagTransport['send']>>>> = {
  'its response': (answer) =>
    ok({ status: 200, headers: headersOf({}), body: answer === undefined ? '' : JSON.stringify(answer) }),
  'an error without a body': () => ok({ status: 500, headers: headersOf({}), body: '' }),
  'an error as JSON': () => ok({ status: 403, headers: headersOf({}), body: '{"statusCode":403}' }),
  'a broken connection': () => err({ progress: 'unknown', cause: new Error('it broke') }),
};

const summarize = ({ method, url, headers, body }: LagTransportRequest): unknown => {
  const sent = typeof body === 'object' ? `a form of ${body.size} bytes` : body;
  const { 'content-type': type = '', ...others } = headers;
  return [method, url, JSON.stringify(others), type.replace(/boundary=.*/, 'boundary'), sent];
};

// One of each kind of method, argument, body and answer; all of them in `npm run test:fuzz`.
const SOME =
  /^(get(Version|Identity|User)|upload\w+|searchUsers|listRoomMessages|listEvents|createServer|sendRoomMessage)$/;
const OBSERVED = OPERATIONS.filter(({ name }) => FUZZ_RUNS !== undefined || SOME.test(name));

/** All that can be seen of each operation, as texts. */
const observe = async (end: (answer: unknown) => Awaited<ReturnType<LagTransport['send']>>): Promise<string[]> => {
  const seen: string[] = [];
  for (const { name, run, answer } of OBSERVED) {
    const requests: unknown[] = [];
    const transport = transportOf(async (request) => {
      requests.push(summarize(request));
      return end(answer);
    });
    const ctx: LagContext = withOptions(createContext('lag_pat_x1234567' as string, ownOptions(transport)), {});
    const result = await run(ctx);
    const outcome = result.isOk() ? result.value : result.error.toJSON();
    seen.push(`${name}: ${JSON.stringify([requests, outcome]).replaceAll(/-{4}lagclient-\w+/g, '')}`);
  }
  return seen;
};

const ownOptions = (transport: LagTransport) => ({ transport, maxRetries: 0 });

describe.each(Object.entries(ENDS).map(([name, end], turn) => [name, end, turn] as const))(
  'every operation that ends with %s',
  (_, end, turn) => {
    test('does the same with an enumerable property on Object.prototype', async () => {
      const expected = await observe(end);
      for (const [at, name] of NAMES.entries())
        for (const value of FUZZ_RUNS ? VALUES : [VALUES[(at + turn) % VALUES.length]]) {
          const seen = await polluted(name, value, () => observe(end));
          for (const [index, line] of seen.entries())
            if (line !== expected[index])
              expect.unreachable(`${name} = ${String(value)}: ${line}, not ${expected[index]}`);
        }
    });
  },
);

test.each([
  ['code', 'ENOTFOUND'],
  ['syscall', 'connect'],
  ['cause', { code: 'ENOTFOUND' }],
  ['errors', [{ code: 'ENOTFOUND' }]],
  ['status', 404],
  ['progress', 'not_sent'],
  ['retry', 'always'],
  ['maxRetries', 5],
] as const)('sends a message once over a connection that breaks, with %s inherited', async (name, value) => {
  let sent = 0;
  const fetch = async () => {
    sent++;
    throw new TypeError('fetch failed');
  };
  const ctx = createContext('lag_pat_x1234567', { transport: fetchTransport({ fetch }) });
  const result = await polluted(name, value, async () => sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' }));
  expect([sent, result._unsafeUnwrapErr().maybeApplied]).toEqual([1, true]);
});

test('sendRoomMessageOnce finds its message with optional fields inherited', async () => {
  const message = (await import('../support/samples.js')).sampleMessage('m1');
  const createdAt = new Date().toISOString();
  let posts = 0;
  const transport = transportOf(async ({ method, url }) => {
    const headers = headersOf({ date: new Date().toUTCString() });
    if (method === 'POST') posts++;
    if (method === 'POST') return err({ progress: 'unknown', cause: new Error('lost') });
    const me = { id: 'u1', username: 'ada', avatarUrl: null, displayName: null, status: 'online', createdAt };
    const page = { messages: [{ ...message, content: 'hi', createdAt }], hasMore: false, nextCursor: null };
    return ok({ status: 200, headers, body: JSON.stringify(url.endsWith('/me') ? me : page) });
  });
  const ctx = createContext('lag_pat_x1234567', { transport });
  for (const name of ['imageId', 'replyToId', 'signal', 'onResponse', 'robotId', 'image'])
    await polluted(name, 'inherited', async () => {
      const result = await sendRoomMessageOnce(ctx, 's1', 'r1', { content: 'hi' });
      expect([name, result.isOk()]).toEqual([name, true]);
    });
  expect(posts).toBe(6);
});

test('withOptions takes no inherited headers or middleware', async () => {
  const seen: unknown[] = [];
  const transport = transportOf(async ({ headers }) => {
    seen.push(headers['x-own']);
    return ok({ status: 200, headers: headersOf({}), body: '{"version":"1"}' });
  });
  for (const [name, value] of [
    ['headers', { 'x-own': 'inherited' }],
    ['middleware', [() => () => err(lagError('server', 'inherited'))]],
  ] as const)
    await polluted(name, value, async () => {
      const ctx = withOptions(createContext('lag_pat_x1234567', ownOptions(transport)), {});
      expect((await getVersion(ctx)).isOk()).toBe(true);
    });
  expect(seen).toEqual([undefined, undefined]);
});

test('an Error named LagError is none of this package because kind is inherited', async () => {
  const error = Object.assign(new Error('x'), { name: 'LagError' });
  expect(await polluted('kind', 'server', async () => isLagError(error))).toBe(false);
});
