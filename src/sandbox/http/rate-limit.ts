import { Refusal } from './requests.js';
import type { RobotRow, World } from '../world/world.js';

/** 100 requests a minute; what is refused does not count. */
export const limitRequests = (world: World, robot: RobotRow): void => limit(world, robot.requestTimes, 100, 60_000);

/** 10 messages per 10 seconds. */
export const limitMessages = (world: World, robot: RobotRow): void => limit(world, robot.messageTimes, 10, 10_000);

const limit = (world: World, times: number[], most: number, windowMs: number): void => {
  const now = world.clock.now();
  while (times.length && times[0]! <= now - windowMs) times.shift();
  if (times.length >= most) {
    const seconds = Math.ceil((times[0]! + windowMs - now) / 1000);
    throw new Refusal(429, `Rate limit exceeded, retry in ${seconds} s`, { 'retry-after': String(seconds) });
  }
  times.push(now);
};
