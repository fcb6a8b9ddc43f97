import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { valueOf } from '../../../support/results.js';
import { acceptCleo, describeOperations, dmMessageOf, messageOf, unauthorized, uploadDot } from '../../scenes.js';

describeOperations('dms', {
  listDms: {
    does: 'counts unread messages until they are read',
    works: async ({ ada, ben, dan, ids }) => {
      const [dm] = await valueOf(lag.listDms(ben));
      expect(dm).toMatchObject({ id: ids.dm, otherUser: { username: 'ada' }, lastMessage: { conversationId: ids.dm } });
      expect(dm!.unreadCount).toBeGreaterThan(0);
      await valueOf(lag.listDmMessages(ben, ids.dm));
      expect((await valueOf(lag.listDms(ben)))[0]!.unreadCount).toBe(0);
      await valueOf(lag.sendDmMessage(ada, ids.dm, { content: 'there?' }));
      expect((await valueOf(lag.listDms(ben)))[0]!.unreadCount).toBe(1);
      expect(await valueOf(lag.listDms(dan))).toEqual([]);
    },
    refuses: [unauthorized(({ me }) => lag.listDms(me))],
  },
  createDm: {
    does: 'opens one conversation for two friends',
    works: async (w) => {
      await acceptCleo(w);
      const made = await valueOf(lag.createDm(w.cleo, w.ids.users.ada));
      expect(made).toMatchObject({ otherUser: { username: 'ada' }, lastMessage: null, unreadCount: 0 });
      expect((await valueOf(lag.createDm(w.ada, w.ids.users.cleo))).id).toBe(made.id);
      expect((await valueOf(lag.createDm(w.ben, w.ids.users.ada))).id).toBe(w.ids.dm);
    },
    refuses: [
      ['no friend', 'permission', ({ ben, ids }) => lag.createDm(ben, ids.users.cleo)],
      ['one who only asked', 'permission', ({ ada, ids }) => lag.createDm(ada, ids.users.cleo)],
      ['an unknown user', 'not_found', ({ ada }) => lag.createDm(ada, 'nobody')],
    ],
  },
  getDm: {
    does: 'shows the conversation to its users',
    works: async ({ ada, ids }) =>
      expect(await valueOf(lag.getDm(ada, ids.dm))).toMatchObject({ otherUser: { username: 'ben' } }),
    refuses: [
      ['one of others', 'permission', ({ cleo, ids }) => lag.getDm(cleo, ids.dm)],
      ['an unknown one', 'not_found', ({ ada }) => lag.getDm(ada, 'd1')],
    ],
  },
  listDmMessages: {
    does: 'pages through all messages',
    works: async ({ ada, ids }) => {
      const all = await valueOf(lag.collectItems(lag.iterateDmMessages(ada, ids.dm, { limit: 25 }), Infinity));
      expect(new Set(all.map(({ id }) => id)).size).toBe(60);
      expect((await valueOf(lag.listDmMessages(ada, ids.dm, { limit: 7 }))).messages).toHaveLength(7);
    },
    refuses: [['of others', 'permission', ({ cleo, ids }) => lag.listDmMessages(cleo, ids.dm)]],
  },
  sendDmMessage: {
    does: 'sends a text, a reply and an image',
    works: async (w) => {
      const first = await valueOf(lag.sendDmMessage(w.ada, w.ids.dm, { content: 'hi' }));
      const { id: imageId } = await uploadDot(w);
      const reply = await valueOf(lag.sendDmMessage(w.ben, w.ids.dm, { content: '', replyToId: first.id, imageId }));
      expect(reply).toMatchObject({
        replyTo: { id: first.id, content: 'hi', username: 'ada' },
        image: { id: imageId },
      });
      expect((await valueOf(lag.listDmMessages(w.ada, w.ids.dm))).messages.slice(-2)).toEqual([first, reply]);
    },
    refuses: [
      ['into one of others', 'permission', ({ cleo, ids }) => lag.sendDmMessage(cleo, ids.dm, { content: 'hi' })],
      ['nothing', 'api', ({ ada, ids }) => lag.sendDmMessage(ada, ids.dm, { content: '' })],
      [
        'to who is no friend any more',
        'permission',
        ({ ada, ids }) =>
          lag
            .listFriends(ada)
            .andThen(([friend]) => lag.removeFriend(ada, friend!.friendshipId))
            .andThen(() => lag.sendDmMessage(ada, ids.dm, { content: 'hi' })),
      ],
      [
        'in reply to what is elsewhere',
        'not_found',
        (w) => lag.sendDmMessage(w.ada, w.ids.dm, { content: 'hi', replyToId: messageOf(w, w.ids.users.ben) }),
      ],
    ],
  },
  editDmMessage: {
    does: 'changes the content',
    works: async ({ ada, ids }) => {
      const { id } = await valueOf(lag.sendDmMessage(ada, ids.dm, { content: 'hi' }));
      const edited = await valueOf(lag.editDmMessage(ada, ids.dm, id, { content: 'hello' }));
      expect(edited).toMatchObject({ id, content: 'hello', editedAt: expect.any(String) });
    },
    refuses: [
      [
        'one of the other',
        'permission',
        (w) => lag.editDmMessage(w.ada, w.ids.dm, dmMessageOf(w, w.ids.users.ben), { content: 'x' }),
      ],
      ['an unknown one', 'not_found', ({ ada, ids }) => lag.editDmMessage(ada, ids.dm, 'm1', { content: 'x' })],
    ],
  },
  deleteDmMessage: {
    does: 'removes the message for both users',
    works: async ({ ada, ben, ids }) => {
      const { id } = await valueOf(lag.sendDmMessage(ada, ids.dm, { content: 'hi' }));
      expect(await valueOf(lag.deleteDmMessage(ada, ids.dm, id))).toBeUndefined();
      expect((await valueOf(lag.listDmMessages(ben, ids.dm))).messages.map((message) => message.id)).not.toContain(id);
    },
    refuses: [
      ['one of the other', 'permission', (w) => lag.deleteDmMessage(w.ada, w.ids.dm, dmMessageOf(w, w.ids.users.ben))],
    ],
  },
});
