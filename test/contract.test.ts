import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContext, type LagContext } from '../src/context.js';
import { VERSION } from '../src/version.js';
import { ENCODED_IDS, knownFieldsOf, OPERATIONS, type OperationCase } from './operations.table.js';

const USER_TOKEN = 'lag_pat_contract';
const ROBOT_KEY = 'lag_robot_contract_secret';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer<ArrayBuffer>;
}

/** What one call is to be answered, one reply for each of its requests, and what the server saw of it. */
interface Exchange {
  replies: { status: number; body?: unknown }[];
  seen: Seen[];
}

const exchanges = new Map<string, Exchange>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    const exchange = exchanges.get(String(headers['x-exchange']))!;
    exchange.seen.push({ method, url, headers, body: Buffer.concat(chunks) });
    const { status, body } = exchange.replies[Math.min(exchange.seen.length, exchange.replies.length) - 1]!;
    response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
});

let baseUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`;
});
afterAll(() => server.close());

let count = 0;

/** Runs one operation against the given replies. */
const exchange = async (
  operation: OperationCase,
  token: string,
  replies: Exchange['replies'],
): Promise<{ result: Awaited<ReturnType<OperationCase['run']>>; seen: Seen[] }> => {
  const id = String(count++);
  const seen: Seen[] = [];
  exchanges.set(id, { replies, seen });
  const ctx: LagContext = createContext(token, { baseUrl, headers: { 'X-Exchange': id } });
  const result = await operation.run(ctx);
  exchanges.delete(id);
  return { result, seen };
};

const pathOf = ({ path }: OperationCase): string => path.replace(/:(\w+)/g, (_, name: string) => ENCODED_IDS[name]!);

const robotPathOf = (operation: OperationCase): string => {
  if (operation.robot === 'rewrite') return `/robots/@me${pathOf(operation)}`;
  return operation.robot === 'same' ? pathOf(operation) : operation.robot;
};

const expectRequest = async (
  { method, query = '', body, form }: OperationCase,
  seen: Seen[],
  path: string,
  authorization: string,
): Promise<void> => {
  expect(seen.map((request) => `${request.method} ${request.url}`)).toEqual([`${method} /prefix${path}${query}`]);
  const { headers, body: sent } = seen[0]!;
  expect(headers).toMatchObject({ accept: 'application/json', authorization, 'user-agent': `lagclient/${VERSION}` });
  if (form) {
    const type = headers['content-type'] ?? '';
    expect(type).toMatch(/^multipart\/form-data; boundary=/);
    const parts: Record<string, unknown> = {};
    for (const [name, value] of await new Response(sent, { headers: { 'content-type': type } }).formData())
      parts[name] =
        typeof value === 'string'
          ? value
          : { name: value.name, type: value.type, bytes: [...new Uint8Array(await value.arrayBuffer())] };
    expect(parts).toEqual(form);
  } else {
    expect(headers['content-type']).toBe(body === undefined ? undefined : 'application/json');
    expect(sent.length ? (JSON.parse(sent.toString()) as unknown) : undefined).toEqual(body);
  }
};

test('the table holds every REST operation once', () => {
  expect(OPERATIONS).toHaveLength(85);
  expect(new Set(OPERATIONS.map(({ name }) => name)).size).toBe(85);
  expect(new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`)).size).toBe(84); // getMe and getIdentity
});

describe.each(OPERATIONS.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
  const { robot, status, answer } = operation;

  test('as a user', async () => {
    const { result, seen } = await exchange(operation, USER_TOKEN, [{ status, body: answer }]);
    await expectRequest(operation, seen, pathOf(operation), `Bearer ${USER_TOKEN}`);
    expect(result._unsafeUnwrap()).toStrictEqual('value' in operation ? operation.value : answer);
  });

  test(`as a robot: ${robot}`, async () => {
    const { robotAnswer = answer, robotValue = operation.value ?? robotAnswer } = operation;
    const { result, seen } = await exchange(operation, ROBOT_KEY, [{ status, body: robotAnswer }]);
    if (robot === 'refuse') {
      expect(seen).toEqual([]);
      expect(result._unsafeUnwrapErr()).toMatchObject({
        kind: 'invalid_token',
        method: operation.method,
        path: pathOf(operation),
        attempts: 0,
        maybeApplied: false,
      });
    } else {
      await expectRequest(operation, seen, robotPathOf(operation), `Robot ${ROBOT_KEY}`);
      expect(result._unsafeUnwrap()).toStrictEqual(robotValue);
    }
  });

  if (answer !== undefined)
    test('checks every field of the answer', async () => {
      await expectChecked(operation, USER_TOKEN, answer);
      if (operation.robotAnswer) await expectChecked(operation, ROBOT_KEY, operation.robotAnswer);
    });
  else
    test('takes an empty 200 and 201 too', async () => {
      for (const other of [200, 201])
        expect((await exchange(operation, USER_TOKEN, [{ status: other }])).result._unsafeUnwrap()).toBeUndefined();
    });
});

