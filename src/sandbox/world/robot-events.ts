import type { RobotPermission } from '../../models/robots.js';
import { iso } from '../views/views.js';
import { deliver } from './webhooks.js';
import type { RobotEvent, RobotRow, SandboxEventType, World } from './world.js';

const permissionFor: Record<SandboxEventType, RobotPermission> = {
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

export const eventTypes = Object.keys(permissionFor) as SandboxEventType[];

export const robotPermissions: readonly RobotPermission[] = [
  'read_messages',
  'send_messages',
  'read_members',
  'read_voice',
  'read_rooms',
  'read_presence',
];

// A robot that never asks does not fill the memory: the oldest events are dropped.
const longestOutbox = 1000;

/** Tells the server's robots that subscribed to it and may know. */
export const emit = (world: World, serverId: string, type: SandboxEventType, data: Record<string, unknown>): void => {
  for (const robot of world.robots.values()) {
    if (robot.serverId === serverId && robot.active && wants(robot, type)) queue(world, robot, type, data);
  }
};

const wants = (robot: RobotRow, type: SandboxEventType): boolean =>
  robot.events.includes(type) && robot.permissions.includes(permissionFor[type]);

const queue = (world: World, robot: RobotRow, type: SandboxEventType, data: Record<string, unknown>): void => {
  const timestamp = iso(world.clock.now());
  const event: RobotEvent = {
    id: world.random.id(),
    eventType: type,
    payload: { type, serverId: robot.serverId, timestamp, data },
    createdAt: timestamp,
  };
  if (robot.delivery.kind === 'webhook') return deliver(world, robot, robot.delivery, event);
  robot.outbox.push(event);
  if (robot.outbox.length > longestOutbox) robot.outbox.shift();
  robot.listener?.(event);
};
