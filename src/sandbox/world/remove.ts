import { emitRobotEvent } from './robot-events.js';
import type { MessageRow, RoomRow, ServerRow, UserRow } from './rows.js';
import { SECOND_MS } from './time.js';
import type { World } from './world.js';

// Removing rows, with what belongs to them. Routes, fixtures and timers share these.

/** Removes a user from a server, its voice rooms and its events. */
export const removeMember = (world: World, server: ServerRow, userId: string): void => {
  for (const room of server.rooms.values()) removeParticipant(world, server, room, userId);
  server.members.delete(userId);
  for (const event of server.events.values()) event.rsvps.delete(userId);
  emitRobotEvent(world, server.id, 'member.leave', { userId, username: world.users.get(userId)?.username });
};

/** Removes a user from a voice room. */
export const removeParticipant = (world: World, server: ServerRow, room: RoomRow, userId: string): void => {
  const joinedAt = room.participants.get(userId);
  if (joinedAt === undefined) return;
  room.participants.delete(userId);
  const durationSeconds = Math.floor((world.clock.now() - joinedAt) / SECOND_MS);
  const username = world.users.get(userId)?.username;
  emitRobotEvent(world, server.id, 'voice.leave', { roomId: room.id, userId, username, durationSeconds });
};

/** Removes an account with its friendships, conversations, memberships and servers. Its messages in rooms stay. */
export const removeUser = (world: World, user: UserRow): void => {
  world.users.delete(user.id);
  for (const [token, caller] of world.callers)
    if (caller.kind === 'user' && caller.user === user) world.callers.delete(token);
  for (const { id, requesterId, addresseeId } of world.friendships.values())
    if (requesterId === user.id || addresseeId === user.id) world.friendships.delete(id);
  for (const { id, userIds } of world.dms.values()) if (userIds.includes(user.id)) world.dms.delete(id);
  for (const server of world.servers.values()) {
    if (server.ownerId === user.id) removeServer(world, server);
    else if (server.members.has(user.id)) removeMember(world, server, user.id);
  }
};

/** Removes a server with its invites and robots, whose keys stop working. */
export const removeServer = (world: World, server: ServerRow): void => {
  world.servers.delete(server.id);
  for (const invite of world.invites.values()) if (invite.serverId === server.id) world.invites.delete(invite.code);
  for (const robot of world.robots.values()) {
    if (robot.serverId !== server.id) continue;
    world.robots.delete(robot.id);
    robot.connection?.end();
  }
  for (const [token, caller] of world.callers)
    if (caller.kind === 'robot' && caller.robot.serverId === server.id) world.callers.delete(token);
};

export const removeMessage = (messages: MessageRow[], message: MessageRow): void => {
  message.deleted = true;
  messages.splice(messages.indexOf(message), 1);
};
