import * as v from 'valibot';
import { optionalText, text, type Text } from './fields.js';
import type { MessageId, RoomId, ServerId, UserId } from './ids.js';

// Only the fields that Lag's own examples show are required. The rest is optional, because its names are inferred from
// the documentation.

interface RobotEventOf<Type extends string, Data> {
  /** Lag's id of the event, the same when the event is delivered again; `''` if the delivery had none. */
  readonly id: string;
  readonly type: Type;
  readonly serverId?: ServerId | undefined;
  /** When it happened, ISO 8601. */
  readonly timestamp?: string | undefined;
  readonly data: Data;
}

/** Fields of `data` that this version does not know. */
interface Extra {
  readonly [field: string]: unknown;
}

const eventOf = <const Type extends string, const Data extends v.GenericSchema>(type: Type, data: Data) =>
  v.looseObject({
    id: text,
    type: v.literal(type),
    serverId: v.optional(text as Text<ServerId>),
    timestamp: v.optional(text),
    data,
  });

const optionalRoomId = /*#__PURE__*/ v.nullish(text as Text<RoomId>);
const optionalMessageId = /*#__PURE__*/ v.nullish(text as Text<MessageId>);
const optionalUserId = /*#__PURE__*/ v.nullish(text as Text<UserId>);

/** A message was sent to a room. Robots need `read_messages`. */
export interface RoomMessageEvent extends RobotEventOf<
  'room.message',
  Extra & {
    readonly roomId: RoomId;
    readonly content: string;
    readonly senderName: string;
    readonly messageId?: MessageId | null | undefined;
    readonly senderId?: string | null | undefined;
    readonly timestamp?: string | null | undefined;
  }
> {}

export const RoomMessageEventSchema = /*#__PURE__*/ eventOf(
  'room.message',
  /*#__PURE__*/ v.looseObject({
    roomId: text as Text<RoomId>,
    content: text,
    senderName: text,
    messageId: optionalMessageId,
    senderId: optionalText,
    timestamp: optionalText,
  }),
);

/** A message was edited. Robots need `read_messages`. */
export interface RoomMessageEditedEvent extends RobotEventOf<
  'room.message.edited',
  Extra & {
    readonly roomId?: RoomId | null | undefined;
    readonly messageId?: MessageId | null | undefined;
    readonly content?: string | null | undefined;
    readonly editedBy?: string | null | undefined;
  }
> {}

export const RoomMessageEditedEventSchema = /*#__PURE__*/ eventOf(
  'room.message.edited',
  /*#__PURE__*/ v.looseObject({
    roomId: optionalRoomId,
    messageId: optionalMessageId,
    content: optionalText,
    editedBy: optionalText,
  }),
);

/** A message was deleted. Robots need `read_messages`. */
export interface RoomMessageDeletedEvent extends RobotEventOf<
  'room.message.deleted',
  Extra & {
    readonly roomId?: RoomId | null | undefined;
    readonly messageId?: MessageId | null | undefined;
    readonly deletedBy?: string | null | undefined;
  }
> {}

export const RoomMessageDeletedEventSchema = /*#__PURE__*/ eventOf(
  'room.message.deleted',
  /*#__PURE__*/ v.looseObject({ roomId: optionalRoomId, messageId: optionalMessageId, deletedBy: optionalText }),
);

/** A user joined the voice call of a room. Robots need `read_voice`. */
export interface VoiceJoinEvent extends RobotEventOf<
  'voice.join',
  Extra & {
    readonly roomId?: RoomId | null | undefined;
    readonly userId?: UserId | null | undefined;
    readonly username?: string | null | undefined;
  }
> {}

export const VoiceJoinEventSchema = /*#__PURE__*/ eventOf(
  'voice.join',
  /*#__PURE__*/ v.looseObject({ roomId: optionalRoomId, userId: optionalUserId, username: optionalText }),
);

/** A user left the voice call of a room. `data` also holds the duration, in a field whose name is not documented. */
export interface VoiceLeaveEvent extends RobotEventOf<
  'voice.leave',
  Extra & {
    readonly roomId?: RoomId | null | undefined;
    readonly userId?: UserId | null | undefined;
    readonly username?: string | null | undefined;
  }
> {}

export const VoiceLeaveEventSchema = /*#__PURE__*/ eventOf(
  'voice.leave',
  /*#__PURE__*/ v.looseObject({ roomId: optionalRoomId, userId: optionalUserId, username: optionalText }),
);

/** A user joined the server. Robots need `read_members`. */
export interface MemberJoinEvent extends RobotEventOf<
  'member.join',
  Extra & {
    readonly username: string;
    readonly userId?: UserId | null | undefined;
    readonly joinedAt?: string | null | undefined;
  }
