import type * as v from 'valibot';
import { flag, maybeNumber, maybeText, text } from './fields.js';
import { model } from './model.js';

export const EventTemplateSchema = /*#__PURE__*/ model({
  id: text,
  serverId: text,
  title: text,
  description: maybeText,
  coverImageUrl: maybeText,
  durationMinutes: maybeNumber,
  /** When it repeats: an RRULE of iCalendar. */
  rrule: text,
  /** Of the IANA database, as `Europe/Berlin`. */
  timezone: text,
  /** `HH:MM` in `timezone`. */
  startTime: text,
  externalAccessEnabled: flag,
  externalAutoAdmit: flag,
  /** ISO 8601. */
  nextOccurrenceAt: maybeText,
  createdBy: text,
  /** ISO 8601. */
  createdAt: text,
});

/** What a repeated event is made from; the server makes each one 48 hours ahead. */
export interface EventTemplate extends v.InferOutput<typeof EventTemplateSchema> {}

/** A repeated event to create. */
export interface CreateEventTemplateBody {
  readonly title: string;
  readonly description?: string | undefined;
  /** When it repeats: an RRULE of iCalendar, as `FREQ=WEEKLY;BYDAY=FR`. */
  readonly rrule: string;
  /** Of the IANA database, as `Europe/Berlin`. */
  readonly timezone: string;
  /** `HH:MM` in `timezone`. */
  readonly startTime: string;
  readonly durationMinutes?: number | undefined;
  readonly coverImageUrl?: string | undefined;
  /** Whether people from outside of the server may come as guests. */
  readonly externalAccessEnabled?: boolean | undefined;
  /** Whether guests come in without being admitted. */
  readonly externalAutoAdmit?: boolean | undefined;
}

/** What to change of a repeated event; what is absent stays. */
export interface UpdateEventTemplateBody extends Partial<CreateEventTemplateBody> {}
