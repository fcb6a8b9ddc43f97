import { err } from 'neverthrow';
import { lagError } from '../errors.js';
import type { Step } from './compose.js';

/** Sends a robot's request to the robot's routes, and rejects what the kind of token cannot do. */
export const robotRewrite =
  (isRobot: boolean): Step =>
  (next) =>
  (request) => {
    const { robot: rule, operation } = request;
    if (isRobot && rule === 'refuse')
      return Promise.resolve(err(lagError('invalid_token', `${operation} needs a user's token; this is a robot key`)));
    if (!isRobot && rule === 'only')
      return Promise.resolve(err(lagError('invalid_token', `${operation} needs a robot key; this is a user's token`)));
    return next(isRobot && rule === 'rewrite' ? { ...request, path: `/robots/@me${request.path}` } : request);
  };
