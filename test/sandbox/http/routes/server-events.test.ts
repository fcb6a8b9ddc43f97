import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { DAY_MS, describeOperations, inDays } from '../../scenes.js';

describeOperations('events', {
  listEvents: {
    does: 'lists events that are coming or running, those of templates included',
    works: async ({ ben, ids, pass, clock }) => {
      const titles = async () =>
        (await valueOf(lag.listEvents(ben, ids.server))).map(({ title, status }) => [title, status]);
      expect(await titles()).toEqual([['Launch party', 'scheduled']]);
      await pass(3 * DAY_MS);
      expect(await titles()).toEqual([['Launch party', 'active']]);
      // Tuesday the 6th is less than 48 hours off.
      await pass(Date.UTC(2026, 0, 4, 18, 31) - clock.now());
      expect(await titles()).toEqual([['Weekly meet-up', 'scheduled']]);
      expect(await titles()).toHaveLength(1);
    },
    refuses: [['one who is not in it', 'permission', ({ dan, ids }) => lag.listEvents(dan, ids.server)]],
  },
  createEvent: {
    does: 'schedules an event',
    works: async ({ cleo, ids }) => {
      const body = { title: 'Quiz', description: 'Ten rounds.', startsAt: inDays(2), endsAt: inDays(2.1) };
      expect(await valueOf(lag.createEvent(cleo, ids.server, { ...body, externalAccessEnabled: true }))).toMatchObject({
        ...body,
        status: 'scheduled',
        creatorUsername: 'cleo',
        shareCode: expect.stringMatching(/./),
        rsvpCounts: { going: 0, maybe: 0, notGoing: 0 },
        myRsvp: null,
        templateId: null,
      });
      // An event has a voice room with and without external access, as long as the room exists.
      const closed = await valueOf(lag.createEvent(cleo, ids.server, body));
      expect(closed).toMatchObject({ externalAccessEnabled: false, shareCode: null, voiceRoomId: ids.rooms.general });
      await valueOf(lag.deleteRoom(cleo, ids.server, ids.rooms.general));
      expect((await valueOf(lag.getEvent(cleo, ids.server, closed.id))).voiceRoomId).toBeNull();
    },
    refuses: [
      [
        'a member',
        'permission',
        ({ ben, ids }) => lag.createEvent(ben, ids.server, { title: 'Quiz', startsAt: inDays(1) }),
      ],
      [
        'one that is over',
        'api',
        ({ ada, ids }) => lag.createEvent(ada, ids.server, { title: 'Quiz', startsAt: inDays(-1) }),
      ],
      [
        'one that ends first',
        'api',
        ({ ada, ids }) => lag.createEvent(ada, ids.server, { title: 'Quiz', startsAt: inDays(2), endsAt: inDays(1) }),
      ],
      ['at no time', 'api', ({ ada, ids }) => lag.createEvent(ada, ids.server, { title: 'Quiz', startsAt: 'soon' })],
    ],
  },
  getEvent: {
    does: 'shows the caller’s own reply',
    works: async ({ ben, ids }) =>
      expect(await valueOf(lag.getEvent(ben, ids.server, ids.event))).toMatchObject({
        title: 'Launch party',
        myRsvp: 'going',
        rsvpCounts: { going: 1 },
      }),
    refuses: [['an unknown one', 'not_found', ({ ben, ids }) => lag.getEvent(ben, ids.server, 'e1')]],
  },
  updateEvent: {
    does: 'changes only the fields that were sent',
    works: async ({ ada, ids }) => {
      const changes = { title: 'Relaunch', startsAt: inDays(4), endsAt: inDays(5) };
      expect(await valueOf(lag.updateEvent(ada, ids.server, ids.event, changes))).toMatchObject({
        ...changes,
        description: 'Bring a song.',
      });
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.updateEvent(ben, ids.server, ids.event, { title: 'x' })],
      [
        'a start after its end',
        'api',
        ({ ada, ids }) => lag.updateEvent(ada, ids.server, ids.event, { startsAt: inDays(9) }),
      ],
    ],
  },
  cancelEvent: {
    does: 'keeps the cancelled event readable for a DAY_MS',
    works: async ({ ada, ben, ids, pass, clock }) => {
      expect(await valueOf(lag.cancelEvent(ada, ids.server, ids.event))).toEqual({
        status: 'cancelled',
        deletesAt: new Date(clock.now() + DAY_MS).toISOString(),
      });
      expect((await valueOf(lag.getEvent(ben, ids.server, ids.event))).status).toBe('cancelled');
      expect(await valueOf(lag.listEvents(ben, ids.server))).toEqual([]);
      await pass(DAY_MS);
      expect((await errorOf(lag.getEvent(ben, ids.server, ids.event))).kind).toBe('not_found');
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.cancelEvent(ben, ids.server, ids.event)],
      [
        'one that is cancelled',
        'conflict',
        ({ ada, ids }) =>
          lag.cancelEvent(ada, ids.server, ids.event).andThen(() => lag.cancelEvent(ada, ids.server, ids.event)),
      ],
    ],
  },
  rsvpEvent: {
    does: 'counts one reply for each member',
    works: async ({ ben, cleo, ids }) => {
      await valueOf(lag.rsvpEvent(cleo, ids.server, ids.event, 'maybe'));
      expect(await valueOf(lag.rsvpEvent(ben, ids.server, ids.event, 'not_going'))).toEqual({
        status: 'not_going',
        counts: { going: 0, maybe: 1, notGoing: 1 },
      });
    },
    refuses: [
      ['another answer', 'api', ({ ben, ids }) => lag.rsvpEvent(ben, ids.server, ids.event, 'perhaps' as 'maybe')],
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.rsvpEvent(dan, ids.server, ids.event, 'going')],
      [
        'one that is cancelled',
        'conflict',
        ({ ada, ids }) =>
          lag.cancelEvent(ada, ids.server, ids.event).andThen(() => lag.rsvpEvent(ada, ids.server, ids.event, 'going')),
      ],
    ],
  },
  toggleEventExternalAccess: {
    does: 'opens and closes the event to guests, who keep its code',
    works: async ({ ada, ids }) => {
      const toggle = () => valueOf(lag.toggleEventExternalAccess(ada, ids.server, ids.event));
      const { shareCode } = await valueOf(lag.getEvent(ada, ids.server, ids.event));
      expect(shareCode).toMatch(/./);
      expect(await toggle()).toMatchObject({ externalAccessEnabled: false, shareCode });
      expect(await toggle()).toMatchObject({ externalAccessEnabled: true, shareCode });
      const { id } = await valueOf(lag.createEvent(ada, ids.server, { title: 'Quiz', startsAt: inDays(1) }));
      expect(await valueOf(lag.getEvent(ada, ids.server, id))).toMatchObject({ shareCode: null });
      const opened = await valueOf(lag.toggleEventExternalAccess(ada, ids.server, id));
      expect(opened).toMatchObject({ externalAccessEnabled: true, shareCode: expect.stringMatching(/./) });
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.toggleEventExternalAccess(ben, ids.server, ids.event)]],
  },
});