> {}

export const MemberJoinEventSchema = /*#__PURE__*/ eventOf(
  'member.join',
  /*#__PURE__*/ v.looseObject({ username: text, userId: optionalUserId, joinedAt: optionalText }),
);

/** A member left the server. Robots need `read_members`. */
export interface MemberLeaveEvent extends RobotEventOf<
  'member.leave',
  Extra & { readonly userId?: UserId | null | undefined; readonly username?: string | null | undefined }
> {}

export const MemberLeaveEventSchema = /*#__PURE__*/ eventOf(
  'member.leave',
  /*#__PURE__*/ v.looseObject({ userId: optionalUserId, username: optionalText }),
);

/** The role of a member changed. Robots need `read_members`. */
export interface MemberRoleChangedEvent extends RobotEventOf<
  'member.role_changed',
  Extra & {
    readonly userId?: UserId | null | undefined;
    readonly oldRole?: string | null | undefined;
    readonly newRole?: string | null | undefined;
  }
> {}

export const MemberRoleChangedEventSchema = /*#__PURE__*/ eventOf(
  'member.role_changed',
  /*#__PURE__*/ v.looseObject({ userId: optionalUserId, oldRole: optionalText, newRole: optionalText }),
);

/** A room was created. Robots need `read_rooms`. */
export interface RoomCreatedEvent extends RobotEventOf<
  'room.created',
  Extra & {
    readonly roomId?: RoomId | null | undefined;
    readonly name?: string | null | undefined;
    readonly createdBy?: string | null | undefined;
  }
> {}

export const RoomCreatedEventSchema = /*#__PURE__*/ eventOf(
  'room.created',
  /*#__PURE__*/ v.looseObject({ roomId: optionalRoomId, name: optionalText, createdBy: optionalText }),
);

/** A room was deleted. Robots need `read_rooms`. */
export interface RoomDeletedEvent extends RobotEventOf<
  'room.deleted',
  Extra & { readonly roomId?: RoomId | null | undefined; readonly name?: string | null | undefined }
> {}

export const RoomDeletedEventSchema = /*#__PURE__*/ eventOf(
  'room.deleted',
  /*#__PURE__*/ v.looseObject({ roomId: optionalRoomId, name: optionalText }),
);

/** The presence of a member changed. Robots need `read_presence`. */
export interface PresenceUpdateEvent extends RobotEventOf<
  'presence.update',
  Extra & { readonly userId?: UserId | null | undefined; readonly status?: string | null | undefined }
> {}

export const PresenceUpdateEventSchema = /*#__PURE__*/ eventOf(
  'presence.update',
  /*#__PURE__*/ v.looseObject({ userId: optionalUserId, status: optionalText }),
);

/** The server was changed. `data` also holds the changed fields, in a field whose name is not documented. */
export interface ServerUpdatedEvent extends RobotEventOf<
  'server.updated',
  Extra & { readonly updatedBy?: string | null | undefined }
> {}

export const ServerUpdatedEventSchema = /*#__PURE__*/ eventOf(
  'server.updated',
  /*#__PURE__*/ v.looseObject({ updatedBy: optionalText }),
);

/** An event of a type that this version does not know, or whose data is not what its type promises. */
export interface UnknownEvent extends RobotEventOf<'unknown', unknown> {
  /** What Lag calls the event; `''` if the delivery named no type. */
  readonly eventType: string;
}

export const UnknownEventSchema = /*#__PURE__*/ v.looseObject({
  id: text,
  type: /*#__PURE__*/ v.literal('unknown'),
  eventType: text,
  serverId: /*#__PURE__*/ v.optional(text as Text<ServerId>),
  timestamp: /*#__PURE__*/ v.optional(text),
  data: /*#__PURE__*/ v.unknown(),
});

/** An event on the robot's server; narrow it by `type`. */
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

export const RobotEventSchema = /*#__PURE__*/ v.variant('type', [
  RoomMessageEventSchema,
  RoomMessageEditedEventSchema,
  RoomMessageDeletedEventSchema,
  VoiceJoinEventSchema,
  VoiceLeaveEventSchema,
  MemberJoinEventSchema,
  MemberLeaveEventSchema,
  MemberRoleChangedEventSchema,
  RoomCreatedEventSchema,
  RoomDeletedEventSchema,
  PresenceUpdateEventSchema,
  ServerUpdatedEventSchema,
  UnknownEventSchema,
]);

/** The values of `RobotEvent.type`. */
export type RobotEventType = RobotEvent['type'];
