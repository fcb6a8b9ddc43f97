import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Redis as UpstashRedis } from '@upstash/redis';
import { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { createQueueingHandler, startWorker } from '../../docs/examples/robots/recipes/queue-bullmq.js';
import { createRedisSeen } from '../../docs/examples/robots/recipes/seen-redis.js';
import { createUpstashTake } from '../../docs/examples/robots/recipes/take-upstash.js';
import { REDIS_PORT } from './support.js';

const SECRET = `whsec_${btoa('a secret of the queue, of 32 bytes')}`;

const connect = () => {
  const redis = new Redis(Number(REDIS_PORT), '127.0.0.1');
  onTestFinished(() => redis.disconnect());
  return redis;
};

test.skipIf(!REDIS_PORT)(
  'BullMQ gets the event of each delivery once, and delivers it again if its handler fails',
  async () => {
    const connection = { host: '127.0.0.1', port: Number(REDIS_PORT), maxRetriesPerRequest: null };
    const { handle, close } = createQueueingHandler(connection, SECRET, createRedisSeen(connect()));
    onTestFinished(close);
    const handled: string[] = [];
    let failures = 1;
    const worker = startWorker(connection, {
      'room.message': ({ data }) => {
        if (failures-- > 0) throw new Error('fails once');
        handled.push(data.content);
      },
    });
    onTestFinished(() => worker.close());
    const run = crypto.randomUUID();
    const post = async (content: string) => {
      const body = JSON.stringify({
        type: 'room.message',
        timestamp: '2026-01-02T03:04:05.000Z',
        data: { roomId: run, content, senderName: 'Ada' },
      });
      const at = new Date();
      const headers = {
        'webhook-id': crypto.randomUUID(),
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': '',
      };
      headers['webhook-signature'] = new Webhook(SECRET).sign(headers['webhook-id'], at, body);
      return (await handle(new Request('http://localhost/', { method: 'POST', body, headers }))).status;
    };
    expect([await post('one'), await post('two'), await post('one'), await post('three')]).toEqual([
      204, 204, 204, 204,
    ]);
    await expect.poll(() => handled.toSorted().join(), { timeout: 20_000 }).toBe('one,three,two');
  },
);

/** The part of Upstash's HTTP API that its client uses, in front of a real Redis. */
const serveUpstash = async (redis: Redis): Promise<string> => {
  const run = async ([name = '', ...args]: string[]) => {
    try {
      // Upstash knows flags of scripts that Redis does not.
      return { result: await redis.call(name, ...args.map((arg) => String(arg).replace(/^#!lua[^\n]*\n/, ''))) };
    } catch (error) {
      return { error: String(error) };
    }
  };
  const answerTo = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as string[] | string[][];
    const isList = Array.isArray(body[0]);
    const answer = isList ? await Promise.all((body as string[][]).map(run)) : await run(body as string[]);
    const failed = !isList && 'error' in answer;
    response.writeHead(failed ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
  const server = createServer((request, response) => void answerTo(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test.skipIf(!REDIS_PORT)(
  'Upstash’s client takes ten slots for messages in ten seconds, and says how long to wait',
  async () => {
    const url = await serveUpstash(connect());
    const redis = new UpstashRedis({ url, token: 'a token', responseEncoding: false });
    // The package's types exist twice, for modules and for CommonJS.
    const take = createUpstashTake(redis as never, crypto.randomUUID());
    const waits = await Promise.all(Array.from({ length: 14 }, async () => take('message')));
    expect(waits.filter((ms) => ms === 0)).toHaveLength(10);
    for (const ms of waits.filter((each) => each !== 0)) {
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThanOrEqual(10_000);
    }
    expect(await take('request')).toBe(0);
  },
);
