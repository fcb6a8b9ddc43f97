import * as v from 'valibot';
import { inviteView, serverView } from '../../views/servers.js';
import {
  isInForce,
  rankOf,
  requireFriend,
  requireMembership,
  requirePermission,
  requireServer,
  requireUser,
} from '../../world/access.js';
import { addMember, createInvite, openConversation } from '../../world/create.js';
import { addMessage } from '../../world/messages.js';
import { hasPermission } from '../../world/permissions.js';
import { refuse } from '../../world/refusal.js';
import type { InviteRow, ServerRow } from '../../world/rows.js';
import { HOUR_MS } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param } from '../context.js';
import { integer } from '../fields.js';
import { noContent } from '../responses.js';

const CreateSchema = v.object({
  maxUses: v.nullish(integer(1, 1000)),
  expiresInHours: v.nullish(
    v.pipe(v.number(), v.gtValue(0, 'must be more than 0'), v.maxValue(8760, 'must be at most a year')),
  ),
});
const FriendSchema = v.object({ userId: v.string() });

const MEMBER_LIMIT = 100;

export const inviteRoutes = (api: Api, world: World): void => {
  /** Whether the invite can still be used. */
  const isActive = ({ maxUses, uses, expiresAt }: InviteRow): boolean =>
    (maxUses === null || uses < maxUses) && (expiresAt === null || expiresAt > world.clock.now());

  api.get(
    '/servers/:serverId/invites',
    asUser(world, (c, me) => {
      const { server } = requireMembership(world, me, param(c, 'serverId'));
      if (rankOf(server, me.id) === 'member') refuse(403, 'Only the owner and admins can list invites');
      const invites = [...world.invites.values()].filter((invite) => invite.serverId === server.id && isActive(invite));
      return c.json(invites.map(inviteView));
    }),
  );

  api.post(
    '/servers/:serverId/invites',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { maxUses, expiresInHours }) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'CREATE_INVITES');
        const expiresAt = expiresInHours == null ? null : world.clock.now() + Math.round(expiresInHours * HOUR_MS);
        const invite = createInvite(world, {
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
      const { server, role } = requireMembership(world, me, param(c, 'serverId'));
      const invite = [...world.invites.values()].find(
        ({ id, serverId }) => id === param(c, 'inviteId') && serverId === server.id,
      );
      if (!invite) return refuse(404, 'Invite not found');
      if (invite.createdBy !== me.id && !hasPermission(role, 'MANAGE_SERVER')) refuse(403, 'You need MANAGE_SERVER');
      world.invites.delete(invite.code);
      return noContent();
    }),
  );

  api.get('/servers/invite/:code', (c) => {
    const invite = world.invites.get(param(c, 'code')) ?? refuse(404, 'Invite not found');
    const server = requireServer(world, invite.serverId);
    return c.json({
      serverName: server.name,
      serverIconUrl: server.iconUrl,
      serverIconEmoji: server.iconEmoji,
      memberCount: server.members.size,
      memberLimit: MEMBER_LIMIT,
      isFull: isFull(server),
      valid: isActive(invite),
    });
  });

  api.post(
    '/servers/join/:code',
    asUser(world, (c, me) => {
      const invite = world.invites.get(param(c, 'code')) ?? refuse(404, 'Invite not found');
      const server = requireServer(world, invite.serverId);
      if (server.members.has(me.id)) refuse(409, 'You are a member already');
      if (isInForce(server.bans.get(me.id), world.clock.now())) refuse(403, 'You are banned from this server');
      if (!isActive(invite)) refuse(404, 'The invite has expired or is used up');
      if (isFull(server)) refuse(409, 'The server is full');
      invite.uses += 1;
      addMember(world, server, me.id);
      return c.json(serverView(server));
    }),
  );

  api.post(
    '/servers/:serverId/invite-friend',
    asUser(
      world,
      withBody(FriendSchema, (c, me, { userId }) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'CREATE_INVITES');
        requireUser(world, userId);
        requireFriend(world, me, userId, 'You can invite only friends');
        if (server.members.has(userId)) refuse(409, 'Your friend is a member already');
        const { code } = createInvite(world, { serverId: server.id, createdBy: me.id, maxUses: 1, expiresAt: null });
        const content = `Join me in ${server.name}: ${code}`;
        addMessage(world, openConversation(world, me.id, userId).messages, { kind: 'user', user: me }, { content });
        return c.json({ sent: true });
      }),
    ),
  );
};

const isFull = (server: ServerRow): boolean => server.members.size >= MEMBER_LIMIT;
