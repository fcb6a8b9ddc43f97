import type { RobotPermission } from '../../models/robots.js';
import type { UserStatus } from '../../models/users.js';
import { definedFields } from '../http/fields.js';
import { defaultRole } from '../world/access.js';
import {
  addMember,
  createEvent,
  createRobot,
  createRoom,
  createServer,
  createUser,
  createUserToken,
  type RobotToken,
  type UserToken,
} from '../world/create.js';
import { removeParticipant } from '../world/remove.js';
import { emitRobotEvent, ROBOT_EVENT_TYPES, ROBOT_PERMISSIONS } from '../world/robot-events.js';
import type { Delivery, EventRow, RoomRow, SandboxEventType, ServerRow, UserRow } from '../world/rows.js';
import { DAY_MS } from '../world/time.js';
import type { World } from '../world/world.js';

/** A user of the sandbox. */
export interface SandboxUser {
  readonly id: string;
  readonly username: string;
  readonly token: UserToken;
}

/** A robot of the sandbox. */
export interface SandboxRobot {
  readonly id: string;
  readonly serverId: string;
  readonly token: RobotToken;
  /** The secret that signs its webhook; of several the first. Empty if it has no webhook. */
  readonly webhookSecret: string;
}

/** Where a robot's events are posted to. */
export interface SandboxWebhook {
  /** Posted to with the sandbox's `fetch`. */
  readonly url?: string | undefined;
  /** Called instead of posting. */
  readonly handler?: ((request: Request) => Response | Promise<Response>) | undefined;
  /** `whsec_…`; several while they are rotated. @defaultValue a new one */
  readonly secret?: string | readonly string[] | undefined;
}

/** A user to add. */
export interface SandboxUserOptions {
  readonly id?: string | undefined;
  readonly username?: string | undefined;
  readonly displayName?: string | undefined;
  readonly steamId?: string | undefined;
}

/** A server to add. */
export interface SandboxServerOptions {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** @defaultValue a new user */
  readonly ownerId?: string | undefined;
}

/** A room to add. */
export interface SandboxRoomOptions {
  readonly id?: string | undefined;
  /** @defaultValue ada's server */
  readonly serverId?: string | undefined;
  readonly name?: string | undefined;
}

/** A member to add. */
export interface SandboxMemberOptions {
  readonly serverId: string;
  readonly userId: string;
  readonly role?: 'admin' | 'member' | undefined;
}

/** A robot to add. */
export interface SandboxRobotOptions {
  /** @defaultValue ada's server */
  readonly serverId?: string | undefined;
  readonly name?: string | undefined;
  /** @defaultValue every permission */
  readonly permissions?: readonly RobotPermission[] | undefined;
  /** Types of the events that it receives. @defaultValue every type */
  readonly events?: readonly SandboxEventType[] | undefined;
  /** How it receives its events. @defaultValue `'poll'` */
  readonly delivery?: 'poll' | 'sse' | SandboxWebhook | undefined;
  /** @defaultValue `true` */
  readonly active?: boolean | undefined;
}

/**
 * Creates what the API has no call for, without asking for permissions or limits. An id that is not known yet is
 * created, rooms and events in ada's server, so that tests can choose their own ids.
 */
export interface SandboxFixtures {
  addUser(user?: SandboxUserOptions): SandboxUser;
  /** A server with the default roles and one room. */
  addServer(server?: SandboxServerOptions): { id: string; roomId: string; ownerId: string };
  addRoom(room?: SandboxRoomOptions): { id: string };
  addMember(member: SandboxMemberOptions): void;
  addRobot(robot?: SandboxRobotOptions): SandboxRobot;
  /** Somebody without an account who asks to come to an event. */
  addGuest(guest: { eventId: string; displayName: string }): { id: string };
  /** Ends the robot's open poll or event stream, as a restart of the server would. */
  disconnectRobot(robotId: string): void;
  setStatus(userId: string, status: UserStatus): void;
  joinVoice(voice: { roomId: string; userId: string }): void;
  leaveVoice(voice: { roomId: string; userId: string }): void;
}

