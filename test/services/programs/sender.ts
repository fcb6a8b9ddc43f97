// Sends and reads through a limiter over Redis, and prints when each call ended.
import { Redis } from 'ioredis';
import { createContext, listRoomMessages, sendRoomMessage } from 'lagclient';
import { robotRateLimit } from 'lagclient/robots';
import { createRedisTake } from '../../../docs/examples/robots/recipes/take-redis.js';

const {
  BASE_URL = '',
  ROBOT_KEY = '',
  SERVER_ID = '',
  ROOM_ID = '',
  REDIS_PORT = '',
  CALLS = '0',
  RUN = '',
} = process.env;
const redis = new Redis(Number(REDIS_PORT), '127.0.0.1');
redis.on('error', () => {});
const ctx = createContext(ROBOT_KEY, {
  baseUrl: BASE_URL,
  middleware: [robotRateLimit({ take: createRedisTake(redis, RUN) })],
});
const outcomes: { kind: 'send' | 'list'; at: number; error?: string }[] = [];
const calls = Array.from({ length: Number(CALLS) }, () => [
  sendRoomMessage(ctx, SERVER_ID, ROOM_ID, { content: 'hi' }).then((result) =>
    outcomes.push({ kind: 'send', at: Date.now(), ...(result.isErr() && { error: result.error.kind }) }),
  ),
  listRoomMessages(ctx, SERVER_ID, ROOM_ID).then((result) =>
    outcomes.push({ kind: 'list', at: Date.now(), ...(result.isErr() && { error: result.error.kind }) }),
  ),
]).flat();
await Promise.all(calls);
console.log(JSON.stringify(outcomes));
redis.disconnect();
