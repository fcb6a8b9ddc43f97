import { Refusal } from './refusal.js';
import type { RobotRow } from './rows.js';
import { MINUTE_MS, SECOND_MS } from './time.js';
import type { World } from './world.js';

interface Limit {
  readonly count: number;
  readonly windowMs: number;
}

const REQUESTS: Limit = { count: 100, windowMs: MINUTE_MS };
const MESSAGES: Limit = { count: 10, windowMs: 10 * SECOND_MS };

/** Counts a request of a robot; 429 above 100 a minute. Refused requests do not count. */
export const requireRequestAllowance = (world: World, robot: RobotRow): void =>
  requireAllowance(world, robot.requestTimes, REQUESTS);

/** Counts a message of a robot; 429 above 10 in 10 seconds. */
export const requireMessageAllowance = (world: World, robot: RobotRow): void =>
  requireAllowance(world, robot.messageTimes, MESSAGES);

/** `times` holds when earlier ones were counted, oldest first. */
const requireAllowance = (world: World, times: number[], { count, windowMs }: Limit): void => {
  const { slidingWindows, retryAfterDate } = world.settings.quirks;
  const now = world.clock.now();
  // A sliding window began `windowMs` ago, a fixed one at the last multiple of `windowMs`.
  const isOver = (time: number) =>
    slidingWindows ? time <= now - windowMs : Math.floor(time / windowMs) < Math.floor(now / windowMs);
  while (times[0] !== undefined && isOver(times[0])) times.shift();
  const [oldest] = times;
  if (oldest !== undefined && times.length >= count) {
    const freeAt = slidingWindows ? oldest + windowMs : (Math.floor(now / windowMs) + 1) * windowMs;
    const seconds = Math.ceil((freeAt - now) / SECOND_MS);
    const retryAfter = retryAfterDate ? new Date(now + seconds * SECOND_MS).toUTCString() : String(seconds);
    throw new Refusal(429, `Rate limit exceeded, retry in ${seconds} s`, { 'retry-after': retryAfter });
  }
  times.push(now);
};
