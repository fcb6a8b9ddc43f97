import type { RobotEvent } from '../models/robot-events.js';

/** Whether an event happened longer ago than that. One without a readable time is never too old. */
export const isOlderThan = ({ timestamp }: RobotEvent, maxAgeMs: number, now = Date.now()): boolean =>
  timestamp !== undefined && now - Date.parse(timestamp) > maxAgeMs;
