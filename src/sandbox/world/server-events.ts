import type { EventStatus } from '../../models/events.js';
import { createEvent } from './create.js';
import { Refusal, refuse } from './refusal.js';
import type { EventRow, ServerRow, TemplateRow } from './rows.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.js';
import type { World } from './world.js';

// The events of a server's calendar, and the templates that create them.

type Schedule = Pick<TemplateRow, 'rrule' | 'timezone' | 'startTime' | 'createdAt'>;

/** How far ahead the events of templates are created. */
const CREATED_AHEAD_MS = 48 * HOUR_MS;
/** How long a cancelled event can still be read. */
const KEPT_AFTER_CANCEL_MS = DAY_MS;
/** An event without an end lasts this long. */
const OPEN_END_MS = 4 * HOUR_MS;

export const eventStatus = (world: World, event: EventRow): EventStatus => {
  const now = world.clock.now();
  if (event.cancelledAt !== null) return 'cancelled';
  if (now < event.startsAt) return 'scheduled';
  return now < (event.endsAt ?? event.startsAt + OPEN_END_MS) ? 'active' : 'ended';
};

/** The server's events, except those that were cancelled more than a day ago. */
export const liveEvents = (world: World, server: ServerRow): EventRow[] =>
  [...server.events.values()].filter((event) => isLive(world, event));

export const requireEvent = (world: World, server: ServerRow, eventId: string): EventRow => {
  const event = server.events.get(eventId);
  return event && isLive(world, event) ? event : refuse(404, 'Event not found');
};

/** 409 for an event that is cancelled or over. */
export const requireOpenEvent = (world: World, event: EventRow): void => {
  const status = eventStatus(world, event);
  if (status === 'cancelled' || status === 'ended') refuse(409, `The event is ${status}`);
};

export const deletesAt = (cancelledAt: number): number => cancelledAt + KEPT_AFTER_CANCEL_MS;

const isLive = (world: World, { cancelledAt }: EventRow): boolean =>
  cancelledAt === null || deletesAt(cancelledAt) > world.clock.now();

/** Time of the template's next event after `after`; `null` if its rule has ended. */
export const nextOccurrence = async (schedule: Schedule, after: number): Promise<number | null> => {
  try {
    return (await parseRule(schedule)).next(new Date(after))?.epochMilliseconds ?? null;
  } catch {
    return null;
  }
};

/** 400 for an invalid rule or time zone, and for a rule that never matches a day. */
export const requireValidSchedule = async (schedule: Schedule): Promise<void> => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: schedule.timezone });
  } catch {
    throw new Refusal(400, 'body.timezone: must be a time zone such as Europe/Berlin');
  }
  try {
    (await parseRule(schedule)).next(new Date(schedule.createdAt));
  } catch (error) {
    throw new Refusal(400, `body.rrule: ${error instanceof Error ? error.message : 'must be an iCalendar RRULE'}`);
  }
};

/** Creates the events of templates that begin within 48 hours, once each. */
export const createDueEvents = async (world: World, server: ServerRow): Promise<void> => {
  const now = world.clock.now();
  const until = now + CREATED_AHEAD_MS;
  for (const template of server.templates.values()) {
    const from = Math.max(template.createdUntil, now);
    template.createdUntil = Math.max(template.createdUntil, until);
    const due = from < until ? await occurrencesBetween(template, from, until) : [];
    if (!server.templates.has(template.id)) continue;
    for (const startsAt of due) {
      const { title, description, coverImageUrl, externalAccessEnabled, externalAutoAdmit, createdBy } = template;
      const endsAt = template.durationMinutes === null ? null : startsAt + template.durationMinutes * MINUTE_MS;
      createEvent(world, server, {
        title,
        description,
        coverImageUrl,
        startsAt,
        endsAt,
        createdBy,
        externalAccessEnabled,
        externalAutoAdmit,
        templateId: template.id,
      });
    }
  }
};

/** Removes the template's events that have not begun. */
export const removeScheduledEvents = (world: World, server: ServerRow, templateId: string): void => {
  for (const event of server.events.values())
    if (event.templateId === templateId && eventStatus(world, event) === 'scheduled') server.events.delete(event.id);
};

const occurrencesBetween = async (schedule: Schedule, after: number, until: number): Promise<number[]> => {
  try {
    return (await parseRule(schedule))
      .between(new Date(after + 1), new Date(until), true)
      .map((at) => at.epochMilliseconds);
  } catch {
    return [];
  }
};

/** The rule, starting on the day its template was created, in its time zone. */
const parseRule = async ({ rrule, timezone, startTime, createdAt }: Schedule) => {
  // Loaded on first use: it takes longer than the rest of the sandbox.
  const { RRuleTemporal } = await import('rrule-temporal');
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(createdAt);
  const start = `${day}T${startTime}00`.replace(/[-:]/g, '');
  return new RRuleTemporal({
    rruleString: `DTSTART;TZID=${timezone}:${start}\nRRULE:${rrule}`,
    // Without these, a rule that never matches would be searched for ever.
    maxIterations: 2000,
    maxCandidateEvaluations: 50_000,
  });
};
