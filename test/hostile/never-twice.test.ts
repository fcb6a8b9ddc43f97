import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as setRealTimeout } from 'node:timers';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { LagContext, ContextOptions } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import { OPERATIONS, type OperationCase } from '../operations.table.js';
import { skipTime, type Clock } from '../support/clock.js';
import { refusedUrl } from '../support/server.js';
import { USER_TOKEN } from '../support/samples.js';
import { TRANSPORTS } from './transports.js';

interface Point {
  readonly applies: boolean;
  /** What the client may know of it. */
  readonly maybeApplied: boolean;
  readonly kind: LagError['kind'];
  readonly fail: (response: ServerResponse, expire: () => void) => void;
}

const start = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' });

/** Where a call may fail, once the server has the request. */
const POINTS: Record<string, Point> = {
  'before it was applied': {
    applies: false,
    maybeApplied: true,
    kind: 'connection',
    fail: (response) => response.socket!.resetAndDestroy(),
  },
  'before the header': {
    applies: true,
    maybeApplied: true,
    kind: 'connection',
    fail: (response) => response.socket!.resetAndDestroy(),
  },
  'after the header': {
    applies: true,
    maybeApplied: true,
    kind: 'connection',
    fail: (response) => start(response).write('{', () => response.socket!.resetAndDestroy()),
  },
  'by a 500': {
    applies: true,
    maybeApplied: true,
    kind: 'server',
    fail: (response) => response.writeHead(500).end('{"message":"after it was done"}'),
  },
  "by a proxy's 502": {
    applies: true,
    maybeApplied: true,
    kind: 'server',
    fail: (response) => response.writeHead(502).end('<html>'),
  },
  'by a 503 that did nothing': {
    applies: false,
    maybeApplied: true,
    kind: 'server',
    fail: (response) => response.writeHead(503).end(),
  },
  'by a 429': {
    applies: false,
    maybeApplied: false,
    kind: 'rate_limit',
    fail: (response) => response.writeHead(429).end(),
  },
  'by silence': { applies: true, maybeApplied: true, kind: 'timeout', fail: (_, expire) => expire() },
  'by half an answer and silence': {
    applies: true,
    maybeApplied: true,
    kind: 'timeout',
    fail: (response, expire) => start(response).write('{', () => setRealTimeout(expire, 20)),
  },
};

describe.each(TRANSPORTS)('%s: each of the 85 operations', (transport, makeContext) => {
  const isFirst = transport === TRANSPORTS[0]![0];
  let time: Clock;
  beforeEach(() => {
    time = skipTime();
  });

  /** A server whose every operation fails at a point so many times, and how often each of them was applied. */
  const serveFailing = async ({ applies, fail, kind }: Point, times: number) => {
    const applied = new Map<string, number>();
    const asked = new Map<string, number>();
    const waiting = new Set<string>();
    let open = OPERATIONS.length;
    // Time runs out for all at once, so it does when all that are not over wait.
    const expireOnceAllWait = () => {
      if (!open || waiting.size < open) return;
      waiting.clear();
      time.expire();
    };
    const receive = async (request: IncomingMessage, response: ServerResponse) => {
      const name = String(request.headers['x-operation']);
      await buffer(request);
      const count = (asked.get(name) ?? 0) + 1;
      asked.set(name, count);
      const fails = count <= times;
      if (applies || !fails) applied.set(name, (applied.get(name) ?? 0) + 1);
      const expire = () => {
        waiting.add(name);
        expireOnceAllWait();
      };
      if (fails) return fail(response, expire);
      const { status, answer } = OPERATIONS.find((operation) => operation.name === name)!;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(answer === undefined ? undefined : JSON.stringify(answer));
    };
    const server = createServer((request, response) => void receive(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const end = () => {
      open--;
      expireOnceAllWait();
    };
    // Who waits for an expiry waits with all the others.
    const atATime = kind === 'timeout' ? OPERATIONS.length : 8;
    return { applied, asked, run: (options: ContextOptions) => runAll(baseUrl, options, atATime, end) };
  };

  const runAll = async (baseUrl: string, options: ContextOptions, atATime = 8, end?: () => void) => {
    const ran: { operation: OperationCase; result: Awaited<ReturnType<OperationCase['run']>> }[] = [];
    const left = OPERATIONS.values();
    const runSome = async () => {
      for (const operation of left) {
        const headers = { 'x-operation': operation.name };
        const ctx: LagContext = makeContext(USER_TOKEN, { baseUrl, headers, ...options });
        ran.push({ operation, result: await operation.run(ctx) });
        end?.();
      }
    };
    await Promise.all(Array.from({ length: atATime }, runSome));
    expect(ran).toHaveLength(OPERATIONS.length);
    return ran;
  };

  /** Reads are applied as often as one likes. */
  const isWrite = ({ method }: OperationCase) => method !== 'GET';

  describe.each(Object.entries(POINTS))('that fails %s', (_point, point) => {
    // One after the other, because an expiry ends what is under way.
    test('is not repeated where it would be done twice', async () => {
      const { run, applied, asked } = await serveFailing(point, 1);
      const isSafe = ({ idempotent }: OperationCase) => idempotent || !point.maybeApplied;
      for (const { operation, result } of await run({})) {
        const { name, method } = operation;
        const isRepeated = isSafe(operation);
        expect([name, result.isOk(), asked.get(name)]).toEqual([name, isRepeated, isRepeated ? 2 : 1]);
        if (!operation.idempotent) expect([name, (applied.get(name) ?? 0) <= 1]).toEqual([name, true]);
        if (result.isErr())
          expect(result.error).toMatchObject({
            kind: point.kind,
            method,
            attempts: 1,
            maybeApplied: isWrite(operation) && point.maybeApplied,
          });
      }
    });

    if (!isFirst) return;

    test('says so when that is all that it ever does', async () => {
      const { run, applied } = await serveFailing(point, Infinity);
      for (const { operation, result } of await run({ maxRetries: 1 })) {
        const { name, idempotent } = operation;
        const error = result._unsafeUnwrapErr();
        const isRepeated = idempotent || !point.maybeApplied;
        expect([name, error.kind, error.attempts]).toEqual([name, point.kind, isRepeated ? 2 : 1]);
        expect([name, error.maybeApplied]).toEqual([name, isWrite(operation) && point.maybeApplied]);
        if (!error.maybeApplied && isWrite(operation)) expect([name, applied.get(name)]).toEqual([name, undefined]);
      }
    });

    test("is repeated all the same with retry: 'always'", async () => {
      const { run, asked } = await serveFailing(point, 1);
      for (const { operation, result } of await run({ retry: 'always' }))
        expect([operation.name, result.isOk(), asked.get(operation.name)]).toEqual([operation.name, true, 2]);
    });
  });

  test('that finds nobody there was not applied', async () => {
    for (const { operation, result } of await runAll(await refusedUrl(), { maxRetries: 1 }))
      expect([operation.name, result._unsafeUnwrapErr()]).toMatchObject([
        operation.name,
        { kind: 'connection', attempts: 2, maybeApplied: false },
      ]);
  });
});
