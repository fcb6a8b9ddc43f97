import * as v from 'valibot';
import { banView, memberViews, muteView } from '../../views/servers.js';
import {
  isInForce,
  type Membership,
  requireHigherRank,
  requireMember,
  requireMembership,
  requirePermission,
  requireRobotPermission,
  requireUser,
} from '../../world/access.js';
import type { PermissionName } from '../../world/permissions.js';
import { refuse } from '../../world/refusal.js';
import { removeMember } from '../../world/remove.js';
import type { ModerationRow, UserRow } from '../../world/rows.js';
import { MINUTE_MS } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asRobot, asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param, type RouteContext } from '../context.js';
import { integer, textUpTo } from '../fields.js';
import { noContent } from '../responses.js';

const ModerationSchema = v.object({
  reason: v.nullish(textUpTo(500)),
  duration: v.nullish(integer(1, 5_256_000)),
});

export const memberRoutes = (api: Api, world: World): void => {
  api.get(
    '/servers/:serverId/members',
    asUser(world, (c, me) => {
      if (!world.settings.quirks.userLists) refuse(404, 'This route is only for robots');
      return c.json(memberViews(world, requireMembership(world, me, param(c, 'serverId')).server));
    }),
  );

  api.get(
    '/robots/@me/servers/:serverId/members',
    asRobot(world, (c, robot) =>
      c.json(memberViews(world, requireRobotPermission(world, robot, param(c, 'serverId'), 'read_members'))),
    ),
  );

  api.delete(
    '/servers/:serverId/members/:userId',
    asUser(world, (c, me) => {
      const membership = requirePermission(world, me, param(c, 'serverId'), 'KICK_MEMBERS');
      const { userId } = requireMember(membership.server, param(c, 'userId'));
      requireHigherRank(membership, me, userId);
      removeMember(world, membership.server, userId);
      return noContent();
    }),
  );

  moderationRoutes(api, world, {
    list: 'bans',
    noun: 'ban',
    view: banView,
    permission: 'BAN_MEMBERS',
    // Users who are not members can be banned as well.
    requireTarget: (_, userId) => void requireUser(world, userId),
    onAdded: ({ server }, userId) => {
      if (server.members.has(userId)) removeMember(world, server, userId);
    },
  });
  moderationRoutes(api, world, {
    list: 'mutes',
    noun: 'mute',
    view: muteView,
    permission: 'MUTE_MEMBERS',
    requireTarget: ({ server }, userId) => void requireMember(server, userId),
    onAdded: () => {},
  });
};

interface Moderation {
  /** Name of the table, and of the path. */
  readonly list: 'bans' | 'mutes';
  readonly noun: 'ban' | 'mute';
  readonly view: typeof banView | typeof muteView;
  readonly permission: PermissionName;
  readonly requireTarget: (membership: Membership, userId: string) => void;
  readonly onAdded: (membership: Membership, userId: string) => void;
}

/** The routes of bans or of mutes. */
const moderationRoutes = (api: Api, world: World, moderation: Moderation): void => {
  const { list, noun, view, permission, requireTarget, onAdded } = moderation;
  const requireModerator = (c: RouteContext, me: UserRow) =>
    requirePermission(world, me, param(c, 'serverId'), permission);

  api.get(
    `/servers/:serverId/${list}`,
    asUser(world, (c, me) => {
      const { server } = requireModerator(c, me);
      const rows = [...server[list].values()].filter((row) => isInForce(row, world.clock.now()));
      return c.json(rows.map((row) => view(world, server, row)));
    }),
  );

  api.post(
    `/servers/:serverId/${list}/:userId`,
    asUser(
      world,
      withBody(ModerationSchema, (c, me, { reason, duration }) => {
        const membership = requireModerator(c, me);
        const { server } = membership;
        const userId = param(c, 'userId');
        requireTarget(membership, userId);
        requireHigherRank(membership, me, userId);
        const now = world.clock.now();
        if (isInForce(server[list].get(userId), now)) refuse(409, `There is such a ${noun} already`);
        const row: ModerationRow = {
          id: world.random.id(),
          userId,
          by: me.id,
          reason: reason ?? null,
          expiresAt: duration == null ? null : now + duration * MINUTE_MS,
          createdAt: now,
        };
        server[list].set(userId, row);
        onAdded(membership, userId);
        return c.json(view(world, server, row), 201);
      }),
    ),
  );

  api.delete(
    `/servers/:serverId/${list}/:userId`,
    asUser(world, (c, me) => {
      const { server } = requireModerator(c, me);
      const userId = param(c, 'userId');
      if (!isInForce(server[list].get(userId), world.clock.now())) refuse(404, `There is no such ${noun}`);
      server[list].delete(userId);
      return noContent();
    }),
  );
};
