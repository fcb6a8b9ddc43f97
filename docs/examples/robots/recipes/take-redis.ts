import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { TakeSlot } from 'lagclient/robots';

// Keeps the time of each slot, as Lag does, because a window that starts anew would let twice as many go around its start.
// The quarter of a second is for requests that take longer to Lag than those before them.
const SLIDING_WINDOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local window = ARGV[2] * 1000 + 250
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
  local used = redis.call('ZCARD', KEYS[1])
  if used >= tonumber(ARGV[3]) then
    local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    return { used + 1, math.max(1, oldest[2] + window - now) }
  end
  redis.call('ZADD', KEYS[1], now, time[1] .. '-' .. time[2] .. '-' .. used)
  redis.call('PEXPIRE', KEYS[1], window)
  return { used + 1, window }
`;

/** Shares the limits of a robot over Redis, with rate-limiter-flexible. */
export const createRedisTake = (redis: Redis, robotId: string): TakeSlot => {
  const limit = (name: string, points: number, duration: number) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `lag-${name}`,
      points,
      duration,
      customIncrTtlLuaScript: SLIDING_WINDOW,
      // Without it calls would wait for Redis to come back instead of going on.
      rejectIfRedisNotReady: true,
    });
  const limits = { request: limit('request', 100, 60), message: limit('message', 10, 10) };
  return async (kind) => {
    try {
      await limits[kind].consume(robotId);
      return 0;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext;
      throw refusal;
    }
  };
};
