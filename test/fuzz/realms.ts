import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { ok } from 'neverthrow';
import * as api from '../../src/index.js';
import { createContext } from '../../src/context.js';
import { isLagError, lagError } from '../../src/errors.js';
import type { LagResult } from '../../src/pipeline/types.js';
import { readBytes } from '../../src/transports/read-bytes.js';
import { OPERATIONS, type OperationCase } from '../operations.table.js';
import { respondWith, transportOf } from '../support/transports.js';
import type { Property } from './property.js';

const FUNCTIONS = new Map<string, unknown>(Object.entries(api));

const foreign = runInNewContext(
  '({ bytesOf: (list) => new Uint8Array(list), bufferOf: (list) => new Uint8Array(list).buffer, errorOf: (fields) => Object.assign(new Error("x"), fields) })',
) as {
  readonly bytesOf: (list: readonly number[]) => Uint8Array;
  readonly bufferOf: (list: readonly number[]) => ArrayBuffer;
  readonly errorOf: (fields: object) => Error;
};

/** A source whose pieces are there already; some of them empty, and some of another realm. */
const sourceOf = (pieces: readonly Uint8Array[], isLate: boolean) => {
  let at = 0;
  return {
    getReader: () => ({
      read: async () => {
        if (isLate && at % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
        return at < pieces.length ? { done: false, value: pieces[at++] } : { done: true };
      },
      cancel: async () => {},
    }),
  };
};

const piecesOf = (bytes: readonly number[], sizes: readonly number[], isForeign: boolean): Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let n = 0; start < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    const piece = bytes.slice(start, start + size);
    pieces.push(isForeign && n % 2 ? foreign.bytesOf(piece) : new Uint8Array(piece));
    start += size;
    // Without a size above zero there would be no end.
    if (n > 5000) break;
  }
  return pieces;
};

const WITH_IDS = OPERATIONS.filter(({ path }) => path.includes(':'));

const WORDS = [
  ...new Set(OPERATIONS.flatMap(({ path }) => path.split('/')).filter((part) => part && !part.startsWith(':'))),
];

/** Whether a path, taken as a whole, is what a server would give to another operation. */
const isTakenFor = (method: string, sent: string, meant: OperationCase): string | undefined => {
  const parts = sent.split('/').map(decodeURIComponent);
  return OPERATIONS.find((other) => {
    const segments = other.path.split('/');
    const isLiteral = segments.every((segment, index) => segment.startsWith(':') || segment === parts[index]);
    const literals = (path: string) => path.split('/').filter((segment) => !segment.startsWith(':')).length;
    return (
      other.method === method &&
      other.path !== meant.path &&
      segments.length === parts.length &&
      isLiteral &&
      literals(other.path) > literals(meant.path)
    );
  })?.name;
};

const polluted = async (name: string, value: unknown, run: () => Promise<void>): Promise<void> => {
  const descriptor = { value, configurable: true, enumerable: true, writable: true };
  Object.defineProperty(Object.prototype, name, Object.assign(Object.create(null), descriptor) as PropertyDescriptor); // no prototype, as its fields would be inherited
  try {
    await run();
  } finally {
    delete (Object.prototype as Record<string, unknown>)[name]; // what was put there above
  }
};

const nested = (depth: number, isList: boolean): string =>
  isList ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;

