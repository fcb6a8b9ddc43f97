import * as v from 'valibot';
import type { Hono } from 'hono';
import { enter } from '../../world/access.js';
import { asUser } from '../auth.js';
import { withBase64Image } from '../base64-image.js';
import { emit } from '../../world/robot-events.js';
import { noContent, refuse, withBody } from '../requests.js';
import { dropMember, dropServer, makeServer } from '../../world/make.js';
import { given, text, urlText } from '../schemas.js';
import { cdn, serverDetailsView, serverView } from '../../views/views.js';
import type { World } from '../../world/world.js';

const CreateSchema = v.object({ name: text(1, 100), iconEmoji: v.nullish(text(1, 32)) });
const UpdateSchema = v.object({
  name: v.optional(text(1, 100)),
  iconUrl: v.optional(v.nullable(urlText)),
  iconEmoji: v.optional(v.nullable(text(1, 32))),
});

export const serverRoutes = (api: Hono, world: World): void => {
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
        return c.json(serverView(makeServer(world, { name, iconEmoji: iconEmoji ?? null, ownerId: me.id })), 201);
      }),
    ),
  );

  api.get(
    '/servers/:serverId',
    asUser(world, (c, me) => c.json(serverDetailsView(world, enter(world, me, c.req.param('serverId')!).server, me))),
  );

  api.patch(
    '/servers/:serverId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_SERVER');
        const changes = given(body);
        Object.assign(server, changes);
        emit(world, server.id, 'server.updated', { changes, updatedBy: me.id });
        return c.json(serverView(server));
      }),
    ),
  );

  api.post(
    '/servers/:serverId/icon',
    asUser(
      world,
      withBase64Image((c, me) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_SERVER');
        const iconUrl = `${cdn}/icons/${world.random.id()}`;
        server.iconUrl = iconUrl;
        emit(world, server.id, 'server.updated', { changes: { iconUrl }, updatedBy: me.id });
        return c.json({ iconUrl });
      }),
    ),
  );

  api.delete(
    '/servers/:serverId',
    asUser(world, (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!);
      if (server.ownerId !== me.id) refuse(403, 'Only the owner can delete a server');
      dropServer(world, server);
      return noContent();
    }),
  );

  api.delete(
    '/servers/:serverId/leave',
    asUser(world, (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!);
      if (server.ownerId === me.id) refuse(403, 'The owner cannot leave');
      dropMember(world, server, me.id);
      return noContent();
    }),
  );
};
