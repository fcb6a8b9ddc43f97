import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { valueOf } from '../../../support/results.js';
import { describeOperations } from '../../scenes.js';

describeOperations('event-guests', {
  listEventGuests: {
    does: 'lists guests with their status',
    works: async ({ ada, ids }) =>
      expect(await valueOf(lag.listEventGuests(ada, ids.server, ids.event))).toMatchObject([
        { id: ids.guest, displayName: 'Grace', status: 'pending' },
      ]),
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.listEventGuests(ben, ids.server, ids.event)]],
  },
  admitEventGuest: {
    does: 'admits a guest who waits',
    works: async ({ ada, ids, state }) => {
      expect(await valueOf(lag.admitEventGuest(ada, ids.server, ids.event, ids.guest))).toEqual({ status: 'admitted' });
      expect(state.guests[0]).toMatchObject({ eventId: ids.event, status: 'admitted' });
    },
    refuses: [
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.admitEventGuest(ada, ids.server, ids.event, 'g1')],
      [
        'one who was rejected',
        'conflict',
        ({ ada, ids }) =>
          lag
            .rejectEventGuest(ada, ids.server, ids.event, ids.guest)
            .andThen(() => lag.admitEventGuest(ada, ids.server, ids.event, ids.guest)),
      ],
    ],
  },
  rejectEventGuest: {
    does: 'rejects a guest who waits',
    works: async ({ ada, ids, addGuest, state }) => {
      const { id } = addGuest({ eventId: ids.event, displayName: 'Heidi' });
      expect(await valueOf(lag.rejectEventGuest(ada, ids.server, ids.event, id))).toEqual({ status: 'rejected' });
      expect(state.guests.map(({ displayName, status }) => [displayName, status])).toEqual([
        ['Grace', 'pending'],
        ['Heidi', 'rejected'],
      ]);
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.rejectEventGuest(ben, ids.server, ids.event, ids.guest)],
    ],
  },
});
