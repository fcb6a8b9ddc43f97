import type { RobotEvent } from '../models/robot-events.js';

/** The types, and the fields of `data` that each promises. */
const PROMISED: Record<string, readonly string[]> = {
  'room.message': ['roomId', 'content', 'senderName'],
  'room.message.edited': [],
  'room.message.deleted': [],
  'room.created': [],
  'room.deleted': [],
  'voice.join': [],
  'voice.leave': [],
  'member.join': ['username'],
  'member.leave': [],
  'member.role_changed': [],
  'presence.update': [],
  'server.updated': [],
};

/** The named fields of events and of their `data`; each is a string. */
const STRINGS =
  /^((room|message|sender|user|server)Id|name|username|senderName|content|(edited|deleted|created|updated)By|joinedAt|timestamp|(old|new)Role|status)$/;

// Written out instead of a schema, which would be larger than all else that a listener needs.
/** An event from what any transport delivers; whatever that is, nothing is dropped. */
export const toRobotEvent = (delivered: unknown, deliveryId?: unknown, deliveryType?: string): RobotEvent => {
  const outer = fieldsOf(delivered);
  const payload = fieldsOf(outer['payload'] ?? delivered);
  const eventType = textOf(payload['type'] ?? outer['eventType'] ?? deliveryType);
  const { serverId, timestamp = outer['createdAt'], data = delivered } = payload;
  const known = wellTyped(data);
  // What an object inherits has no `every`.
  const isKnown = PROMISED[eventType]?.every?.((name) => name in known);
  return {
    id: textOf(deliveryId ?? outer['id']),
    ...(isKnown ? { type: eventType, data: known } : { type: 'unknown', eventType, data }),
    ...wellTyped({ serverId, timestamp }),
  } as RobotEvent;
};

const fieldsOf = Object as (value: unknown) => Record<string, unknown>;

const wellTyped = (value: unknown): object =>
  Object.fromEntries(
    Object.entries(fieldsOf(value)).filter(([name, field]) => !STRINGS.test(name) || typeof field === 'string'),
  );

const textOf = (value: unknown = ''): string => (typeof value === 'object' ? '' : String(value));
