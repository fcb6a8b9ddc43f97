import { err } from 'neverthrow';
import { lagError } from '../errors.js';
import type { Step } from './compose.js';

/** Sends a robot's request to the robot's routes, and refuses what the token's kind cannot do. */
export const robotRewrite =
  (robot: boolean): Step =>
  (next) =>
  (request) => {
    const { robot: rule, path } = request;
    if (rule === (robot ? 'refuse' : 'only'))
      return Promise.resolve(err(lagError('invalid_token', `${robot ? 'not' : 'only'} for robots`)));
    return next(robot && rule === 'rewrite' ? { ...request, path: `/robots/@me${path}` } : request);
  };
