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
  readonly token: `lag_pat_${string}`;
}

/** A robot of the sandbox. */
export interface SandboxRobot {
  readonly id: string;
  readonly serverId: string;
  readonly token: `lag_robot_${string}`;
  /** What signs its webhook; of several the first. Empty where it has none. */
  readonly webhookSecret: string;
}

/** Where a robot's events are posted to. */
export interface SandboxWebhook {
  /** Posted to with `fetch`. */
  readonly url?: string | undefined;
  /** Called instead of posting. */
  readonly handler?: ((request: Request) => Response | Promise<Response>) | undefined;
  /** `whsec_…`; several while they are rotated. Made up where absent. */
  readonly secret?: string | readonly string[] | undefined;
}

/**
 * Makes what the API has no call for, without asking for permissions or limits. An id that is not known yet is made,
 * rooms and events in ada's server, so that tests can choose their own.
 */
export interface SandboxFixtures {
  addUser(user?: { id?: string; username?: string; displayName?: string; steamId?: string }): SandboxUser;
  /** A server with the default roles and one room, owned by a new user where no other is named. */
  addServer(server?: { id?: string; name?: string; ownerId?: string }): { id: string; roomId: string; ownerId: string };
  addRoom(room?: { id?: string; serverId?: string; name?: string }): { id: string };
  addMember(member: { serverId: string; userId: string; role?: 'admin' | 'member' }): void;
  /** A robot of ada's server with every permission and event that polls, unless told otherwise. */
  addRobot(robot?: {
    serverId?: string;
    name?: string;
    permissions?: readonly RobotPermission[];
    events?: readonly SandboxEventType[];
    delivery?: 'poll' | 'sse' | SandboxWebhook;
    active?: boolean;
  }): SandboxRobot;
  /** Somebody without an account who asks to come to an event. */
  addGuest(guest: { eventId: string; displayName: string }): { id: string };
  /** Ends the robot's open poll or event stream, as a restart of the server would. */
  disconnectRobot(robotId: string): void;
  setStatus(userId: string, status: UserStatus): void;
  joinVoice(voice: { roomId: string; userId: string }): void;
  leaveVoice(voice: { roomId: string; userId: string }): void;
}

export const createFixtures = (world: World, home: () => string): SandboxFixtures => {
  const user = (id: string): UserRow => world.users.get(id) ?? createUser(world, { id, username: freeName(world) });

  const server = (id: string = home(), name = 'Server', ownerId?: string): ServerRow =>
    world.servers.get(id) ?? createServer(world, { id, name, ownerId: user(ownerId ?? world.random.id()).id });

  const room = (id: string, serverId?: string, name = 'Room'): [ServerRow, RoomRow] => {
    for (const holder of world.servers.values()) {
      const found = holder.rooms.get(id);
      if (found) return [holder, found];
    }
    const holder = server(serverId);
    return [holder, createRoom(world, holder, { id, name, createdBy: holder.ownerId })];
  };

  const event = (id: string): EventRow => {
    for (const holder of world.servers.values()) {
      const found = holder.events.get(id);
      if (found) return found;
    }
    const holder = server();
    return createEvent(world, holder, {
      id,
      title: 'Event',
      startsAt: world.clock.now() + DAY_MS,
      createdBy: holder.ownerId,
    });
  };

  const deliveryOf = (delivery: 'poll' | 'sse' | SandboxWebhook): Delivery => {
    if (typeof delivery === 'string') return { kind: delivery };
    const {
      url = 'https://robot.example/webhook',
      handler,
      secret = `whsec_${btoa(world.secrets.text(24))}`,
    } = delivery;
    return {
      kind: 'webhook',
      url,
      post: handler ?? ((request) => world.settings.fetch(request)),
      secrets: typeof secret === 'string' ? [secret] : secret,
    };
  };

  return {
    addUser: ({ id = world.random.id(), username, displayName, steamId } = {}) => {
      const row = user(id);
      Object.assign(row, definedFields({ username, displayName, steamId }));
      return { id: row.id, username: row.username, token: createUserToken(world, row) };
    },
    addServer: ({ id = world.random.id(), name, ownerId } = {}) => {
      const row = server(id, name, ownerId);
      const [first] = row.rooms.values();
      return { id: row.id, ownerId: row.ownerId, roomId: (first ?? room(world.random.id(), row.id)[1]).id };
    },
    addRoom: ({ id = world.random.id(), serverId, name } = {}) => ({ id: room(id, serverId, name)[1].id }),
    addMember: ({ serverId, userId, role = 'member' }) => {
      const row = server(serverId);
      const member = row.members.get(user(userId).id) ?? addMember(world, row, userId);
      if (userId !== row.ownerId) member.roleId = defaultRole(row, role).id;
    },
    addRobot: ({
      serverId,
      name = 'Robot',
      permissions = ROBOT_PERMISSIONS,
      events = ROBOT_EVENT_TYPES,
      delivery = 'poll',
      active = true,
    } = {}) => {
      const where = deliveryOf(delivery);
      const { row, token } = createRobot(world, {
        serverId: server(serverId).id,
        name,
        permissions: [...permissions],
        events: [...events],
        delivery: where,
        active,
      });
      const webhookSecret = where.kind === 'webhook' ? (where.secrets[0] ?? '') : '';
      return { id: row.id, serverId: row.serverId, token, webhookSecret };
    },
    addGuest: ({ eventId, displayName }) => {
      const id = world.random.id();
      const { guests, externalAutoAdmit } = event(eventId);
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
      user(userId).status = status;
      for (const { id, members } of world.servers.values())
        if (members.has(userId)) emitRobotEvent(world, id, 'presence.update', { userId, status });
    },
    joinVoice: ({ roomId, userId }) => {
      const [holder, { participants }] = room(roomId);
      const { username } = user(userId);
      if (!participants.has(userId)) emitRobotEvent(world, holder.id, 'voice.join', { roomId, userId, username });
      participants.set(userId, world.clock.now());
    },
    leaveVoice: ({ roomId, userId }) => {
      const [holder, found] = room(roomId);
      removeParticipant(world, holder, found, userId);
    },
  };
};

const freeName = (world: World): string => `user_${world.random.text(8).toLowerCase()}`;