export const createFixtures = (world: World, homeServerId: () => string): SandboxFixtures => {
  const { getUser, getServer, getRoom, getEvent } = createGetters(world, homeServerId);

  return {
    addUser: (user) => {
      const { id = world.random.id(), username, displayName, steamId } = user ?? {};
      const row = getUser(id);
      Object.assign(row, definedFields({ username, displayName, steamId }));
      return { id: row.id, username: row.username, token: createUserToken(world, row) };
    },
    addServer: (server) => {
      const { id = world.random.id(), name, ownerId } = server ?? {};
      const row = getServer(id, name, ownerId);
      const [firstRoom] = row.rooms.values();
      const room = firstRoom ?? getRoom(world.random.id(), row.id).room;
      return { id: row.id, ownerId: row.ownerId, roomId: room.id };
    },
    addRoom: (room) => {
      const { id = world.random.id(), serverId, name } = room ?? {};
      return { id: getRoom(id, serverId, name).room.id };
    },
    addMember: ({ serverId, userId, role = 'member' }) => {
      const server = getServer(serverId);
      const member = server.members.get(getUser(userId).id) ?? addMember(world, server, userId);
      if (userId !== server.ownerId) member.roleId = defaultRole(server, role).id;
    },
    addRobot: (robot) => {
      const { serverId, name = 'Robot', permissions, events, delivery = 'poll', active = true } = robot ?? {};
      const target = createDelivery(world, delivery);
      const { row, token } = createRobot(world, {
        serverId: getServer(serverId).id,
        name,
        permissions: [...(permissions ?? ROBOT_PERMISSIONS)],
        events: [...(events ?? ROBOT_EVENT_TYPES)],
        delivery: target,
        active,
      });
      const webhookSecret = target.kind === 'webhook' ? (target.secrets[0] ?? '') : '';
      return { id: row.id, serverId: row.serverId, token, webhookSecret };
    },
    addGuest: ({ eventId, displayName }) => {
      const id = world.random.id();
      const { guests, externalAutoAdmit } = getEvent(eventId);
      guests.set(id, {
        id,
        displayName,
        generatedUsername: `guest-${world.random.text(6).toLowerCase()}`,
        status: externalAutoAdmit ? 'admitted' : 'pending',
        createdAt: world.clock.now(),
      });
      return { id };
    },
    disconnectRobot: (robotId) => world.robots.get(robotId)?.connection?.end(),
    setStatus: (userId, status) => {
      getUser(userId).status = status;
      for (const { id, members } of world.servers.values())
        if (members.has(userId)) emitRobotEvent(world, id, 'presence.update', { userId, status });
    },
    joinVoice: ({ roomId, userId }) => {
      const { server, room } = getRoom(roomId);
      const { username } = getUser(userId);
      if (!room.participants.has(userId)) emitRobotEvent(world, server.id, 'voice.join', { roomId, userId, username });
      room.participants.set(userId, world.clock.now());
    },
    leaveVoice: ({ roomId, userId }) => {
      const { server, room } = getRoom(roomId);
      removeParticipant(world, server, room, userId);
    },
  };
};

/** Functions that find a row by its id, or create it. */
const createGetters = (world: World, homeServerId: () => string) => {
  const getUser = (id: string): UserRow =>
    world.users.get(id) ?? createUser(world, { id, username: `user_${world.random.text(8).toLowerCase()}` });

  const getServer = (id: string = homeServerId(), name = 'Server', ownerId?: string): ServerRow =>
    world.servers.get(id) ?? createServer(world, { id, name, ownerId: getUser(ownerId ?? world.random.id()).id });

  const getRoom = (id: string, serverId?: string, name = 'Room'): { server: ServerRow; room: RoomRow } => {
    for (const server of world.servers.values()) {
      const room = server.rooms.get(id);
      if (room) return { server, room };
    }
    const server = getServer(serverId);
    return { server, room: createRoom(world, server, { id, name, createdBy: server.ownerId }) };
  };

  const getEvent = (id: string): EventRow => {
    for (const server of world.servers.values()) {
      const event = server.events.get(id);
      if (event) return event;
    }
    const server = getServer();
    const startsAt = world.clock.now() + DAY_MS;
    return createEvent(world, server, { id, title: 'Event', startsAt, createdBy: server.ownerId });
  };

  return { getUser, getServer, getRoom, getEvent };
};

const createDelivery = (world: World, delivery: 'poll' | 'sse' | SandboxWebhook): Delivery => {
  if (typeof delivery === 'string') return { kind: delivery };
  const { url = 'https://robot.example/webhook', handler, secret = createWebhookSecret(world) } = delivery;
  return {
    kind: 'webhook',
    url,
    post: handler ?? ((request) => world.settings.fetch(request)),
    secrets: typeof secret === 'string' ? [secret] : secret,
  };
};

const createWebhookSecret = (world: World): string => `whsec_${btoa(world.secrets.text(24))}`;
