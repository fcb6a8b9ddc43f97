import * as v from 'valibot';
import type { Hono } from 'hono';
import { enter, enterAsRobot, findRoom } from '../../world/access.js';
import { asRobot, asUser } from '../auth.js';
import { emit } from '../../world/robot-events.js';
import { noContent, withBody } from '../requests.js';
import { makeRoom } from '../../world/make.js';
import { given, text, whole } from '../schemas.js';
import { roomView, roomViews } from '../../views/views.js';
import type { World } from '../../world/world.js';

const CreateSchema = v.object({ name: text(1, 100), maxParticipants: v.nullish(whole(1, 1000)) });
const UpdateSchema = v.object({
  name: v.optional(text(1, 100)),
  maxParticipants: v.optional(v.nullable(whole(1, 1000))),
});

export const roomRoutes = (api: Hono, world: World): void => {
  api.get(
    '/servers/:serverId/rooms',
    asUser(world, (c, me) => c.json(roomViews(world, enter(world, me, c.req.param('serverId')!).server))),
  );

  api.get(
    '/robots/@me/servers/:serverId/rooms',
    asRobot(world, (c, robot) =>
      c.json(roomViews(world, enterAsRobot(world, robot, c.req.param('serverId')!, 'read_rooms'))),
    ),
  );

  api.post(
    '/servers/:serverId/rooms',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { name, maxParticipants }) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_ROOMS');
        const room = makeRoom(world, server, { name, maxParticipants: maxParticipants ?? null, createdBy: me.id });
        emit(world, server.id, 'room.created', { roomId: room.id, name, createdBy: me.id });
        return c.json(roomView(world, server, room), 201);
      }),
    ),
  );

  api.patch(
    '/servers/:serverId/rooms/:roomId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_ROOMS');
        const room = findRoom(server, c.req.param('roomId')!);
        Object.assign(room, given(body));
        return c.json(roomView(world, server, room));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/rooms/:roomId',
    asUser(world, (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_ROOMS');
      const room = findRoom(server, c.req.param('roomId')!);
      server.rooms.delete(room.id);
      emit(world, server.id, 'room.deleted', { roomId: room.id, name: room.name });
      return noContent();
    }),
  );
};
