import * as v from 'valibot';
import { roomView, roomViews } from '../../views/servers.js';
import { requireMembership, requirePermission, requireRobotPermission, requireRoom } from '../../world/access.js';
import { createRoom } from '../../world/create.js';
import { refuse } from '../../world/refusal.js';
import { emitRobotEvent } from '../../world/robot-events.js';
import type { World } from '../../world/world.js';
import { asRobot, asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param } from '../context.js';
import { definedFields, integer, text } from '../fields.js';
import { noContent } from '../responses.js';

const CreateSchema = v.object({ name: text(1, 100), maxParticipants: v.nullish(integer(1, 1000)) });
const UpdateSchema = v.object({
  name: v.optional(text(1, 100)),
  maxParticipants: v.optional(v.nullable(integer(1, 1000))),
});

export const roomRoutes = (api: Api, world: World): void => {
  api.get(
    '/servers/:serverId/rooms',
    asUser(world, (c, me) => {
      if (!world.settings.quirks.userLists) refuse(404, 'This route is only for robots');
      return c.json(roomViews(world, requireMembership(world, me, param(c, 'serverId')).server));
    }),
  );

  api.get(
    '/robots/@me/servers/:serverId/rooms',
    asRobot(world, (c, robot) =>
      c.json(roomViews(world, requireRobotPermission(world, robot, param(c, 'serverId'), 'read_rooms'))),
    ),
  );

  api.post(
    '/servers/:serverId/rooms',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { name, maxParticipants }) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_ROOMS');
        const room = createRoom(world, server, { name, maxParticipants: maxParticipants ?? null, createdBy: me.id });
        emitRobotEvent(world, server.id, 'room.created', { roomId: room.id, name, createdBy: me.id });
        return c.json(roomView(world, server, room), 201);
      }),
    ),
  );

  api.patch(
    '/servers/:serverId/rooms/:roomId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_ROOMS');
        const room = requireRoom(server, param(c, 'roomId'));
        Object.assign(room, definedFields(body));
        return c.json(roomView(world, server, room));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/rooms/:roomId',
    asUser(world, (c, me) => {
      const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_ROOMS');
      const room = requireRoom(server, param(c, 'roomId'));
      server.rooms.delete(room.id);
      emitRobotEvent(world, server.id, 'room.deleted', { roomId: room.id, name: room.name });
      return noContent();
    }),
  );
};
