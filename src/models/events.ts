import type * as v from 'valibot';
import { number, flag, maybeText, text, type OpenText, optionalText } from './fields.js';
import { model, maybe } from './model.js';

export const RsvpCountsSchema = /*#__PURE__*/ model({
  going: number,
  maybe: number,
  notGoing: number,
});

/** How many answered what to an event. */
export interface RsvpCounts extends v.InferOutput<typeof RsvpCountsSchema> {}

/** State of an event. */
export type EventStatus = 'scheduled' | 'active' | 'ended' | 'cancelled';

/** Answer of a user to an event. */
export type RsvpStatus = 'going' | 'maybe' | 'not_going';

export const ServerEventSchema = /*#__PURE__*/ model({
  id: text,
  serverId: text,
  title: text,
  description: maybeText,
  coverImageUrl: maybeText,
  /** ISO 8601. */
  startsAt: text,
  /** ISO 8601. */
  endsAt: maybeText,
  status: text as OpenText<EventStatus>,
  voiceRoomId: maybeText,
  createdBy: text,
  creatorUsername: text,
  creatorDisplayName: maybeText,
  /** What people from outside of the server join with. */
  shareCode: maybeText,
  /** Whether people from outside of the server may come as guests. */
  externalAccessEnabled: flag,
  /** Whether guests come in without being admitted. */
  externalAutoAdmit: flag,
  rsvpCounts: RsvpCountsSchema,
  myRsvp: /*#__PURE__*/ maybe(text as OpenText<RsvpStatus>),
  /** The template that made it. */
  templateId: maybeText,
  /** ISO 8601. */
  createdAt: text,
});

/** An event of a server. */
export interface ServerEvent extends v.InferOutput<typeof ServerEventSchema> {}

/** An event to create. */
export interface CreateEventBody {
  readonly title: string;
  readonly description?: string | undefined;
  readonly coverImageUrl?: string | undefined;
  /** ISO 8601. */
  readonly startsAt: string;
  /** ISO 8601. */
  readonly endsAt?: string | undefined;
  /** Whether people from outside of the server may come as guests. */
  readonly externalAccessEnabled?: boolean | undefined;
  /** Whether guests come in without being admitted. */
  readonly externalAutoAdmit?: boolean | undefined;
}

/** What to change of an event; what is absent stays. */
export interface UpdateEventBody extends Partial<CreateEventBody> {}

export const CancelEventResponseSchema = /*#__PURE__*/ model({
  status: text as OpenText<EventStatus>,
  /** ISO 8601: when it is gone for good. */
  deletesAt: optionalText,
});

/** What became of a cancelled event. */
export interface CancelEventResponse extends v.InferOutput<typeof CancelEventResponseSchema> {}

export const RsvpResultSchema = /*#__PURE__*/ model({
  status: text as OpenText<RsvpStatus>,
  counts: RsvpCountsSchema,
});

/** The caller's answer to an event, and everybody's. */
export interface RsvpResult extends v.InferOutput<typeof RsvpResultSchema> {}
