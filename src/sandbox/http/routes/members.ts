import * as v from 'valibot';
import type { Context, Hono } from 'hono';
import {
  enter,
  enterAsRobot,
  findMember,
  findUser,
  inForce,
  outranked,
  type Bit,
  type Membership,
} from '../../world/access.js';
import { asRobot, asUser } from '../auth.js';
import { noContent, refuse, withBody } from '../requests.js';
import { dropMember } from '../../world/make.js';
import { whole } from '../schemas.js';
import { banView, memberViews, muteView } from '../../views/views.js';
import type { ModerationRow, UserRow, World } from '../../world/world.js';

const ModerationSchema = v.object({
  reason: v.nullish(v.pipe(v.string(), v.maxLength(500, 'must be at most 500 characters long'))),
  duration: v.nullish(whole(1, 5_256_000)),
});

export const memberRoutes = (api: Hono, world: World): void => {
  api.get(
    '/servers/:serverId/members',
    asUser(world, (c, me) => c.json(memberViews(world, enter(world, me, c.req.param('serverId')!).server))),
  );

  api.get(
    '/robots/@me/servers/:serverId/members',
    asRobot(world, (c, robot) =>
      c.json(memberViews(world, enterAsRobot(world, robot, c.req.param('serverId')!, 'read_members'))),
    ),
  );

  api.delete(
    '/servers/:serverId/members/:userId',
    asUser(world, (c, me) => {
      const membership = enter(world, me, c.req.param('serverId')!, 'KICK_MEMBERS');
      const { userId } = findMember(membership.server, c.req.param('userId')!);
      outranked(membership, me, userId);
      dropMember(world, membership.server, userId);
      return noContent();
    }),
  );

  moderation(api, world, {
    path: 'bans',
    list: 'bans',
    view: banView,
    needs: 'BAN_MEMBERS',
    // One who is not a member can be kept out as well.
    target: (_, userId) => void findUser(world, userId),
    after: ({ server }, userId) => server.members.has(userId) && dropMember(world, server, userId),
  });
  moderation(api, world, {
    path: 'mutes',
    list: 'mutes',
    view: muteView,
    needs: 'MUTE_MEMBERS',
    target: ({ server }, userId) => void findMember(server, userId),
  });
};

interface Moderation {
  path: string;
  list: 'bans' | 'mutes';
  view: typeof banView | typeof muteView;
  needs: Bit;
  target: (membership: Membership, userId: string) => void;
  after?: (membership: Membership, userId: string) => void;
}

/** Bans and mutes, which differ in little. */
const moderation = (api: Hono, world: World, { path, list, view, needs, target, after }: Moderation): void => {
  const come = (c: Context, me: UserRow) => enter(world, me, c.req.param('serverId')!, needs);

  api.get(
    `/servers/:serverId/${path}`,
    asUser(world, (c, me) => {
      const { server } = come(c, me);
      const now = world.clock.now();
      return c.json(
        [...server[list].values()]
          .filter((row) => inForce(server[list], row.userId, now))
          .map((row) => view(world, server, row)),
      );
    }),
  );

  api.post(
    `/servers/:serverId/${path}/:userId`,
    asUser(
      world,
      withBody(ModerationSchema, (c, me, { reason, duration }) => {
        const membership = come(c, me);
        const { server } = membership;
        const userId = c.req.param('userId')!;
        target(membership, userId);
        outranked(membership, me, userId);
        const now = world.clock.now();
        if (inForce(server[list], userId, now)) refuse(409, `There is such a ${path.slice(0, -1)} already`);
        const row: ModerationRow = {
          id: world.random.id(),
          userId,
          by: me.id,
          reason: reason ?? null,
          expiresAt: duration == null ? null : now + duration * 60_000,
          createdAt: now,
        };
        server[list].set(userId, row);
        after?.(membership, userId);
        return c.json(view(world, server, row), 201);
      }),
    ),
  );

  api.delete(
    `/servers/:serverId/${path}/:userId`,
    asUser(world, (c, me) => {
      const { server } = come(c, me);
      const userId = c.req.param('userId')!;
      if (!inForce(server[list], userId, world.clock.now())) refuse(404, `There is no such ${path.slice(0, -1)}`);
      server[list].delete(userId);
      return noContent();
    }),
  );
};
