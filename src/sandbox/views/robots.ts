import type { RobotInfo } from '../../models/robots.js';
import type { RobotRow } from '../world/rows.js';
import { toIso } from '../world/time.js';

export const robotView = (robot: RobotRow): RobotInfo => ({
  id: robot.id,
  name: robot.name,
  serverId: robot.serverId,
  avatarUrl: robot.avatarUrl,
  permissions: [...robot.permissions],
  active: robot.active,
  createdAt: toIso(robot.createdAt),
});
