import * as v from 'valibot';
import {
  flag,
  nullableText,
  number,
  optionalText,
  requiredText,
  text,
  timestamp,
  type Open,
  type OpenText,
  type Text,
} from './fields.js';
import type { EventId, EventTemplateId, RoomId, ServerId, UserId } from './ids.js';

/** How many users gave each answer to an event. */
export interface RsvpCounts {
  going: number;
  maybe: number;
  notGoing: number;
}

export const RsvpCountsSchema = /*#__PURE__*/ v.looseObject({
  going: number,
  maybe: number,
  notGoing: number,
});

/** The state of an event. */
export type EventStatus = 'scheduled' | 'active' | 'ended' | 'cancelled';

/** A user's answer to an event. */
export type RsvpStatus = 'going' | 'maybe' | 'not_going';

/** An event of a server. */
export interface ServerEvent {
  id: EventId;
  serverId: ServerId;
  title: string;
  description: string | null;
  coverImageUrl: string | null;
  /** ISO 8601. */
  startsAt: string;
  /** ISO 8601. */
  endsAt: string | null;
  status: Open<EventStatus>;
  /** The room that the event takes place in. */
  voiceRoomId: RoomId | null;
  createdBy: UserId;
  creatorUsername: string;
  creatorDisplayName: string | null;
  /** The code that people from outside the server join with. */
  shareCode: string | null;
  /** Whether people from outside the server may come as guests. */
  externalAccessEnabled: boolean;
  /** Whether guests come in without being admitted. */
  externalAutoAdmit: boolean;
  rsvpCounts: RsvpCounts;
  /** The caller's answer. */
  myRsvp: Open<RsvpStatus> | null;
  /** The template that the event was made from. */
  templateId: EventTemplateId | null;
  /** ISO 8601. */
  createdAt: string;
}

export const ServerEventSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<EventId>,
  serverId: text as Text<ServerId>,
  title: text,
  description: nullableText,
  coverImageUrl: nullableText,
  startsAt: text,
  endsAt: nullableText,
  status: text as OpenText<EventStatus>,
  voiceRoomId: /*#__PURE__*/ v.nullable(text as Text<RoomId>),
  createdBy: text as Text<UserId>,
  creatorUsername: text,
  creatorDisplayName: nullableText,
  shareCode: nullableText,
  externalAccessEnabled: flag,
  externalAutoAdmit: flag,
  rsvpCounts: RsvpCountsSchema,
  myRsvp: /*#__PURE__*/ v.nullable(text as OpenText<RsvpStatus>),
  templateId: /*#__PURE__*/ v.nullable(text as Text<EventTemplateId>),
  createdAt: text,
});

/** The events of a server, as `GET /servers/:serverId/events` returns them. */
export interface ServerEventList {
  events: ServerEvent[];
}

export const ServerEventListSchema = /*#__PURE__*/ v.looseObject({
  events: /*#__PURE__*/ v.array(ServerEventSchema),
});

/** An event to create. */
export interface CreateEventBody {
  readonly title: string;
  readonly description?: string | undefined;
  readonly coverImageUrl?: string | undefined;
  /** ISO 8601. */
  readonly startsAt: string;
  /** ISO 8601. */
  readonly endsAt?: string | undefined;
  /** Whether people from outside the server may come as guests. */
  readonly externalAccessEnabled?: boolean | undefined;
  /** Whether guests come in without being admitted. */
  readonly externalAutoAdmit?: boolean | undefined;
}

export const CreateEventBodySchema = /*#__PURE__*/ v.object({
  title: requiredText,
  description: /*#__PURE__*/ v.optional(text),
  coverImageUrl: /*#__PURE__*/ v.optional(text),
  startsAt: timestamp,
  endsAt: /*#__PURE__*/ v.optional(timestamp),
  externalAccessEnabled: /*#__PURE__*/ v.optional(flag),
  externalAutoAdmit: /*#__PURE__*/ v.optional(flag),
});

/** What to change in an event. Absent fields stay as they are. */
export interface UpdateEventBody {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly coverImageUrl?: string | undefined;
  /** ISO 8601. */
  readonly startsAt?: string | undefined;
  /** ISO 8601. */
  readonly endsAt?: string | undefined;
  /** Whether people from outside the server may come as guests. */
  readonly externalAccessEnabled?: boolean | undefined;
  /** Whether guests come in without being admitted. */
  readonly externalAutoAdmit?: boolean | undefined;
}

export const UpdateEventBodySchema = /*#__PURE__*/ v.partial(CreateEventBodySchema);

/** What became of a cancelled event. */
export interface CancelEventResponse {
  status: Open<EventStatus>;
  /** ISO 8601: when the event will be deleted. */
  deletesAt?: string | null | undefined;
}

export const CancelEventResponseSchema = /*#__PURE__*/ v.looseObject({
  status: text as OpenText<EventStatus>,
  deletesAt: optionalText,
});

/** The caller's answer to an event. */
export interface RsvpEventBody {
  readonly status: Open<RsvpStatus>;
}

export const RsvpEventBodySchema = /*#__PURE__*/ v.object({ status: text as OpenText<RsvpStatus> });

/** The caller's answer to an event, and the counts of all answers. */
export interface RsvpResult {
  status: Open<RsvpStatus>;
  counts: RsvpCounts;
}

export const RsvpResultSchema = /*#__PURE__*/ v.looseObject({
  status: text as OpenText<RsvpStatus>,
  counts: RsvpCountsSchema,
});
