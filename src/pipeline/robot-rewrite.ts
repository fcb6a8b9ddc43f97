import { errAsync } from 'neverthrow';
import { lagError } from '../errors.js';
import type { Step } from './compose.js';

/** Sends a robot's request to the robot's routes, and refuses what the token's kind cannot do. */
export const robotRewrite =
  (robot: boolean): Step =>
  (next) =>
  (request) => {
    const { robot: rule } = request;
    if (robot ? rule === 'refuse' : rule === 'only')
      return errAsync(lagError('invalid_token', `this operation ${robot ? 'does not take' : 'needs'} a robot key`));
    return next(robot && rule === 'rewrite' ? { ...request, path: `/robots/@me${request.path}` } : request);
  };
