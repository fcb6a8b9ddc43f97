import type { ServerRoleName } from '../../models/roles.js';
import { defaultRole } from './access.js';
import { ALL_PERMISSIONS, combinePermissions } from './permissions.js';
import { emitRobotEvent, ROBOT_EVENT_TYPES } from './robot-events.js';
import type { DmRow, EventRow, InviteRow, MemberRow, RobotRow, RoleRow, RoomRow, ServerRow, UserRow } from './rows.js';
import { toIso } from './time.js';
import type { World } from './world.js';

// Creating rows. Routes, fixtures and the seed share these.

export type UserToken = `lag_pat_${string}`;
export type RobotToken = `lag_robot_${string}`;

export const createUser = (world: World, fields: Partial<UserRow> & { username: string }): UserRow => {
  const user: UserRow = {
    id: world.random.id(),
    displayName: null,
    avatarUrl: null,
    status: 'online',
    steamId: null,
    createdAt: world.clock.now(),
    isSetUp: false,
    deletesAt: null,
    pushTokens: new Set(),
    ...fields,
  };
  world.users.set(user.id, user);
  return user;
};

/** A server with the default roles, the room General and its owner as a member. */
export const createServer = (
  world: World,
  { id = world.random.id(), name, iconEmoji = null, ownerId }: Pick<ServerRow, 'name' | 'ownerId'> & Partial<ServerRow>,
): ServerRow => {
  const server: ServerRow = {
    id,
    name,
    iconUrl: null,
    iconEmoji,
    ownerId,
    createdAt: world.clock.now(),
    rooms: new Map(),
    members: new Map(),
    roles: new Map(),
    bans: new Map(),
    mutes: new Map(),
    events: new Map(),
    templates: new Map(),
  };
  world.servers.set(server.id, server);
  createRole(world, server, { name: 'Owner', permissions: ALL_PERMISSIONS, sortOrder: 0, rank: 'owner' });
  createRole(world, server, { name: 'Admin', permissions: ALL_PERMISSIONS, sortOrder: 1, rank: 'admin' });
  createRole(world, server, {
    name: 'Member',
    permissions: combinePermissions('CREATE_INVITES'),
    sortOrder: 1000,
    rank: 'member',
  });
  createRoom(world, server, { name: 'General', createdBy: ownerId });
  addMember(world, server, ownerId, 'owner');
  return server;
};

export const createRole = (
  world: World,
  server: ServerRow,
  fields: Pick<RoleRow, 'name' | 'permissions' | 'sortOrder'> & Partial<RoleRow>,
): RoleRow => {
  const role: RoleRow = { id: world.random.id(), color: null, rank: null, createdAt: world.clock.now(), ...fields };
  server.roles.set(role.id, role);
  return role;
};

export const createRoom = (
  world: World,
  server: ServerRow,
  fields: Pick<RoomRow, 'name' | 'createdBy'> & Partial<RoomRow>,
): RoomRow => {
  const room: RoomRow = {
    id: world.random.id(),
    serverId: server.id,
    maxParticipants: null,
    createdAt: world.clock.now(),
    messages: [],
    participants: new Map(),
    ...fields,
  };
  server.rooms.set(room.id, room);
  return room;
};

export const addMember = (
  world: World,
  server: ServerRow,
  userId: string,
  rank: ServerRoleName = 'member',
): MemberRow => {
  const member: MemberRow = { userId, roleId: defaultRole(server, rank).id, joinedAt: world.clock.now() };
  server.members.set(userId, member);
  const username = world.users.get(userId)?.username;
  emitRobotEvent(world, server.id, 'member.join', { userId, username, joinedAt: toIso(member.joinedAt) });
  return member;
};

/** A token in the form of Lag's, marked as one of a sandbox, so that programs can refuse to send it elsewhere. */
export const createUserToken = (
  world: World,
  user: UserRow,
  token: UserToken = `lag_pat_sandbox_${world.secrets.text(32)}`,
): UserToken => {
  world.callers.set(token, { kind: 'user', user });
  return token;
};

export const createRobot = (
  world: World,
  fields: Pick<RobotRow, 'serverId' | 'name' | 'permissions'> & Partial<RobotRow>,
  token: RobotToken = `lag_robot_sandbox${world.secrets.text(1)}_${world.secrets.text(40)}`,
): { row: RobotRow; token: RobotToken } => {
  const row: RobotRow = {
    id: world.random.id(),
    avatarUrl: null,
    events: ROBOT_EVENT_TYPES,
    delivery: { kind: 'poll' },
    active: true,
    createdAt: world.clock.now(),
    requestTimes: [],
    messageTimes: [],
    outbox: [],
    connection: null,
    ...fields,
  };
  world.robots.set(row.id, row);
  world.callers.set(token, { kind: 'robot', robot: row });
  return { row, token };
};

export const createEvent = (
  world: World,
  server: ServerRow,
  fields: Pick<EventRow, 'title' | 'startsAt' | 'createdBy'> & Partial<EventRow>,
): EventRow => {
  const event: EventRow = {
    id: world.random.id(),
    description: null,
    coverImageUrl: null,
    endsAt: null,
    cancelledAt: null,
    voiceRoomId: server.rooms.keys().next().value ?? null,
    shareCode: null,
    externalAccessEnabled: false,
    externalAutoAdmit: false,
    rsvps: new Map(),
    templateId: null,
    createdAt: world.clock.now(),
    guests: new Map(),
    ...fields,
  };
  if (event.externalAccessEnabled) event.shareCode ??= world.random.text(10);
  server.events.set(event.id, event);
  return event;
};

export const createInvite = (
  world: World,
  fields: Pick<InviteRow, 'serverId' | 'createdBy' | 'maxUses' | 'expiresAt'> & Partial<InviteRow>,
): InviteRow => {
  const { random, clock } = world;
  const invite: InviteRow = { id: random.id(), code: random.text(8), uses: 0, createdAt: clock.now(), ...fields };
  world.invites.set(invite.code, invite);
  return invite;
};

/** The conversation of two users, created if there is none yet. */
export const openConversation = (world: World, a: string, b: string): DmRow => {
  const existing = [...world.dms.values()].find(({ userIds }) => userIds.includes(a) && userIds.includes(b));
  if (existing) return existing;
  const dm: DmRow = {
    id: world.random.id(),
    userIds: [a, b],
    createdAt: world.clock.now(),
    messages: [],
    readAt: new Map(),
  };
  world.dms.set(dm.id, dm);
  return dm;
};
