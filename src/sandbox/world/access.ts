import type { ServerRoleName } from '../../models/roles.js';
import type { RobotPermission } from '../../models/robots.js';
import { hasEveryPermission, hasPermission, type PermissionName } from './permissions.js';
import { refuse } from './refusal.js';
import type {
  DmRow,
  EventRow,
  FriendshipRow,
  ImageRow,
  MemberRow,
  MessageRow,
  ModerationRow,
  RobotRow,
  RoleRow,
  RoomRow,
  ServerRow,
  TemplateRow,
  UserRow,
} from './rows.js';
import type { World } from './world.js';

// Who may do what. Every `require…` throws a `Refusal` where the API answers an error.

/** A user's place in a server. */
export interface Membership {
  readonly server: ServerRow;
  readonly member: MemberRow;
  readonly role: RoleRow;
}

export const requireUser = (world: World, userId: string): UserRow =>
  world.users.get(userId) ?? refuse(404, 'User not found');

export const requireServer = (world: World, serverId: string): ServerRow =>
  world.servers.get(serverId) ?? refuse(404, 'Server not found');

export const requireMembership = (world: World, me: UserRow, serverId: string): Membership => {
  const server = requireServer(world, serverId);
  const member = server.members.get(me.id) ?? refuse(403, 'You are not a member of this server');
  return { server, member, role: roleOf(server, member) };
};

/** The membership of a user who has at least one of the permissions `names`. */
export const requirePermission = (
  world: World,
  me: UserRow,
  serverId: string,
  ...names: PermissionName[]
): Membership => {
  const membership = requireMembership(world, me, serverId);
  if (!names.some((name) => hasPermission(membership.role, name))) refuse(403, `You need ${names.join(' or ')}`);
  return membership;
};

/** The robot's own server, if the robot has the permission. */
export const requireRobotPermission = (
  world: World,
  robot: RobotRow,
  serverId: string,
  permission: RobotPermission,
): ServerRow => {
  const server = requireServer(world, serverId);
  if (robot.serverId !== serverId) refuse(403, 'The robot belongs to another server');
  if (!robot.permissions.includes(permission)) refuse(403, `The robot needs ${permission}`);
  return server;
};

export const roleOf = (server: ServerRow, member: MemberRow): RoleRow =>
  server.roles.get(member.roleId) ?? refuse(500, 'The sandbox lost a role');

/** The default role whose members have that rank. */
export const defaultRole = (server: ServerRow, rank: ServerRoleName): RoleRow =>
  [...server.roles.values()].find((role) => role.rank === rank) ?? refuse(500, 'The sandbox lost a default role');

/** Members of roles made by users rank as `member`. */
export const rankOf = (server: ServerRow, userId: string): ServerRoleName => {
  const member = server.members.get(userId);
  return (member && roleOf(server, member).rank) ?? 'member';
};

/** Nobody may kick, ban, mute or assign a role to themselves or the owner; only the owner may do so to admins. */
export const requireHigherRank = ({ server }: Membership, me: UserRow, userId: string): void => {
  if (userId === me.id) refuse(403, 'You cannot do this to yourself');
  const rank = rankOf(server, userId);
  if (rank === 'owner') refuse(403, 'You cannot do this to the owner');
  if (rank === 'admin' && server.ownerId !== me.id) refuse(403, 'Only the owner can do this to an admin');
};

export const requireOwnPermissions = (role: RoleRow, permissions: number): void => {
  if (!hasEveryPermission(role, permissions)) refuse(403, 'You cannot give permissions that you do not have');
};

export const requireMember = (server: ServerRow, userId: string): MemberRow =>
  server.members.get(userId) ?? refuse(404, 'Member not found');

export const requireRole = (server: ServerRow, roleId: string): RoleRow =>
  server.roles.get(roleId) ?? refuse(404, 'Role not found');

export const requireRoom = (server: ServerRow, roomId: string): RoomRow =>
  server.rooms.get(roomId) ?? refuse(404, 'Room not found');

export const requireTemplate = (server: ServerRow, templateId: string): TemplateRow =>
  server.templates.get(templateId) ?? refuse(404, 'Template not found');

export const requireGuest = (event: EventRow, guestId: string) =>
  event.guests.get(guestId) ?? refuse(404, 'Guest not found');

export const requireImage = (world: World, imageId: string): ImageRow =>
  world.images.get(imageId) ?? refuse(404, 'Image not found');

export const requireMessage = (messages: readonly MessageRow[], messageId: string): MessageRow =>
  messages.findLast((message) => message.id === messageId) ?? refuse(404, 'Message not found');

export const requireDm = (world: World, me: UserRow, conversationId: string): DmRow => {
  const dm = world.dms.get(conversationId) ?? refuse(404, 'Conversation not found');
  if (!dm.userIds.includes(me.id)) refuse(403, 'You are not part of this conversation');
  return dm;
};

export const requireFriend = (world: World, me: UserRow, userId: string, message: string): void => {
  if (findFriendship(world, me.id, userId)?.status !== 'accepted') refuse(403, message);
};

/** Whether a ban or mute is in force. */
export const isInForce = (row: ModerationRow | undefined, now: number): boolean =>
  row !== undefined && (row.expiresAt === null || row.expiresAt > now);

export const findUserByName = (world: World, username: string): UserRow | undefined =>
  [...world.users.values()].find((user) => user.username.toLowerCase() === username.toLowerCase());

/** The friendship or pending request between two users, whoever asked. Blocks do not count. */
export const findFriendship = (world: World, a: string, b: string): FriendshipRow | undefined =>
  [...world.friendships.values()].find((row) => row.status !== 'blocked' && isBetween(row, a, b));

export const isBlocked = (world: World, a: string, b: string): boolean =>
  [...world.friendships.values()].some((row) => row.status === 'blocked' && isBetween(row, a, b));

const isBetween = ({ requesterId, addresseeId }: FriendshipRow, a: string, b: string): boolean =>
  (requesterId === a && addresseeId === b) || (requesterId === b && addresseeId === a);
