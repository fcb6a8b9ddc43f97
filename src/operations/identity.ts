import type { CallOptions } from '../call-options.js';
import type { LagContext } from '../context.js';
import { UserIdentityResponseSchema, type Identity } from '../models/identity.js';
import { RobotInfoSchema } from '../models/robots.js';
import { call } from '../call.js';
import { isRobot } from '../context.js';
import { ownFields } from '../invalid-input.js';
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
      ).map(({ id, name, avatarUrl, serverId, permissions, active, ...rest }): Identity => ({
        kind: 'robot',
        id,
        displayName: name,
        avatarUrl,
        createdAt: ownFields(rest).createdAt ?? null,
        serverId,
        permissions,
        active,
      }))
    : call(ctx, { name: 'getIdentity', path: '/users/me', response: UserIdentityResponseSchema }, options).map(
        ({ id, avatarUrl, username, ...rest }): Identity => ({
          kind: 'user',
          id,
          // Empty counts as none.
          displayName: ownFields(rest).displayName || username,
          avatarUrl,
          createdAt: ownFields(rest).createdAt ?? null,
          username,
        }),
      );
}
