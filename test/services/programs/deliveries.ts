// Handles deliveries that it gets on its standard input, one a line, and answers their statuses. It dies when it is told to,
// in the midst of its handlers.
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createWebhookHandler } from 'lagclient/robots';
import { createPostgresSeen } from '../../../docs/examples/robots/recipes/seen-postgres.js';
import { createRedisSeen } from '../../../docs/examples/robots/recipes/seen-redis.js';

const { STORE = '', REDIS_PORT = '', POSTGRES_PORT = '', SECRET = '', FAILING = '' } = process.env;
const redis = new Redis(Number(REDIS_PORT), '127.0.0.1', { lazyConnect: STORE !== 'redis' });
const pool = new Pool({ host: '127.0.0.1', port: Number(POSTGRES_PORT), user: 'postgres', max: 20 });
let isDying = false;
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const handle = createWebhookHandler({
  secret: SECRET,
  seen: STORE === 'redis' ? createRedisSeen(redis) : createPostgresSeen(pool),
  onError: () => {},
  on: async (event) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    if (isDying) await new Promise(() => {});
    const { number } = event.data as { number: number };
    print({ began: number });
    if (number % 17 === 0 && !failed.has(number) && FAILING) {
      failed.add(number);
      throw new Error('fails once');
    }
    print({ handled: number });
  },
});
const failed = new Set<number>();

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { die?: true; id: number; headers: Record<string, string>; body: string };
  if (request.die) {
    isDying = true;
    // Handlers that have begun come to their end or hang; then it dies with its claims.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);
    continue;
  }
  const { id, headers, body } = request;
  void handle(new Request('http://localhost/', { method: 'POST', headers, body })).then(({ status }) =>
    print({ id, status }),
  );
}
process.exit();