export const realms: readonly Property[] = [
  {
    name: 'a stream in pieces of any size, of any realm, is the bytes it is made of',
    share: 4,
    make: () =>
      fc.asyncProperty(
        fc.array(fc.nat(255), { maxLength: 600 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }).map((sizes) => [...sizes, 1]),
        fc.boolean(),
        fc.boolean(),
        fc.nat(700),
        async (bytes, sizes, isForeign, isLate, maxBytes) => {
          const source = sourceOf(piecesOf(bytes, sizes, isForeign), isLate);
          const read = await readBytes(source, { maxBytes });
          assert.deepEqual([...read.bytes], bytes.slice(0, maxBytes));
          assert.equal(read.isTruncated, bytes.length > maxBytes);
        },
      ),
  },
  {
    name: 'an image of any realm is sent byte by byte',
    share: 3,
    make: () =>
      fc.asyncProperty(
        fc.array(fc.nat(255), { maxLength: 200 }),
        fc.nat(3),
        fc.string(),
        async (bytes, kind, filename) => {
          let sent: number[] = [];
          const transport = transportOf(async ({ body }) => {
            assert(typeof body === 'object');
            for await (const piece of body.pieces()) sent = [...sent, ...piece];
            assert.equal(sent.length, body.size);
            return respondWith('', 400);
          });
          const source = [
            foreign.bytesOf(bytes),
            foreign.bufferOf(bytes),
            new Uint8Array(bytes),
            new Blob([new Uint8Array(bytes)]),
          ][kind]!;
          await api.uploadImage(createContext('lag_pat_fuzz', { transport }), source, { purpose: 'chat', filename });
          const text = Buffer.from(sent).toString('latin1');
          const start = text.indexOf('\r\n\r\n', text.indexOf('name="file"')) + 4;
          assert.deepEqual([...Buffer.from(text.slice(start, start + bytes.length), 'latin1')], bytes);
        },
      ),
  },
  {
    name: 'no word of a route in place of an id makes a call another one',
    share: 4,
    make: () =>
      fc.asyncProperty(
        fc.constantFrom(...WITH_IDS),
        fc.array(fc.constantFrom(...WORDS), { minLength: 4, maxLength: 4 }),
        fc.nat(15),
        async (operation, words, mask) => {
          const seen: string[] = [];
          const transport = transportOf(async ({ url }) => {
            seen.push(new URL(url).pathname);
            return respondWith('', 404);
          });
          const count = operation.path.split('/').filter((part) => part.startsWith(':')).length;
          const ids = words.slice(0, count).map((word, index) => ((mask >> index) % 2 ? word : `id${index}`));
          const run = FUNCTIONS.get(operation.name) as (...args: unknown[]) => LagResult<unknown>; // one per operation
          const result = await run(
            createContext('lag_pat_fuzz', { transport, maxRetries: 0 }),
            ...ids,
            new Uint8Array(1),
          );
          assert(result.isErr());
          for (const path of seen) assert.equal(isTakenFor(operation.method, path, operation), undefined);
        },
      ),
  },
  {
    name: 'a property on Object.prototype changes no outcome',
    share: 3,
    make: () =>
      fc.asyncProperty(
        fc.constantFrom(...OPERATIONS.filter(({ name }) => !name.startsWith('upload'))),
        fc.constantFrom(
          'retry',
          'body',
          'headers',
          'signal',
          'timeoutMs',
          'cache',
          'method',
          'status',
          'code',
          'error',
          'message',
          'kind',
          'cause',
          'limit',
          'cursor',
        ),
        fc.constantFrom<unknown>('always', 5, null, true, {}),
        fc.constantFrom(200, 403, 500),
        async (operation, name, value, status) => {
          const outcomes: string[] = [];
          const headers = { get: () => null };
          const observe = async () => {
            const transport = transportOf(async (request) => {
              outcomes.push(
                `${request.method} ${request.url} ${String(request.body)} ${JSON.stringify(request.headers)}`,
              );
              return ok({ status, headers, body: status === 200 ? JSON.stringify(operation.answer ?? '') : '{}' });
            });
            const result = await operation.run(createContext('lag_pat_fuzz', { transport, maxRetries: 0 }));
            outcomes.push(JSON.stringify(result.isOk() ? result.value : result.error.toJSON()));
          };
          await observe();
          await polluted(name, value, observe);
          assert.deepEqual(outcomes.slice(outcomes.length / 2), outcomes.slice(0, outcomes.length / 2));
        },
      ),
  },
  {
    name: 'an error of another call or realm, frozen or not, never becomes the one of a call',
    share: 3,
    make: () =>
      fc.asyncProperty(
        fc.boolean(),
        fc.boolean(),
        fc.nat(3),
        fc.nat(9),
        async (isFrozen, isForeign, place, attempts) => {
          const fields = {
            kind: 'server' as const,
            attempts: attempts + 5,
            maybeApplied: true,
            path: '/earlier',
            status: 503,
          };
          const made = isForeign
            ? foreign.errorOf({ name: 'LagError', ...fields })
            : lagError('server', 'earlier', fields);
          if (isFrozen) Object.freeze(made);
          const boom = (): never => {
            throw made;
          };
          const options = [{ fetch: boom }, { middleware: [() => boom] }, { transport: transportOf(boom) }, {}][place]!;
          const ctx = createContext('lag_pat_fuzz', { maxRetries: 0, ...options });
          const body = place === 3 ? { content: 'hi', toJSON: boom } : { content: 'hi' };
          const error = (await api.sendRoomMessage(ctx, 's1', 'r1', body))._unsafeUnwrapErr();
          assert(isLagError(error) && error !== (made as unknown));
          assert.notEqual(error.path, '/earlier');
          assert.notEqual(error.attempts, attempts + 5);
        },
      ),
  },
  {
    name: 'deep and wide JSON is Ok or invalid_response, with few issues',
    share: 2,
    make: () =>
      fc.asyncProperty(
        fc.nat(3000),
        fc.nat(3000),
        fc.boolean(),
        fc.constantFrom(...OPERATIONS.filter(({ answer }) => answer !== undefined)),
        async (depth, width, isList, { run }) => {
          const deep = nested(depth, isList);
          const text = isList
            ? `[${Array<string>(width + 1)
                .fill('0')
                .join()},${deep}]`
            : `{"x":${deep},"messages":[${Array<string>(width + 1)
                .fill('{}')
                .join()}]}`;
          const transport = transportOf(async () => respondWith(text));
          const result = await run(createContext('lag_pat_fuzz', { transport, maxRetries: 0 }));
          if (result.isOk()) return;
          assert.equal(result.error.kind, 'invalid_response');
          assert(result.error.kind === 'invalid_response' && result.error.issues.length <= 20);
        },
      ),
  },
];
