import type { DmConversation, DmMessage } from '../../models/dms.js';
import type { ReplyTo } from '../../models/messages.js';
import type { Mention, RoomMessage } from '../../models/room-messages.js';
import { requireUser } from '../world/access.js';
import { senderOf } from '../world/messages.js';
import type { DmRow, MessageRow, RoomRow, ServerRow, UserRow } from '../world/rows.js';
import { toIso, toIsoOrNull } from '../world/time.js';
import type { World } from '../world/world.js';
import { messageImageView } from './images.js';
import { namesOf, userView } from './users.js';

export const roomMessageView = (world: World, server: ServerRow, room: RoomRow, message: MessageRow): RoomMessage => {
  const isBot = message.author.kind === 'robot';
  const sender = senderOf(message.author);
  return {
    id: message.id,
    roomId: room.id,
    userId: isBot ? robotUserId(world) : sender.id,
    username: sender.username,
    displayName: sender.displayName,
    avatarUrl: sender.avatarUrl,
    content: message.content,
    createdAt: toIso(message.createdAt),
    editedAt: toIsoOrNull(message.editedAt),
    robotId: isBot ? sender.id : null,
    robotName: isBot ? sender.username : null,
    robotAvatarUrl: isBot ? sender.avatarUrl : null,
    isBot,
    replyTo: replyView(message.replyTo),
    mentions: mentionsOf(world, server, message.content),
    image: messageImageView(world, message.image),
  };
};

export const dmMessageView = (world: World, dm: DmRow, message: MessageRow): DmMessage => {
  const sender = senderOf(message.author);
  return {
    id: message.id,
    conversationId: dm.id,
    userId: sender.id,
    username: sender.username,
    displayName: sender.displayName,
    avatarUrl: sender.avatarUrl,
    content: message.content,
    createdAt: toIso(message.createdAt),
    editedAt: toIsoOrNull(message.editedAt),
    replyTo: replyView(message.replyTo),
    image: messageImageView(world, message.image),
  };
};

export const dmView = (world: World, dm: DmRow, me: UserRow): DmConversation => {
  const otherId = otherIn(dm, me);
  const last = dm.messages.at(-1);
  const readAt = dm.readAt.get(me.id) ?? 0;
  return {
    id: dm.id,
    otherUser: userView(requireUser(world, otherId)),
    lastMessage: last ? dmMessageView(world, dm, last) : null,
    createdAt: toIso(dm.createdAt),
    unreadCount: dm.messages.filter((message) => message.createdAt > readAt && senderOf(message.author).id === otherId)
      .length,
  };
};

/** What stands for the user of a robot's message. */
const robotUserId = (world: World): string | null => (world.settings.quirks.robotUserId === 'empty' ? '' : null);

/** The other user of a conversation. */
export const otherIn = (dm: DmRow, me: UserRow): string => (dm.userIds[0] === me.id ? dm.userIds[1] : dm.userIds[0]);

const replyView = (message: MessageRow | null): ReplyTo | null => {
  if (!message || message.deleted) return null;
  const isBot = message.author.kind === 'robot';
  const sender = senderOf(message.author);
  return {
    id: message.id,
    userId: isBot ? '' : sender.id,
    username: sender.username,
    displayName: sender.displayName,
    content: message.content,
    robotId: isBot ? sender.id : null,
    robotName: isBot ? sender.username : null,
    isBot,
  };
};

/** The members and robots whose `@username` or `@Name` is in the content. */
const mentionsOf = (world: World, server: ServerRow, content: string): Mention[] => {
  if (!content.includes('@')) return [];
  const named = new Set(Array.from(content.matchAll(/@([\w.-]+)/g), ([, name = '']) => name.toLowerCase()));
  const users = [...server.members.keys()].map((userId) => namesOf(world, userId));
  const robots = [...world.robots.values()].filter((robot) => robot.serverId === server.id);
  return [
    ...users
      .filter((user) => named.has(user.username.toLowerCase()))
      .map(({ id, username }) => ({ type: 'user', id, name: username })),
    ...robots
      .filter((robot) => named.has(robot.name.toLowerCase()))
      .map(({ id, name }) => ({ type: 'robot', id, name })),
  ];
};
