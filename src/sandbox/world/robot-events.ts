import type { RobotPermission } from '../../models/robots.js';
import type { Caller, RobotEvent, RobotRow, SandboxEventType } from './rows.js';
import { toIso } from './time.js';
import { deliverToWebhook } from './webhook-delivery.js';
import type { World } from './world.js';

// Events that robots receive. The events of a server's calendar are in `server-events.ts`.

const PERMISSION_FOR: Record<SandboxEventType, RobotPermission> = {
  'room.message': 'read_messages',
  'room.message.edited': 'read_messages',
  'room.message.deleted': 'read_messages',
  'voice.join': 'read_voice',
  'voice.leave': 'read_voice',
  'member.join': 'read_members',
  'member.leave': 'read_members',
  'member.role_changed': 'read_members',
  'room.created': 'read_rooms',
  'room.deleted': 'read_rooms',
  'presence.update': 'read_presence',
  'server.updated': 'read_rooms',
};

export const ROBOT_EVENT_TYPES = Object.keys(PERMISSION_FOR) as SandboxEventType[]; // The table has a line for each.

export const ROBOT_PERMISSIONS = [
  'read_messages',
  'send_messages',
  'read_members',
  'read_voice',
  'read_rooms',
  'read_presence',
] as const satisfies readonly RobotPermission[];

/** Older events are dropped, so that a robot which never asks does not fill the memory. */
const MAX_KEPT_EVENTS = 1000;

/** The fields that the documentation shows in examples. It only describes the others. */
const SHOWN_FIELDS: Partial<Record<SandboxEventType, readonly string[]>> = {
  'room.message': ['roomId', 'content', 'senderName'],
  'member.join': ['username'],
};

/** Sends an event to the server's robots that subscribed to it and have the permission for it. */
export const emitRobotEvent = (
  world: World,
  serverId: string,
  type: SandboxEventType,
  data: Record<string, unknown>,
  author?: Caller,
): void => {
  const { ownMessageEvents, describedEventFields } = world.settings.quirks;
  const fields = describedEventFields ? data : pickFields(data, SHOWN_FIELDS[type] ?? []);
  for (const robot of world.robots.values()) {
    const isOwn = author?.kind === 'robot' && author.robot === robot;
    if (robot.serverId !== serverId || !robot.active || (isOwn && !ownMessageEvents)) continue;
    if (receives(robot, type)) sendEvent(world, robot, type, fields);
  }
};

const receives = (robot: RobotRow, type: SandboxEventType): boolean =>
  robot.events.includes(type) && robot.permissions.includes(PERMISSION_FOR[type]);

const pickFields = (data: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)));

const sendEvent = (world: World, robot: RobotRow, type: SandboxEventType, data: Record<string, unknown>): void => {
  const timestamp = toIso(world.clock.now());
  const event: RobotEvent = {
    id: world.unique.id(),
    eventType: type,
    payload: { type, serverId: robot.serverId, timestamp, data },
    createdAt: timestamp,
  };
  if (robot.delivery.kind === 'webhook') return deliverToWebhook(world, robot, robot.delivery, event);
  robot.outbox.push(event);
  if (robot.outbox.length > MAX_KEPT_EVENTS) robot.outbox.shift();
  robot.connection?.notify(event);
};
