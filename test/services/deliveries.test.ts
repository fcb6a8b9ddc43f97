import { Pool } from 'pg';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { CREATE_SEEN_TABLE } from '../../docs/examples/robots/recipes/seen-postgres.js';
import { bundle } from './bundle.js';
import { POSTGRES_PORT, REDIS_PORT, start } from './support.js';

const DELIVERIES = Number(process.env['DELIVERIES'] ?? 10_000);
const WORKERS = 4;
const AT_A_TIME = 60;
const SECRET = `whsec_${btoa('a secret of the deliveries, of 32 bytes')}`;

const bodyOf = (number: number) =>
  JSON.stringify({
    type: 'room.message',
    serverId: 's1',
    timestamp: '2026-01-02T03:04:05.000Z',
    data: { roomId: 'r1', content: `message ${number}`, senderName: 'Ada', number },
  });

const deliver = async (store: string) => {
  const program = await bundle('programs/deliveries.ts', 'node');
  const handled = new Map<number, number>();
  const answers = new Map<number, (status: number | undefined) => void>();
  const env = {
    STORE: store,
    SECRET,
    REDIS_PORT: REDIS_PORT ?? '',
    POSTGRES_PORT: POSTGRES_PORT ?? '',
    FAILING: 'yes',
  };
  const workers = Array.from({ length: WORKERS }, () => {
    const open = new Set<number>();
    const { child, ended } = start(program, env, (line) => {
      const { id, status, handled: number } = JSON.parse(line) as { id?: number; status?: number; handled?: number };
      if (number !== undefined) handled.set(number, (handled.get(number) ?? 0) + 1);
      if (id === undefined) return;
      open.delete(id);
      answers.get(id)?.(status);
      answers.delete(id);
    });
    child.stdin?.on('error', () => {});
    // Whoever waits for a process that dies gets no answer.
    void ended.then(() => open.forEach((id) => answers.get(id)?.(undefined)));
    return { child, ended, open, isAlive: () => child.exitCode === null && child.signalCode === null, isDying: false };
  });

  let attempts = 0;
  const post = (number: number, webhookId: string): Promise<number | undefined> => {
    const alive = workers.filter((worker) => worker.isAlive());
    const worker = alive[Math.floor(Math.random() * alive.length)]!;
    const id = attempts++;
    const body = bodyOf(number);
    const at = new Date();
    const headers = {
      'webhook-id': webhookId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign(webhookId, at, body),
    };
    worker.open.add(id);
    return new Promise((resolve) => {
      answers.set(id, resolve);
      worker.child.stdin?.write(`${JSON.stringify({ id, headers, body })}\n`);
    });
  };

  /** Posts until it is answered 204, as Lag does, half of the attempts with an id of their own; some come twice at once. */
  const deliverOne = async (number: number): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      const ids = [number % 2 ? `msg_${number}` : `msg_${number}_${attempt}`];
      if (number % 5 === 0) ids.push(`${ids[0]}_again`);
      const statuses = await Promise.all(ids.map((id) => post(number, id)));
      if (statuses.includes(204)) {
        // A duplicate of what was handled.
        if (number % 7 === 0) expect(await post(number, `late_${number}`)).toSatisfy((status) => status !== 500);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20 * Math.min(2 ** attempt, 100)));
    }
  };

  let next = 0;
  const work = async () => {
    for (let number = next++; number < DELIVERIES; number = next++) {
      if (number === Math.floor(DELIVERIES / 3)) workers[0]!.child.stdin?.write('{"die":true}\n');
      if (number === Math.floor(DELIVERIES / 2)) workers[1]!.child.stdin?.write('{"die":true}\n');
      await deliverOne(number);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const crashed = workers.filter((worker) => !worker.isAlive()).length;
  return { handled, attempts, crashed };
};

test.skipIf(!REDIS_PORT)('over Redis each delivery is handled once, although two of four workers crash', async () => {
  const { handled, attempts, crashed } = await deliver('redis');
  console.log(`Redis: ${DELIVERIES} deliveries in ${attempts} attempts, ${crashed} workers crashed`);
  expect(crashed).toBe(2);
  expect(handled.size).toBe(DELIVERIES);
  expect([...handled].filter(([, count]) => count !== 1)).toEqual([]);
});

test.skipIf(!POSTGRES_PORT)(
  'over Postgres each delivery is handled once, although two of four workers crash',
  async () => {
    const pool = new Pool({ host: '127.0.0.1', port: Number(POSTGRES_PORT), user: 'postgres' });
    await pool.query(CREATE_SEEN_TABLE);
    await pool.end();
    const { handled, attempts, crashed } = await deliver('postgres');
    console.log(`Postgres: ${DELIVERIES} deliveries in ${attempts} attempts, ${crashed} workers crashed`);
    expect(crashed).toBe(2);
    expect(handled.size).toBe(DELIVERIES);
    expect([...handled].filter(([, count]) => count !== 1)).toEqual([]);
  },
);