test('what creates something each time is not repeated after a 503, all else is', async () => {
  await Promise.all(
    OPERATIONS.map(async (operation) => {
      const { name, idempotent, method, status, answer } = operation;
      const { result, seen } = await exchange(operation, USER_TOKEN, [{ status: 503 }, { status, body: answer }]);
      expect([name, seen.length, result.isOk()]).toEqual([name, idempotent ? 2 : 1, idempotent]);
      if (idempotent) expect(seen[1]!.body).toEqual(seen[0]!.body);
      else expect(result._unsafeUnwrapErr()).toMatchObject({ kind: 'server', method, maybeApplied: true, attempts: 1 });
    }),
  );
});

type Key = string | number;

/** An answer with one change, and the paths of what it then lacks of what the API promises. */
interface Variant {
  path: string;
  what: string;
  wrong: readonly string[];
  answer: unknown;
}

const expectChecked = async (operation: OperationCase, token: string, answer: unknown): Promise<void> => {
  const variants = [...variantsOf(answer)];
  expect(variants.length).toBeGreaterThan(2);
  await Promise.all(
    variants.map(async ({ path, what, wrong, answer: body }) => {
      // Without sockets, which make no difference to what an answer is taken for.
      const fetch = async () => Response.json(body, { status: operation.status });
      const result = await operation.run(createContext(token, { fetch }));
      const verdict = result.match(
        () => 'passes',
        (error) =>
          `${error.kind} at ${
            error.kind === 'invalid_response'
              ? error.issues
                  .map((issue) => issue.path)
                  .toSorted()
                  .join()
              : ''
          }`,
      );
      expect(`${path} ${what}: ${verdict}`).toBe(
        `${path} ${what}: ${wrong.length ? `invalid_response at ${wrong.toSorted().join()}` : 'passes'}`,
      );
    }),
  );
};

/** Each known field of an answer, however deep: absent, null, of another type, with another value of its type. */
function* variantsOf(answer: unknown, at: Key[] = [], whole: unknown = answer): Generator<Variant> {
  if (typeof answer !== 'object' || answer === null) return;
  const isList = Array.isArray(answer);
  const { mayBeAbsent, mayBeNull, isUnknown } = isList
    ? { mayBeAbsent: new Set(), mayBeNull: new Set(), isUnknown: new Set() }
    : knownFieldsOf(answer);
  for (const [name, value] of Object.entries(answer)) {
    if (isUnknown.has(name)) continue;
    const keys = [...at, name];
    const isObject = typeof value === 'object' && value !== null;
    const path = keys.join('.');
    const variant = (what: string, passes: boolean, ...change: unknown[]): Variant => ({
      path,
      what,
      wrong: passes ? [] : [path],
      answer: changed(whole, keys, ...change),
    });
    if (!isList) yield variant('absent', mayBeAbsent.has(name));
    yield variant('null', mayBeNull.has(name), null);
    yield variant('of another type', false, isObject ? 'seven' : typeof value === 'string' ? 7 : {});
    if (typeof value === 'string') yield variant('with a value of next year', true, `${value}-of-next-year`);
    if (isObject) {
      if (Array.isArray(value)) yield variant('as an object', false, {});
      // An array is an object without the fields, to valibot as to JavaScript.
      else yield { ...variant('as a list', false, []), wrong: requiredOf(value).map((field) => `${path}.${field}`) };
      yield* variantsOf(value, keys, whole);
    }
  }
}

const requiredOf = (answer: object): string[] => {
  const { mayBeAbsent, isUnknown } = knownFieldsOf(answer);
  return Object.keys(answer).filter((name) => !mayBeAbsent.has(name) && !isUnknown.has(name));
};

/** A copy with one value replaced, or taken out where there is no new one. */
const changed = (value: unknown, [key, ...rest]: Key[], ...change: unknown[]): unknown => {
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<Key, unknown>;
  if (rest.length) copy[key!] = changed(copy[key!], rest, ...change);
  else if (change.length) copy[key!] = change[0];
  else delete copy[key!];
  return copy;
};
