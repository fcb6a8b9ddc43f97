import * as v from 'valibot';
import { CDN_URL } from '../../views/images.js';
import { serverDetailsView, serverView } from '../../views/servers.js';
import { requireMembership, requirePermission } from '../../world/access.js';
import { createServer } from '../../world/create.js';
import { refuse } from '../../world/refusal.js';
import { removeMember, removeServer } from '../../world/remove.js';
import { emitRobotEvent } from '../../world/robot-events.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBase64Image } from '../base64-image.js';
import { withBody } from '../body.js';
import { type Api, param } from '../context.js';
import { definedFields, text, url } from '../fields.js';
import { noContent } from '../responses.js';

const CreateSchema = v.object({ name: text(1, 100), iconEmoji: v.nullish(text(1, 32)) });
const UpdateSchema = v.object({
  name: v.optional(text(1, 100)),
  iconUrl: v.optional(v.nullable(url)),
  iconEmoji: v.optional(v.nullable(text(1, 32))),
});

export const serverRoutes = (api: Api, world: World): void => {
  api.get(
    '/servers/me',
    asUser(world, (c, me) =>
      c.json([...world.servers.values()].filter((server) => server.members.has(me.id)).map(serverView)),
    ),
  );

  api.post(
    '/servers',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { name, iconEmoji }) => {
        if ([...world.servers.values()].some((server) => server.ownerId === me.id))
          refuse(403, 'Free accounts own at most 1 server');
        return c.json(serverView(createServer(world, { name, iconEmoji: iconEmoji ?? null, ownerId: me.id })), 201);
      }),
    ),
  );

  api.get(
    '/servers/:serverId',
    asUser(world, (c, me) =>
      c.json(serverDetailsView(world, requireMembership(world, me, param(c, 'serverId')).server, me)),
    ),
  );

  api.patch(
    '/servers/:serverId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_SERVER');
        const changes = definedFields(body);
        Object.assign(server, changes);
        emitRobotEvent(world, server.id, 'server.updated', { changes, updatedBy: me.id });
        return c.json(serverView(server));
      }),
    ),
  );

  api.post(
    '/servers/:serverId/icon',
    asUser(
      world,
      withBase64Image((c, me) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_SERVER');
        const iconUrl = `${CDN_URL}/icons/${world.random.id()}`;
        server.iconUrl = iconUrl;
        emitRobotEvent(world, server.id, 'server.updated', { changes: { iconUrl }, updatedBy: me.id });
        return c.json({ iconUrl });
      }),
    ),
  );

  api.delete(
    '/servers/:serverId',
    asUser(world, (c, me) => {
      const { server } = requireMembership(world, me, param(c, 'serverId'));
      if (server.ownerId !== me.id) refuse(403, 'Only the owner can delete a server');
      removeServer(world, server);
      return noContent();
    }),
  );

  api.delete(
    '/servers/:serverId/leave',
    asUser(world, (c, me) => {
      const { server } = requireMembership(world, me, param(c, 'serverId'));
      if (server.ownerId === me.id) refuse(403, 'The owner cannot leave');
      removeMember(world, server, me.id);
      return noContent();
    }),
  );
};
