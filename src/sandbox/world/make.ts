import { type ServerRoleName, Permission } from '../../models/roles.js';
import { allBits, defaultRole } from './access.js';
import { emit, eventTypes } from './robot-events.js';
import { iso } from '../views/views.js';
import type {
  DmRow,
  EventRow,
  InviteRow,
  MemberRow,
  RobotRow,
  RoleRow,
  RoomRow,
  ServerRow,
  UserRow,
  World,
} from './world.js';

// What routes, fixtures and the seed make and take away alike.

export const makeUser = (world: World, fields: Partial<UserRow> & { username: string }): UserRow => {
  const user: UserRow = {
    id: world.random.id(),
    displayName: null,
    avatarUrl: null,
    status: 'online',
    steamId: null,
    createdAt: world.clock.now(),
    deletesAt: null,
    pushTokens: new Set(),
    ...fields,
  };
  world.users.set(user.id, user);
  return user;
};

/** A server with the default roles, one room, and its owner in it. */
export const makeServer = (
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
  makeRole(world, server, { name: 'Owner', permissions: allBits, sortOrder: 0, makes: 'owner' });
  makeRole(world, server, { name: 'Admin', permissions: allBits, sortOrder: 1, makes: 'admin' });
  makeRole(world, server, { name: 'Member', permissions: Permission.CREATE_INVITES, sortOrder: 1000, makes: 'member' });
  makeRoom(world, server, { name: 'General', createdBy: ownerId });
  makeMember(world, server, ownerId, 'owner');
  return server;
};

export const makeRole = (
  world: World,
  server: ServerRow,
  fields: Pick<RoleRow, 'name' | 'permissions' | 'sortOrder'> & Partial<RoleRow>,
): RoleRow => {
  const role: RoleRow = { id: world.random.id(), color: null, makes: null, createdAt: world.clock.now(), ...fields };
  server.roles.set(role.id, role);
  return role;
};

export const makeRoom = (
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

export const makeMember = (
  world: World,
  server: ServerRow,
  userId: string,
  makes: ServerRoleName = 'member',
): MemberRow => {
  const member: MemberRow = { userId, roleId: defaultRole(server, makes).id, joinedAt: world.clock.now() };
  server.members.set(userId, member);
  const username = world.users.get(userId)?.username;
  emit(world, server.id, 'member.join', { userId, username, joinedAt: iso(member.joinedAt) });
  return member;
};

/** Takes a user out of a server, its voice rooms and its mutes. */
export const dropMember = (world: World, server: ServerRow, userId: string): void => {
  for (const room of server.rooms.values()) leaveVoice(world, server, room, userId);
  server.members.delete(userId);
  for (const event of server.events.values()) event.rsvps.delete(userId);
  emit(world, server.id, 'member.leave', { userId, username: world.users.get(userId)?.username });
};

export const leaveVoice = (world: World, server: ServerRow, room: RoomRow, userId: string): void => {
  const joinedAt = room.participants.get(userId);
  if (joinedAt === undefined) return;
  room.participants.delete(userId);
  const durationSeconds = Math.floor((world.clock.now() - joinedAt) / 1000);
  const username = world.users.get(userId)?.username;
  emit(world, server.id, 'voice.leave', { roomId: room.id, userId, username, durationSeconds });
};

/** Takes an account away with its friendships, conversations, memberships and servers. What it said in rooms stays. */
export const dropUser = (world: World, user: UserRow): void => {
  world.users.delete(user.id);
  for (const [token, caller] of world.callers)
    if (caller.kind === 'user' && caller.user === user) world.callers.delete(token);
  for (const { id, requesterId, addresseeId } of world.friendships.values())
    if ([requesterId, addresseeId].includes(user.id)) world.friendships.delete(id);
  for (const { id, userIds } of world.dms.values()) if (userIds.includes(user.id)) world.dms.delete(id);
  for (const server of world.servers.values()) {
    if (server.ownerId === user.id) dropServer(world, server);
    else if (server.members.has(user.id)) dropMember(world, server, user.id);
  }
};

/** Takes a server away with its invites and robots; their keys are no longer known. */
export const dropServer = (world: World, server: ServerRow): void => {
  world.servers.delete(server.id);
  for (const invite of world.invites.values()) if (invite.serverId === server.id) world.invites.delete(invite.code);
  for (const robot of world.robots.values()) {
    if (robot.serverId !== server.id) continue;
    world.robots.delete(robot.id);
    robot.listener?.();
  }
  for (const [token, caller] of world.callers)
    if (caller.kind === 'robot' && caller.robot.serverId === server.id) world.callers.delete(token);
};

export const makeToken = (world: World, user: UserRow): `lag_pat_${string}` => {
  const token = `lag_pat_${world.random.text(40)}` as const;
  world.callers.set(token, { kind: 'user', user });
  return token;
};

export const makeRobot = (
  world: World,
  fields: Pick<RobotRow, 'serverId' | 'name' | 'permissions'> & Partial<RobotRow>,
): { row: RobotRow; token: `lag_robot_${string}` } => {
  const row: RobotRow = {
    id: world.random.id(),
    avatarUrl: null,
    events: eventTypes,
    delivery: { kind: 'poll' },
    active: true,
    createdAt: world.clock.now(),
    requestTimes: [],
    messageTimes: [],
    outbox: [],
    listener: null,
    ...fields,
  };
  world.robots.set(row.id, row);
  const token = `lag_robot_${world.random.text(8)}_${world.random.text(40)}` as const;
  world.callers.set(token, { kind: 'robot', robot: row });
  return { row, token };
};

export const makeEvent = (
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

export const makeInvite = (
  world: World,
  fields: Pick<InviteRow, 'serverId' | 'createdBy' | 'maxUses' | 'expiresAt'> & Partial<InviteRow>,
): InviteRow => {
  const { random, clock } = world;
  const invite: InviteRow = { id: random.id(), code: random.text(8), uses: 0, createdAt: clock.now(), ...fields };
  world.invites.set(invite.code, invite);
  return invite;
};

/** The conversation of two users, made where there is none yet. */
export const openDm = (world: World, a: string, b: string): DmRow => {
  const old = [...world.dms.values()].find(({ userIds }) => userIds.includes(a) && userIds.includes(b));
  if (old) return old;
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
