import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import type { TakeSlot } from 'lagclient/robots';

/** Shares the limits of a robot over Upstash, which is reached by HTTP from any platform. */
export const createUpstashTake = (redis: Redis, robotId: string): TakeSlot => {
  const limits = {
    request: new Ratelimit({ redis, prefix: 'lag-request', limiter: Ratelimit.slidingWindow(100, '60 s') }),
    message: new Ratelimit({ redis, prefix: 'lag-message', limiter: Ratelimit.slidingWindow(10, '10 s') }),
  };
  return async (kind) => {
    const { success, reset } = await limits[kind].limit(robotId);
    return success ? 0 : Math.max(1, reset - Date.now());
  };
};
