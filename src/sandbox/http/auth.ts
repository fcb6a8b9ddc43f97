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
  const authorization = c.req.header('authorization')?.trim() ?? '';
  const [scheme = '', token = ''] = splitOnce(authorization, ' ');
  const caller = world.callers.get(token.trim());
  if (!caller || scheme.toLowerCase() !== SCHEMES[caller.kind]) return refuse(401, adviceFor(scheme, token.trim()));
  return caller;
};

const SCHEMES = { user: 'bearer', robot: 'robot' } as const;

const splitOnce = (text: string, separator: string): string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
};

/** What is wrong with credentials, and what to send instead. The message repeats no part of a token. */
const adviceFor = (scheme: string, token: string): string => {
  if (!scheme) return `The Authorization header is missing: send ${EXAMPLES}`;
  if (!token) return `The Authorization header needs a scheme and a token: send ${EXAMPLES}`;
  const isRobotKey = token.startsWith('lag_robot_');
  const isUserToken = token.startsWith('lag_pat_');
  if (isRobotKey && scheme.toLowerCase() !== SCHEMES.robot)
    return 'A robot key needs the scheme Robot: send "Authorization: Robot <key>"';
  if (isUserToken && scheme.toLowerCase() !== SCHEMES.user)
    return 'A user token needs the scheme Bearer: send "Authorization: Bearer <token>"';
  if (!isRobotKey && !isUserToken) return `The Authorization header has no token of Lag: send ${EXAMPLES}`;
  if (token.includes('_sandbox'))
    return 'The token is of another sandbox, or of an earlier run: tokens are random unless the sandbox has a seed';
  return 'The token is not valid: this is a sandbox, which knows only its own tokens';
};

const EXAMPLES = '"Authorization: Bearer lag_pat_…" or "Authorization: Robot lag_robot_…"';

const requireActiveRobot = (world: World, robot: RobotRow): void => {
  if (!robot.active) refuse(403, 'The robot is disabled');
  requireRequestAllowance(world, robot);
};
