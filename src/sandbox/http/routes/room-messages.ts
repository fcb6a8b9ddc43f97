import { roomMessageView } from '../../views/messages.js';
import {
  isInForce,
  requireMembership,
  requireMessage,
  requireRobotPermission,
  requireRoom,
} from '../../world/access.js';
import { addMessage, type Draft, editMessage, isWrittenBy, senderOf } from '../../world/messages.js';
import { hasPermission } from '../../world/permissions.js';
import { requireMessageAllowance } from '../../world/rate-limit.js';
import { refuse } from '../../world/refusal.js';
import { removeMessage } from '../../world/remove.js';
import { emitRobotEvent } from '../../world/robot-events.js';
import type { Caller, MessageRow, RoomRow, ServerRow } from '../../world/rows.js';
import { toIso, toIsoOrNull } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asRobot, asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param, type RouteContext } from '../context.js';
import { EditSchema, readPage, SendSchema } from '../message-pages.js';
import { noContent } from '../responses.js';

const MESSAGES_PATH = '/servers/:serverId/rooms/:roomId/messages';
const MESSAGE_PATH = `${MESSAGES_PATH}/:messageId`;

export const roomMessageRoutes = (api: Api, world: World): void => {
  const listMessages = (c: RouteContext, server: ServerRow) => {
    const room = requireRoom(server, param(c, 'roomId'));
    return c.json(readPage(world, c, room.messages, (message) => roomMessageView(world, server, room, message)));
  };

  const sendMessage = (c: RouteContext, server: ServerRow, author: Caller, draft: Draft) => {
    const room = requireRoom(server, param(c, 'roomId'));
    const message = addMessage(world, room.messages, author, draft);
    const sender = senderOf(author);
    const data = {
      roomId: room.id,
      messageId: message.id,
      senderId: sender.id,
      senderName: sender.displayName ?? sender.username,
      content: message.content,
      timestamp: toIso(message.createdAt),
    };
    emitRobotEvent(world, server.id, 'room.message', data, author);
    return c.json(roomMessageView(world, server, room, message), 201);
  };

  const editOwnMessage = (c: RouteContext, server: ServerRow, author: Caller, content: string) => {
    const { room, message } = requireRoomMessage(c, server);
    if (!isWrittenBy(message, author)) refuse(403, 'You can edit only your own messages');
    editMessage(world, message, content);
    const editedBy = senderOf(author).id;
    const data = { roomId: room.id, messageId: message.id, content, editedBy };
    emitRobotEvent(world, server.id, 'room.message.edited', data, author);
    return { room, message };
  };

  const deleteMessage = (server: ServerRow, room: RoomRow, message: MessageRow, by: Caller) => {
    removeMessage(room.messages, message);
    const data = { roomId: room.id, messageId: message.id, deletedBy: senderOf(by).id };
    emitRobotEvent(world, server.id, 'room.message.deleted', data, by);
    return noContent();
  };

  api.get(
    MESSAGES_PATH,
    asUser(world, (c, me) => listMessages(c, requireMembership(world, me, param(c, 'serverId')).server)),
  );

  api.post(
    MESSAGES_PATH,
    asUser(
      world,
      withBody(SendSchema, (c, me, body) => {
        const { server } = requireMembership(world, me, param(c, 'serverId'));
        if (isInForce(server.mutes.get(me.id), world.clock.now())) refuse(403, 'You are muted in this server');
        return sendMessage(c, server, { kind: 'user', user: me }, body);
      }),
    ),
  );

  api.patch(
    MESSAGE_PATH,
    asUser(
      world,
      withBody(EditSchema, (c, me, { content }) => {
        const { server } = requireMembership(world, me, param(c, 'serverId'));
        const { room, message } = editOwnMessage(c, server, { kind: 'user', user: me }, content);
        return c.json(roomMessageView(world, server, room, message));
      }),
    ),
  );

  api.delete(
    MESSAGE_PATH,
    asUser(world, (c, me) => {
      const { server, role } = requireMembership(world, me, param(c, 'serverId'));
      const { room, message } = requireRoomMessage(c, server);
      const by: Caller = { kind: 'user', user: me };
      if (!isWrittenBy(message, by) && !hasPermission(role, 'MANAGE_MESSAGES')) refuse(403, 'You need MANAGE_MESSAGES');
      return deleteMessage(server, room, message, by);
    }),
  );

  api.get(
    `/robots/@me${MESSAGES_PATH}`,
    asRobot(world, (c, robot) =>
      listMessages(c, requireRobotPermission(world, robot, param(c, 'serverId'), 'read_messages')),
    ),
  );

  api.post(
    `/robots/@me${MESSAGES_PATH}`,
    asRobot(
      world,
      withBody(SendSchema, (c, robot, body) => {
        const server = requireRobotPermission(world, robot, param(c, 'serverId'), 'send_messages');
        requireMessageAllowance(world, robot);
        return sendMessage(c, server, { kind: 'robot', robot }, body);
      }),
    ),
  );

  api.patch(
    `/robots/@me${MESSAGE_PATH}`,
    asRobot(
      world,
      withBody(EditSchema, (c, robot, { content }) => {
        const server = requireRobotPermission(world, robot, param(c, 'serverId'), 'send_messages');
        const { room, message } = editOwnMessage(c, server, { kind: 'robot', robot }, content);
        return c.json({ id: message.id, roomId: room.id, content, editedAt: toIsoOrNull(message.editedAt) });
      }),
    ),
  );

  api.delete(
    `/robots/@me${MESSAGE_PATH}`,
    asRobot(world, (c, robot) => {
      const server = requireRobotPermission(world, robot, param(c, 'serverId'), 'send_messages');
      const { room, message } = requireRoomMessage(c, server);
      const by: Caller = { kind: 'robot', robot };
      if (!isWrittenBy(message, by)) refuse(403, 'A robot can delete only its own messages');
      return deleteMessage(server, room, message, by);
    }),
  );
};

const requireRoomMessage = (c: RouteContext, server: ServerRow) => {
  const room = requireRoom(server, param(c, 'roomId'));
  return { room, message: requireMessage(room.messages, param(c, 'messageId')) };
};
