import { Permission, type ServerRoleName } from '../../models/roles.js';
import type { RobotPermission } from '../../models/robots.js';
import { refuse } from '../http/requests.js';
import type {
  EventRow,
  MemberRow,
  MessageRow,
  RobotRow,
  RoleRow,
  RoomRow,
  ServerRow,
  UserRow,
  World,
} from './world.js';

export const allBits = Object.values(Permission).reduce((all, bit) => all | bit, 0);

export type Bit = keyof typeof Permission;

/** Where a user stands in a server. */
export interface Membership {
  server: ServerRow;
  member: MemberRow;
  role: RoleRow;
}

export const findUser = (world: World, userId: string): UserRow =>
  world.users.get(userId) ?? refuse(404, 'User not found');

export const findServer = (world: World, serverId: string): ServerRow =>
  world.servers.get(serverId) ?? refuse(404, 'Server not found');

/** The server, for one of its members; with `needs` only where the member's role has one of these Permission. */
export const enter = (world: World, me: UserRow, serverId: string, ...needs: Bit[]): Membership => {
  const server = findServer(world, serverId);
  const member = server.members.get(me.id) ?? refuse(403, 'You are not a member of this server');
  const role = roleOf(server, member);
  if (needs.length && !needs.some((bit) => role.permissions & Permission[bit]))
    refuse(403, `You need ${needs.join(' or ')}`);
  return { server, member, role };
};

/** The robot's own server, where it holds the permission. */
export const enterAsRobot = (
  world: World,
  robot: RobotRow,
  serverId: string,
  permission: RobotPermission,
): ServerRow => {
  const server = findServer(world, serverId);
  if (robot.serverId !== serverId) refuse(403, 'The robot belongs to another server');
  if (!robot.permissions.includes(permission)) refuse(403, `The robot needs ${permission}`);
  return server;
};

export const roleOf = (server: ServerRow, member: MemberRow): RoleRow => server.roles.get(member.roleId)!;

export const defaultRole = (server: ServerRow, makes: ServerRoleName): RoleRow =>
  [...server.roles.values()].find((role) => role.makes === makes)!;

/** `owner`, `admin` or `member`; a role that somebody made leaves its members `member`. */
export const rankOf = (server: ServerRow, userId: string): ServerRoleName => {
  const member = server.members.get(userId);
  return (member && roleOf(server, member).makes) ?? 'member';
};

/** A member whom `me` may kick, ban, mute or give a role: not the owner, not oneself, an admin only for the owner. */
export const outranked = ({ server }: Membership, me: UserRow, userId: string): void => {
  if (userId === me.id) refuse(403, 'You cannot do this to yourself');
  const rank = rankOf(server, userId);
  if (rank === 'owner') refuse(403, 'You cannot do this to the owner');
  if (rank === 'admin' && server.ownerId !== me.id) refuse(403, 'Only the owner can do this to an admin');
};

export const findMember = (server: ServerRow, userId: string): MemberRow =>
  server.members.get(userId) ?? refuse(404, 'Member not found');

export const findRole = (server: ServerRow, roleId: string): RoleRow =>
  server.roles.get(roleId) ?? refuse(404, 'Role not found');

export const findRoom = (server: ServerRow, roomId: string): RoomRow =>
  server.rooms.get(roomId) ?? refuse(404, 'Room not found');

export const findEvent = (server: ServerRow, eventId: string): EventRow =>
  server.events.get(eventId) ?? refuse(404, 'Event not found');

export const findMessage = (messages: readonly MessageRow[], messageId: string): MessageRow =>
  messages.findLast((message) => message.id === messageId) ?? refuse(404, 'Message not found');

/** Whether a ban or mute of that user is in force; one that is over is forgotten. */
export const inForce = (list: ServerRow['bans'], userId: string, now: number): boolean => {
  const row = list.get(userId);
  if (!row) return false;
  if (row.expiresAt === null || row.expiresAt > now) return true;
  list.delete(userId);
  return false;
};

/** The friendship or request between two users, whoever asked; blocks do not count. */
export const findFriendship = (world: World, a: string, b: string) =>
  [...world.friendships.values()].find((row) => row.status !== 'blocked' && joins(row, a, b));

export const isBlocked = (world: World, a: string, b: string): boolean =>
  [...world.friendships.values()].some((row) => row.status === 'blocked' && joins(row, a, b));

const joins = (row: { requesterId: string; addresseeId: string }, a: string, b: string): boolean =>
  (row.requesterId === a && row.addresseeId === b) || (row.requesterId === b && row.addresseeId === a);
