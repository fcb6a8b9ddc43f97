import type * as v from 'valibot';
import type { Context, Hono } from 'hono';
import { enter, enterAsRobot, findMessage, findRoom, inForce } from '../../world/access.js';
import { Permission } from '../../../models/roles.js';
import { asRobot, asUser } from '../auth.js';
import { emit } from '../../world/robot-events.js';
import { noContent, refuse, withBody } from '../requests.js';
import { append, EditSchema, pageOf, remove, SendSchema } from '../../world/messages.js';
import { limitMessages } from '../rate-limit.js';
import { iso, isoOrNull, roomMessageView, senderOf } from '../../views/views.js';
import type { Caller, MessageRow, RoomRow, ServerRow, World } from '../../world/world.js';

const list = '/servers/:serverId/rooms/:roomId/messages';
const one = `${list}/:messageId`;

export const roomMessageRoutes = (api: Hono, world: World): void => {
  const page = (c: Context, server: ServerRow) => {
    const room = findRoom(server, c.req.param('roomId')!);
    return c.json(pageOf(c, room.messages, (message) => roomMessageView(world, server, room, message)));
  };

  const send = (c: Context, server: ServerRow, author: Caller, body: v.InferOutput<typeof SendSchema>) => {
    const room = findRoom(server, c.req.param('roomId')!);
    const message = append(world, room.messages, author, body);
    const sender = senderOf(author);
    emit(world, server.id, 'room.message', {
      roomId: room.id,
      messageId: message.id,
      senderId: sender.id,
      senderName: sender.displayName ?? sender.username,
      content: message.content,
      timestamp: iso(message.createdAt),
    });
    return c.json(roomMessageView(world, server, room, message), 201);
  };

  const edit = (c: Context, server: ServerRow, author: Caller, content: string): [RoomRow, MessageRow] => {
    const [room, message] = find(c, server);
    if (!isBy(message, author)) refuse(403, 'Only who wrote a message can edit it');
    message.content = content;
    message.editedAt = world.clock.now();
    const editedBy = senderOf(author).id;
    emit(world, server.id, 'room.message.edited', { roomId: room.id, messageId: message.id, content, editedBy });
    return [room, message];
  };

  const erase = (server: ServerRow, room: RoomRow, message: MessageRow, by: Caller) => {
    remove(room.messages, message);
    const deletedBy = senderOf(by).id;
    emit(world, server.id, 'room.message.deleted', { roomId: room.id, messageId: message.id, deletedBy });
    return noContent();
  };

  api.get(
    list,
    asUser(world, (c, me) => page(c, enter(world, me, c.req.param('serverId')!).server)),
  );

  api.post(
    list,
    asUser(
      world,
      withBody(SendSchema, (c, me, body) => {
        const { server } = enter(world, me, c.req.param('serverId')!);
        if (inForce(server.mutes, me.id, world.clock.now())) refuse(403, 'You are muted in this server');
        return send(c, server, { kind: 'user', user: me }, body);
      }),
    ),
  );

  api.patch(
    one,
    asUser(
      world,
      withBody(EditSchema, (c, me, { content }) => {
        const { server } = enter(world, me, c.req.param('serverId')!);
        return c.json(roomMessageView(world, server, ...edit(c, server, { kind: 'user', user: me }, content)));
      }),
    ),
  );

  api.delete(
    one,
    asUser(world, (c, me) => {
      const { server, role } = enter(world, me, c.req.param('serverId')!);
      const [room, message] = find(c, server);
      const by: Caller = { kind: 'user', user: me };
      if (!isBy(message, by) && !(role.permissions & Permission.MANAGE_MESSAGES))
        refuse(403, 'You need MANAGE_MESSAGES');
      return erase(server, room, message, by);
    }),
  );

  api.get(
    `/robots/@me${list}`,
    asRobot(world, (c, robot) => page(c, enterAsRobot(world, robot, c.req.param('serverId')!, 'read_messages'))),
  );

  api.post(
    `/robots/@me${list}`,
    asRobot(
      world,
      withBody(SendSchema, (c, robot, body) => {
        const server = enterAsRobot(world, robot, c.req.param('serverId')!, 'send_messages');
        limitMessages(world, robot);
        return send(c, server, { kind: 'robot', robot }, body);
      }),
    ),
  );

  api.patch(
    `/robots/@me${one}`,
    asRobot(
      world,
      withBody(EditSchema, (c, robot, { content }) => {
        const server = enterAsRobot(world, robot, c.req.param('serverId')!, 'send_messages');
        const [room, { id, editedAt }] = edit(c, server, { kind: 'robot', robot }, content);
        return c.json({ id, roomId: room.id, content, editedAt: isoOrNull(editedAt) });
      }),
    ),
  );

  api.delete(
    `/robots/@me${one}`,
    asRobot(world, (c, robot) => {
      const server = enterAsRobot(world, robot, c.req.param('serverId')!, 'send_messages');
      const [room, message] = find(c, server);
      const by: Caller = { kind: 'robot', robot };
      if (!isBy(message, by)) refuse(403, 'A robot deletes only its own messages');
      return erase(server, room, message, by);
    }),
  );
};

const find = (c: Context, server: ServerRow): [RoomRow, MessageRow] => {
  const room = findRoom(server, c.req.param('roomId')!);
  return [room, findMessage(room.messages, c.req.param('messageId')!)];
};

const isBy = (message: MessageRow, author: Caller): boolean => senderOf(message.author).id === senderOf(author).id;
