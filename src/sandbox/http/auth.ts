import type { Context } from 'hono';
import { Refusal } from './requests.js';
import { limitRequests } from './rate-limit.js';
import type { Caller, RobotRow, UserRow, World } from '../world/world.js';

type Answer = Response | Promise<Response>;

/** A route for users: 401 without a user's token. */
export const asUser = (world: World, route: (c: Context, me: UserRow) => Answer) => (c: Context) => {
  const caller = identify(world, c.req.header('authorization'));
  if (caller?.kind !== 'user') throw unauthorized(caller && 'This route takes a user token, not a robot key');
  return route(c, caller.user);
};

/** A route for robots: 401 without a robot's key, 403 for one that is disabled, 429 above its limit. */
export const asRobot = (world: World, route: (c: Context, robot: RobotRow) => Answer) => (c: Context) => {
  const caller = identify(world, c.req.header('authorization'));
  if (caller?.kind !== 'robot') throw unauthorized(caller && 'This route takes a robot key, not a user token');
  admitRobot(world, caller.robot);
  return route(c, caller.robot);
};

/** A route for whoever has a token. */
export const asAnyone = (world: World, route: (c: Context) => Answer) => (c: Context) => {
  const caller = identify(world, c.req.header('authorization'));
  if (!caller) throw unauthorized();
  if (caller.kind === 'robot') admitRobot(world, caller.robot);
  return route(c);
};

/** Whose token it is: `Bearer lag_pat_…` is a user's, `Robot lag_robot_…` a robot's. */
export const identify = (world: World, authorization: string | null | undefined): Caller | undefined => {
  const space = authorization?.indexOf(' ') ?? -1;
  if (!authorization || space < 0) return undefined;
  const caller = world.callers.get(authorization.slice(space + 1).trim());
  if (!caller || authorization.slice(0, space).toLowerCase() !== (caller.kind === 'user' ? 'bearer' : 'robot'))
    return undefined;
  return caller;
};

const unauthorized = (message = 'The token is missing or not valid') => new Refusal(401, message);

const admitRobot = (world: World, robot: RobotRow): void => {
  if (!robot.active) throw new Refusal(403, 'The robot is disabled');
  limitRequests(world, robot);
};
