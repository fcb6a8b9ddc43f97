interface RobotEventOf<Type extends string, Data> {
  /** Lag's id of the event, the same when it comes again; `''` where it gave none. */
  readonly id: string;
  readonly type: Type;
  readonly serverId?: string;
  /** When it happened, ISO 8601. */
  readonly timestamp?: string;
  readonly data: Data;
}

/** Fields of `data` that this version does not know. */
interface Extra {
  readonly [field: string]: unknown;
}

export interface RoomMessageEvent extends RobotEventOf<
  'room.message',
  Extra & {
    readonly roomId: string;
    readonly content: string;
    readonly senderName: string;
    readonly messageId?: string;
    readonly senderId?: string;
    readonly timestamp?: string;
  }
> {}

export interface RoomMessageEditedEvent extends RobotEventOf<
  'room.message.edited',
  Extra & {
    readonly roomId?: string;
    readonly messageId?: string;
    readonly content?: string;
    readonly editedBy?: string;
  }
> {}

export interface RoomMessageDeletedEvent extends RobotEventOf<
  'room.message.deleted',
  Extra & { readonly roomId?: string; readonly messageId?: string; readonly deletedBy?: string }
> {}

export interface VoiceJoinEvent extends RobotEventOf<
  'voice.join',
  Extra & { readonly roomId?: string; readonly userId?: string; readonly username?: string }
> {}

/** `data` holds how long they stayed, too, under a name that is not documented. */
export interface VoiceLeaveEvent extends RobotEventOf<
  'voice.leave',
  Extra & { readonly roomId?: string; readonly userId?: string; readonly username?: string }
> {}

export interface MemberJoinEvent extends RobotEventOf<
  'member.join',
  Extra & { readonly username: string; readonly userId?: string; readonly joinedAt?: string }
> {}

export interface MemberLeaveEvent extends RobotEventOf<
  'member.leave',
  Extra & { readonly userId?: string; readonly username?: string }
> {}

export interface MemberRoleChangedEvent extends RobotEventOf<
  'member.role_changed',
  Extra & { readonly userId?: string; readonly oldRole?: string; readonly newRole?: string }
> {}

export interface RoomCreatedEvent extends RobotEventOf<
  'room.created',
  Extra & { readonly roomId?: string; readonly name?: string; readonly createdBy?: string }
> {}

export interface RoomDeletedEvent extends RobotEventOf<
  'room.deleted',
  Extra & { readonly roomId?: string; readonly name?: string }
> {}

export interface PresenceUpdateEvent extends RobotEventOf<
  'presence.update',
  Extra & { readonly userId?: string; readonly status?: string }
> {}

/** `data` holds the changed fields, too, under a name that is not documented. */
export interface ServerUpdatedEvent extends RobotEventOf<'server.updated', Extra & { readonly updatedBy?: string }> {}

/** What this version does not know, or what lacks a field that its type promises. */
export interface UnknownEvent extends RobotEventOf<'unknown', unknown> {
  /** What Lag calls it; `''` where it gave no type. */
  readonly eventType: string;
}

/** What happened on the robot's server; narrow it by `type`. */
export type RobotEvent =
  | RoomMessageEvent
  | RoomMessageEditedEvent
  | RoomMessageDeletedEvent
  | VoiceJoinEvent
  | VoiceLeaveEvent
  | MemberJoinEvent
  | MemberLeaveEvent
  | MemberRoleChangedEvent
  | RoomCreatedEvent
  | RoomDeletedEvent
  | PresenceUpdateEvent
  | ServerUpdatedEvent
  | UnknownEvent;

/** The values of `RobotEvent.type`. */
export type RobotEventType = RobotEvent['type'];

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
