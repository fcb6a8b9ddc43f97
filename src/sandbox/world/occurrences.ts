import { Refusal } from '../http/requests.js';
import { makeEvent } from './make.js';
import type { EventRow, ServerRow, TemplateRow, World } from './world.js';

type Schedule = Pick<TemplateRow, 'rrule' | 'timezone' | 'startTime' | 'createdAt'>;

const aheadMs = 48 * 3_600_000;
const keptAfterCancelMs = 24 * 3_600_000;

/** When the template's event is next, after `after`; null where its rule has come to an end. */
export const nextOccurrence = async (schedule: Schedule, after: number): Promise<number | null> => {
  try {
    return (await ruleOf(schedule)).next(new Date(after))?.epochMilliseconds ?? null;
  } catch {
    return null;
  }
};

/** 400 for a rule or time zone that is none, or that never comes true. */
export const checkSchedule = async (schedule: Schedule): Promise<void> => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: schedule.timezone });
  } catch {
    throw new Refusal(400, 'body.timezone: must be a time zone such as Europe/Berlin');
  }
  try {
    (await ruleOf(schedule)).next(new Date(schedule.createdAt));
  } catch (error) {
    throw new Refusal(400, `body.rrule: ${error instanceof Error ? error.message : 'no such rule'}`);
  }
};

/** Makes the events of templates that begin within 48 hours, once each. */
export const makeDueEvents = async (world: World, server: ServerRow): Promise<void> => {
  const now = world.clock.now();
  for (const template of server.templates.values()) {
    const from = Math.max(template.madeUntil, now);
    template.madeUntil = Math.max(template.madeUntil, now + aheadMs);
    const due = from < now + aheadMs ? await between(template, from, now + aheadMs) : [];
    if (!server.templates.has(template.id)) continue;
    for (const startsAt of due) {
      const { title, description, coverImageUrl, externalAccessEnabled, externalAutoAdmit, createdBy } = template;
      const endsAt = template.durationMinutes === null ? null : startsAt + template.durationMinutes * 60_000;
      makeEvent(world, server, {
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

/** The server's events but those that were cancelled a day ago, which are gone. */
export const liveEvents = (world: World, server: ServerRow): EventRow[] =>
  [...server.events.values()].filter(
    ({ cancelledAt }) => cancelledAt === null || deletesAt(cancelledAt) > world.clock.now(),
  );

export const deletesAt = (cancelledAt: number): number => cancelledAt + keptAfterCancelMs;

const between = async (schedule: Schedule, after: number, upTo: number): Promise<number[]> => {
  try {
    return (await ruleOf(schedule))
      .between(new Date(after + 1), new Date(upTo), true)
      .map((at) => at.epochMilliseconds);
  } catch {
    return [];
  }
};

/** The rule as from the day its template was made on, by the clock of its time zone. */
const ruleOf = async ({ rrule, timezone, startTime, createdAt }: Schedule) => {
  // Loaded when it is needed: it takes longer than all the rest of the sandbox.
  const { RRuleTemporal } = await import('rrule-temporal');
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(createdAt);
  const start = `${day}T${startTime}00`.replace(/[-:]/g, '');
  return new RRuleTemporal({
    rruleString: `DTSTART;TZID=${timezone}:${start}\nRRULE:${rrule}`,
    // A rule that never comes true is an error after these, instead of a search without end.
    maxIterations: 2000,
    maxCandidateEvaluations: 50_000,
  });
};
