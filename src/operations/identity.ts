import type { CallOptions } from '../call-options.js';
import type { LagContext } from '../context.js';
import { UserIdentityResponseSchema, type Identity } from '../models/identity.js';
import { RobotInfoSchema } from '../models/robots.js';
import { call } from '../call.js';
import { isRobot } from '../context.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Tells who the token belongs to: a user or a robot. Narrow it by `kind`.
 *
 * `GET /users/me`. Robots: `GET /robots/@me/info`.
 */
export function getIdentity(ctx: LagContext, options?: CallOptions): LagResult<Identity> {
  return isRobot(ctx)
    ? call(
        ctx,
        { name: 'getIdentity', path: '/robots/@me/info', robot: 'same', response: RobotInfoSchema },
        options,
      ).map(({ id, name, avatarUrl, createdAt, serverId, permissions, active }): Identity => ({
        kind: 'robot',
        id,
        displayName: name,
        avatarUrl,
        createdAt: createdAt ?? null,
        serverId,
        permissions,
        active,
      }))
    : call(ctx, { name: 'getIdentity', path: '/users/me', response: UserIdentityResponseSchema }, options).map(
        ({ id, displayName, avatarUrl, createdAt, username }): Identity => ({
          kind: 'user',
          id,
          // Empty counts as none.
          displayName: displayName || username,
          avatarUrl,
          createdAt: createdAt ?? null,
          username,
        }),
      );
}
