import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { valueOf } from '../../../support/results.js';
import { describeOperations } from '../../scenes.js';

const weekly = { title: 'Weekly', rrule: 'FREQ=WEEKLY;BYDAY=SU', timezone: 'America/New_York', startTime: '02:30' };

describeOperations('event-templates', {
  listEventTemplates: {
    does: 'tells when the next event is',
    works: async ({ ben, ids }) =>
      expect(await valueOf(lag.listEventTemplates(ben, ids.server))).toMatchObject([
        // A Tuesday, in winter time.
        { title: 'Weekly meet-up', startTime: '19:30', nextOccurrenceAt: '2026-01-06T18:30:00.000Z' },
      ]),
    refuses: [['one who is not in it', 'permission', ({ dan, ids }) => lag.listEventTemplates(dan, ids.server)]],
  },
  createEventTemplate: {
    does: 'follows the rule across changes of daylight saving time',
    works: async ({ ada, ids, pass, clock }) => {
      const next = async () =>
        (await valueOf(lag.listEventTemplates(ada, ids.server))).find(({ id }) => id === made.id)!.nextOccurrenceAt;
      const made = await valueOf(lag.createEventTemplate(ada, ids.server, { ...weekly, durationMinutes: 60 }));
      expect(made).toMatchObject({ ...weekly, durationMinutes: 60, nextOccurrenceAt: '2026-01-04T07:30:00.000Z' });
      // 02:30 is not a time of that Sunday in New York: the clocks go from 02:00 to 03:00.
      await pass(Date.UTC(2026, 2, 7) - clock.now());
      expect(await next()).toBe('2026-03-15T06:30:00.000Z');
      await pass(Date.UTC(2026, 9, 24) - clock.now());
      expect(await next()).toBe('2026-10-25T06:30:00.000Z');
      await pass(Date.UTC(2026, 9, 31) - clock.now());
      expect(await next()).toBe('2026-11-01T07:30:00.000Z');
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.createEventTemplate(ben, ids.server, weekly)],
      [
        'a rule that is none',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, rrule: 'weekly' }),
      ],
      [
        'a rule that never comes true',
        'api',
        ({ ada, ids }) =>
          lag.createEventTemplate(ada, ids.server, { ...weekly, rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }),
      ],
      [
        'a rule by the second',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, rrule: 'FREQ=SECONDLY' }),
      ],
      [
        'an unknown time zone',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, timezone: 'Mars/Olympus' }),
      ],
      [
        'a time that is none',
        'api',
        ({ ada, ids }) => lag.createEventTemplate(ada, ids.server, { ...weekly, startTime: '25:00' }),
      ],
    ],
  },
  updateEventTemplate: {
    does: 'creates the events again by the new rule',
    works: async ({ ada, ids, pass, clock, state }) => {
      await pass(Date.UTC(2026, 0, 5) - clock.now());
      const made = await valueOf(lag.listEvents(ada, ids.server));
      expect(made).toMatchObject([
        { title: 'Weekly meet-up', startsAt: '2026-01-06T18:30:00.000Z', templateId: ids.eventTemplate },
      ]);
      const changes = { rrule: 'RRULE:FREQ=DAILY', startTime: '08:00', timezone: 'Asia/Tokyo' };
      expect(await valueOf(lag.updateEventTemplate(ada, ids.server, ids.eventTemplate, changes))).toMatchObject({
        title: 'Weekly meet-up',
        rrule: 'FREQ=DAILY',
        nextOccurrenceAt: '2026-01-05T23:00:00.000Z',
      });
      await valueOf(lag.listEvents(ada, ids.server));
      expect(state.events.filter(({ templateId }) => templateId).map(({ startsAt }) => startsAt)).toEqual([
        '2026-01-05T23:00:00.000Z',
        '2026-01-06T23:00:00.000Z',
      ]);
    },
    refuses: [
      [
        'a rule that is none',
        'api',
        ({ ada, ids }) =>
          lag.updateEventTemplate(ada, ids.server, ids.eventTemplate, { rrule: 'FREQ=WEEKLY;BYDAY=XX' }),
      ],
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.updateEventTemplate(ada, ids.server, 't1', { title: 'x' })],
    ],
  },
  deleteEventTemplate: {
    does: 'removes the template with its scheduled events',
    works: async ({ ada, ids, pass, clock }) => {
      await pass(Date.UTC(2026, 0, 5) - clock.now());
      expect(await valueOf(lag.listEvents(ada, ids.server))).toHaveLength(1);
      expect(await valueOf(lag.deleteEventTemplate(ada, ids.server, ids.eventTemplate))).toEqual({ ok: true });
      expect(await valueOf(lag.listEvents(ada, ids.server))).toEqual([]);
      expect(await valueOf(lag.listEventTemplates(ada, ids.server))).toEqual([]);
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.deleteEventTemplate(ben, ids.server, ids.eventTemplate)],
    ],
  },
});
