import * as v from 'valibot';
import { flag, nullableNumber, nullableText, positiveNumber, requiredText, text, type Text } from './fields.js';
import type { EventTemplateId, ServerId, UserId } from './ids.js';

/** A repeated event. The server creates each occurrence 48 hours ahead. */
export interface EventTemplate {
  id: EventTemplateId;
  serverId: ServerId;
  title: string;
  description: string | null;
  coverImageUrl: string | null;
  durationMinutes: number | null;
  /** When it repeats: an iCalendar RRULE. */
  rrule: string;
  /** An IANA time zone, such as `Europe/Berlin`. */
  timezone: string;
  /** `HH:MM` in `timezone`. */
  startTime: string;
  /** Whether people from outside the server may come as guests. */
  externalAccessEnabled: boolean;
  /** Whether guests come in without being admitted. */
  externalAutoAdmit: boolean;
  /** ISO 8601. */
  nextOccurrenceAt: string | null;
  createdBy: UserId;
  /** ISO 8601. */
  createdAt: string;
}

export const EventTemplateSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<EventTemplateId>,
  serverId: text as Text<ServerId>,
  title: text,
  description: nullableText,
  coverImageUrl: nullableText,
  durationMinutes: nullableNumber,
  rrule: text,
  timezone: text,
  startTime: text,
  externalAccessEnabled: flag,
  externalAutoAdmit: flag,
  nextOccurrenceAt: nullableText,
  createdBy: text as Text<UserId>,
  createdAt: text,
});

/** The event templates of a server, as `GET /servers/:serverId/event-templates` returns them. */
export interface EventTemplateList {
  templates: EventTemplate[];
}

export const EventTemplateListSchema = /*#__PURE__*/ v.looseObject({
  templates: /*#__PURE__*/ v.array(EventTemplateSchema),
});

/** A repeated event to create. */
export interface CreateEventTemplateBody {
  readonly title: string;
  readonly description?: string | undefined;
  /** When it repeats: an iCalendar RRULE, such as `FREQ=WEEKLY;BYDAY=FR`. */
  readonly rrule: string;
  /** An IANA time zone, such as `Europe/Berlin`. */
  readonly timezone: string;
  /** `HH:MM` in `timezone`. */
  readonly startTime: string;
  readonly durationMinutes?: number | undefined;
  readonly coverImageUrl?: string | undefined;
  /** Whether people from outside the server may come as guests. */
  readonly externalAccessEnabled?: boolean | undefined;
  /** Whether guests come in without being admitted. */
  readonly externalAutoAdmit?: boolean | undefined;
}

export const CreateEventTemplateBodySchema = /*#__PURE__*/ v.object({
  title: requiredText,
  description: /*#__PURE__*/ v.optional(text),
  rrule: requiredText,
  timezone: requiredText,
  startTime: /*#__PURE__*/ v.pipe(text, /*#__PURE__*/ v.isoTime()),
  durationMinutes: /*#__PURE__*/ v.optional(positiveNumber),
  coverImageUrl: /*#__PURE__*/ v.optional(text),
  externalAccessEnabled: /*#__PURE__*/ v.optional(flag),
  externalAutoAdmit: /*#__PURE__*/ v.optional(flag),
});

/** What to change in a repeated event. Absent fields stay as they are. */
export interface UpdateEventTemplateBody {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** When it repeats: an iCalendar RRULE, such as `FREQ=WEEKLY;BYDAY=FR`. */
  readonly rrule?: string | undefined;
  /** An IANA time zone, such as `Europe/Berlin`. */
  readonly timezone?: string | undefined;
  /** `HH:MM` in `timezone`. */
  readonly startTime?: string | undefined;
  readonly durationMinutes?: number | undefined;
  readonly coverImageUrl?: string | undefined;
  /** Whether people from outside the server may come as guests. */
  readonly externalAccessEnabled?: boolean | undefined;
  /** Whether guests come in without being admitted. */
  readonly externalAutoAdmit?: boolean | undefined;
}

export const UpdateEventTemplateBodySchema = /*#__PURE__*/ v.partial(CreateEventTemplateBodySchema);
