import { refuse } from '../world/refusal.js';
import { requireRequestAllowance } from '../world/rate-limit.js';
import type { Caller, RobotRow, UserRow } from '../world/rows.js';
import type { World } from '../world/world.js';
import type { RouteContext, RouteResponse } from './context.js';

/** A route for users: 401 without a user's token. */
export const asUser =
  (world: World, route: (c: RouteContext, me: UserRow) => RouteResponse) =>
  (c: RouteContext): RouteResponse => {
    const caller = requireCaller(world, c);
    if (caller.kind !== 'user') return refuse(401, 'This route takes a user token, not a robot key');
    return route(c, caller.user);
  };

/** A route for robots: 401 without a robot key, 403 for a disabled robot, 429 above its limit. */
export const asRobot =
  (world: World, route: (c: RouteContext, robot: RobotRow) => RouteResponse) =>
  (c: RouteContext): RouteResponse => {
    const caller = requireCaller(world, c);
    if (caller.kind !== 'robot') return refuse(401, 'This route takes a robot key, not a user token');
    requireActiveRobot(world, caller.robot);
    return route(c, caller.robot);
  };

/** A route for users and robots. */
export const asAnyone =
  (world: World, route: (c: RouteContext) => RouteResponse) =>
  (c: RouteContext): RouteResponse => {
    const caller = requireCaller(world, c);
    if (caller.kind === 'robot') requireActiveRobot(world, caller.robot);
    return route(c);
  };

/** The owner of the token: `Bearer lag_pat_…` is a user's, `Robot lag_robot_…` a robot's. */
const requireCaller = (world: World, c: RouteContext): Caller => {
  const authorization = c.req.header('authorization') ?? '';
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, Math.max(space, 0)).toLowerCase();
  const caller = world.callers.get(authorization.slice(space + 1).trim());
  if (!caller || scheme !== SCHEMES[caller.kind]) return refuse(401, 'The token is missing or not valid');
  return caller;
};

const SCHEMES = { user: 'bearer', robot: 'robot' } as const;

const requireActiveRobot = (world: World, robot: RobotRow): void => {
  if (!robot.active) refuse(403, 'The robot is disabled');
  requireRequestAllowance(world, robot);
};
