import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveSandbox } from '../../src/sandbox/node.js';
import { bundle } from './bundle.js';
import { REDIS_PORT, start } from './support.js';

const PROCESSES = 8;
// Of each kind and process: `CALLS=50` for the full proof, which takes nine minutes, because the limits are those of the API.
// Without it these are skipped: on a loaded machine some requests arrive later than the recipe's margin, and are refused.
const CALLS = Number(process.env['CALLS'] ?? 0);

interface Outcome {
  readonly kind: 'send' | 'list';
  readonly at: number;
  readonly error?: string;
}

/** The least time that any schedule takes: ten messages in ten seconds, and a hundred requests a minute. */
const leastSeconds = (messages: number, requests: number): number =>
  Math.max((Math.ceil(messages / 10) - 1) * 10, (Math.ceil(requests / 100) - 1) * 60);

const runProcesses = async (redisPort: number, during: () => Promise<void> = async () => {}) => {
  const served = (await serveSandbox())._unsafeUnwrap();
  onTestFinished(() => served.close());
  const { sandbox, url } = served;
  const refusedAt: number[] = [];
  const program = await bundle('programs/sender.ts', 'node');
  const startedAt = Date.now();
  const seen = setInterval(() => {
    const refused = sandbox.requests.filter(({ status }) => status === 429).length;
    while (refusedAt.length < refused) refusedAt.push(Date.now() - startedAt);
  }, 100);
  onTestFinished(() => clearInterval(seen));
  const outcomes: Outcome[][] = [];
  const env = {
    BASE_URL: url,
    ROBOT_KEY: sandbox.tokens.robot,
    SERVER_ID: sandbox.ids.server,
    ROOM_ID: sandbox.ids.rooms.quiet,
    REDIS_PORT: String(redisPort),
    CALLS: String(CALLS),
    RUN: crypto.randomUUID(),
  };
  const processes = Array.from({ length: PROCESSES }, () =>
    start(program, env, (line) => outcomes.push(JSON.parse(line) as Outcome[])),
  );
  await Promise.all([during(), ...processes.map(({ ended }) => ended)]);
  const all = outcomes.flat();
  const seconds = (Math.max(...all.map(({ at }) => at)) - startedAt) / 1000;
  return { all, outcomes, seconds, refusedAt };
};

test
  .skipIf(!REDIS_PORT || CALLS === 0)
  .concurrent(
    `${PROCESSES} processes over one Redis see no 429 after the first second, and take little longer than they must`,
    async () => {
      const { all, outcomes, seconds, refusedAt } = await runProcesses(Number(REDIS_PORT));
      const calls = PROCESSES * CALLS;
      const ideal = leastSeconds(calls, 2 * calls);
      console.log(`${calls} sends and ${calls} reads: ${seconds.toFixed(1)} s, at least ${ideal} s`);
      expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(all).toHaveLength(2 * calls);
      expect(refusedAt.filter((at) => at > 1000)).toEqual([]);
      expect(outcomes).toHaveLength(PROCESSES);
      if (CALLS >= 50) expect(seconds).toBeLessThanOrEqual(ideal * 1.15 + 1);
      // Each process and each kind gets half of its calls within three quarters of the time.
      for (const process of outcomes)
        for (const kind of ['send', 'list'] as const) {
          const times = process.filter((outcome) => outcome.kind === kind).map(({ at }) => at);
          const first = Math.min(...all.map(({ at }) => at));
          expect((times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]! - first) / 1000).toBeLessThanOrEqual(
            Math.max(15, seconds * 0.75),
          );
        }
    },
  );

test
  .skipIf(!REDIS_PORT || CALLS === 0)
  .concurrent('loses no call while Redis is killed and started again', async () => {
    const port = await freePort();
    let redis = startRedis(port);
    const { all, seconds, refusedAt } = await runProcesses(port, async () => {
      await new Promise((resolve) => setTimeout(resolve, CALLS * 2500));
      redis.kill('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 15_000));
      redis = startRedis(port);
    });
    console.log(`with Redis away for 15 s: ${seconds.toFixed(1)} s, ${refusedAt.length} refusals`);
    expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(all).toHaveLength(2 * PROCESSES * CALLS);
  });

const startRedis = (port: number) => {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  return child;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
