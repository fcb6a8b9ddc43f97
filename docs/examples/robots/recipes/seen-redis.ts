import type { Redis } from 'ioredis';
import type { ClaimStore } from 'lagclient/robots';

/** Remembers deliveries in Redis. `NX` makes a claim atomic. */
export const createRedisSeen = (redis: Redis): ClaimStore => ({
  get: (key) => redis.get(key),
  setIfAbsent: async (key, value, ttlSeconds) => (await redis.set(key, value, 'PX', ttlSeconds * 1000, 'NX')) === 'OK',
  set: (key, value, ttlSeconds) => redis.set(key, value, 'PX', ttlSeconds * 1000),
  delete: (key) => redis.del(key),
});
