import * as v from 'valibot';
import type { Hono } from 'hono';
import { enter, findFriendship, findServer, findUser, inForce } from '../../world/access.js';
import { Permission } from '../../../models/roles.js';
import { asUser } from '../auth.js';
import { noContent, refuse, withBody } from '../requests.js';
import { makeInvite, makeMember, openDm } from '../../world/make.js';
import { append } from '../../world/messages.js';
import { whole } from '../schemas.js';
import { inviteView, serverView } from '../../views/views.js';
import type { InviteRow, ServerRow, World } from '../../world/world.js';

const CreateSchema = v.object({
  maxUses: v.nullish(whole(1, 1000)),
  expiresInHours: v.nullish(
    v.pipe(v.number(), v.gtValue(0, 'must be more than 0'), v.maxValue(8760, 'must be at most a year')),
  ),
});
const FriendSchema = v.object({ userId: v.string() });

const memberLimit = 100;

export const inviteRoutes = (api: Hono, world: World): void => {
  const isValid = ({ maxUses, uses, expiresAt }: InviteRow): boolean =>
    (maxUses === null || uses < maxUses) && (expiresAt === null || expiresAt > world.clock.now());

  api.get(
    '/servers/:serverId/invites',
    asUser(world, (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!, 'CREATE_INVITES', 'MANAGE_SERVER');
      return c.json([...world.invites.values()].filter((invite) => invite.serverId === server.id).map(inviteView));
    }),
  );

  api.post(
    '/servers/:serverId/invites',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { maxUses, expiresInHours }) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'CREATE_INVITES');
        const expiresAt = expiresInHours == null ? null : world.clock.now() + Math.round(expiresInHours * 3_600_000);
        const invite = makeInvite(world, {
          serverId: server.id,
          createdBy: me.id,
          maxUses: maxUses ?? null,
          expiresAt,
        });
        return c.json(inviteView(invite), 201);
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/invites/:inviteId',
    asUser(world, (c, me) => {
      const { server, role } = enter(world, me, c.req.param('serverId')!);
      const invite = [...world.invites.values()].find(
        ({ id, serverId }) => id === c.req.param('inviteId') && serverId === server.id,
      );
      if (!invite) return refuse(404, 'Invite not found');
      if (invite.createdBy !== me.id && !(role.permissions & Permission.MANAGE_SERVER))
        refuse(403, 'You need MANAGE_SERVER');
      world.invites.delete(invite.code);
      return noContent();
    }),
  );

  api.get('/servers/invite/:code', (c) => {
    const invite = world.invites.get(c.req.param('code')) ?? refuse(404, 'Invite not found');
    const server = findServer(world, invite.serverId);
    return c.json({
      serverName: server.name,
      serverIconUrl: server.iconUrl,
      serverIconEmoji: server.iconEmoji,
      memberCount: server.members.size,
      memberLimit,
      isFull: isFull(server),
      valid: isValid(invite),
    });
  });

  api.post(
    '/servers/join/:code',
    asUser(world, (c, me) => {
      const invite = world.invites.get(c.req.param('code')!) ?? refuse(404, 'Invite not found');
      const server = findServer(world, invite.serverId);
      if (server.members.has(me.id)) refuse(409, 'You are a member already');
      if (inForce(server.bans, me.id, world.clock.now())) refuse(403, 'You are banned from this server');
      if (!isValid(invite)) refuse(404, 'The invite has expired or is used up');
      if (isFull(server)) refuse(409, 'The server is full');
      invite.uses += 1;
      makeMember(world, server, me.id);
      return c.json(serverView(server));
    }),
  );

  api.post(
    '/servers/:serverId/invite-friend',
    asUser(
      world,
      withBody(FriendSchema, (c, me, { userId }) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'CREATE_INVITES');
        findUser(world, userId);
        if (findFriendship(world, me.id, userId)?.status !== 'accepted') refuse(403, 'You can invite only friends');
        if (server.members.has(userId)) refuse(409, 'Your friend is a member already');
        const { code } = makeInvite(world, { serverId: server.id, createdBy: me.id, maxUses: 1, expiresAt: null });
        const content = `Join me in ${server.name}: ${code}`;
        append(world, openDm(world, me.id, userId).messages, { kind: 'user', user: me }, { content });
        return c.json({ sent: true });
      }),
    ),
  );
};

const isFull = (server: ServerRow): boolean => server.members.size >= memberLimit;
