import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import type { LagResult } from '../../../../src/pipeline/types.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations, general, messageOf, png, quiet, say, uploadDot } from '../../scenes.js';

describeOperations('room-messages', {
  listRoomMessages: {
    does: 'pages through all messages, as a user and as a robot',
    works: async (w) => {
      for (const ctx of [w.ben, w.robot]) {
        const all = await valueOf(
          lag.collectItems(lag.iterateRoomMessages(ctx, ...general(w), { limit: 80 }), Infinity),
        );
        expect(new Set(all.map(({ id }) => id)).size).toBe(300);
        expect(all.some(({ replyTo }) => replyTo)).toBe(true);
        expect(
          all.filter(({ isBot }) => isBot).every(({ robotId, userId }) => robotId === w.ids.robot && !userId),
        ).toBe(true);
      }
    },
    refuses: [
      ['one who is not in it', 'permission', (w) => lag.listRoomMessages(w.dan, ...general(w))],
      ['an unknown room', 'not_found', ({ ada, ids }) => lag.listRoomMessages(ada, ids.server, 'r1')],
      [
        'a robot of another server',
        'permission',
        ({ robot, ids }) => lag.listRoomMessages(robot, ids.otherServer, ids.otherRoom),
      ],
    ],
  },
  sendRoomMessage: {
    does: 'sends texts, replies, mentions and images, as a user and as a robot',
    works: async (w) => {
      const { ben, robot, ids } = w;
      const first = await say(w, ben, 'hello @ada and @beacon, @nobody');
      expect(first).toMatchObject({
        userId: ids.users.ben,
        mentions: [
          { type: 'user', id: ids.users.ada, name: 'ada' },
          { type: 'robot', id: ids.robot, name: 'Beacon' },
        ],
      });
      const reply = await valueOf(lag.sendRoomMessage(robot, ...quiet(w), { content: 'hi', replyToId: first.id }));
      expect(reply).toMatchObject({
        userId: null,
        robotId: ids.robot,
        username: 'Beacon',
        displayName: 'Beacon',
        isBot: true,
      });
      expect(reply.replyTo).toMatchObject({ id: first.id, username: 'ben' });
      const { id: imageId } = await uploadDot(w);
      const picture = await valueOf(lag.sendRoomMessage(ben, ...quiet(w), { imageId, replyToId: reply.id }));
      expect(picture).toMatchObject({
        content: '',
        image: { id: imageId, width: 1, height: 1 },
        replyTo: { isBot: true },
      });
      expect((await valueOf(lag.listRoomMessages(ben, ...quiet(w)))).messages).toEqual([first, reply, picture]);
    },
    refuses: [
      ['one who is not in it', 'permission', (w) => lag.sendRoomMessage(w.dan, ...general(w), { content: 'hi' })],
      ['nothing', 'api', (w) => lag.sendRoomMessage(w.ben, ...general(w), {})],
      ['too much', 'api', (w) => lag.sendRoomMessage(w.robot, ...general(w), { content: 'x'.repeat(2001) })],
      ['an unknown image', 'not_found', (w) => lag.sendRoomMessage(w.ben, ...general(w), { imageId: 'i1' })],
      [
        'an image of another',
        'permission',
        (w) =>
          lag
            .uploadImage(w.ada, png, { purpose: 'chat' })
            .andThen(({ id }) => lag.sendRoomMessage(w.ben, ...general(w), { imageId: id })),
      ],
      [
        'a robot without send_messages',
        'permission',
        (w) =>
          lag.sendRoomMessage(
            lag.createContext(w.addRobot({ permissions: ['read_messages'] }).token, { baseUrl: w.ada.baseUrl }),
            ...general(w),
            { content: 'hi' },
          ),
      ],
      [
        'a robot that is disabled',
        'permission',
        (w) =>
          lag.sendRoomMessage(
            lag.createContext(w.addRobot({ active: false }).token, { baseUrl: w.ada.baseUrl }),
            ...general(w),
            {
              content: 'hi',
            },
          ),
      ],
      [
        'a robot that says too much',
        'rate_limit',
        (w) => {
          const send = () => lag.sendRoomMessage(w.robot, ...general(w), { content: 'hi' });
          return Array.from({ length: 9 })
            .reduce<LagResult<unknown>>((sent) => sent.andThen(send), send())
            .andThen(send);
        },
      ],
    ],
  },
  editRoomMessage: {
    does: 'changes the content of one’s own message',
    works: async (w) => {
      const { id } = await say(w);
      await w.pass(1000);
      const edited = await valueOf(lag.editRoomMessage(w.ben, ...quiet(w), id, { content: 'hallo' }));
      expect(edited).toMatchObject({ id, content: 'hallo', editedAt: new Date(w.clock.now()).toISOString() });
      const own = await say(w, w.robot);
      const { id: roomId } = { id: w.ids.rooms.quiet };
      expect(await valueOf(lag.editRoomMessage(w.robot, ...quiet(w), own.id, { content: 'beep' }))).toEqual({
        id: own.id,
        roomId,
        content: 'beep',
        editedAt: new Date(w.clock.now()).toISOString(),
      });
    },
    refuses: [
      [
        'one of another, even by the owner',
        'permission',
        (w) => lag.editRoomMessage(w.ada, ...general(w), messageOf(w, w.ids.users.ben), { content: 'x' }),
      ],
      [
        'one of a user by a robot',
        'permission',
        (w) => lag.editRoomMessage(w.robot, ...general(w), messageOf(w, w.ids.users.ben), { content: 'x' }),
      ],
      [
        'to nothing',
        'api',
        (w) => lag.editRoomMessage(w.ben, ...general(w), messageOf(w, w.ids.users.ben), { content: '' }),
      ],
    ],
  },
  deleteRoomMessage: {
    does: 'removes a message for its author and for moderators',
    works: async (w) => {
      const [mine, moderated, own] = [await say(w), await say(w), await say(w, w.robot)];
      const reply = await valueOf(lag.sendRoomMessage(w.ada, ...quiet(w), { content: 're', replyToId: mine.id }));
      await valueOf(lag.deleteRoomMessage(w.ben, ...quiet(w), mine.id));
      await valueOf(lag.deleteRoomMessage(w.cleo, ...quiet(w), moderated.id));
      await valueOf(lag.deleteRoomMessage(w.robot, ...quiet(w), own.id));
      const { messages } = await valueOf(lag.listRoomMessages(w.ada, ...quiet(w)));
      expect(messages).toEqual([{ ...reply, replyTo: null }]);
      expect((await errorOf(lag.deleteRoomMessage(w.ben, ...quiet(w), mine.id))).kind).toBe('not_found');
    },
    refuses: [
      [
        'one of another',
        'permission',
        (w) => lag.deleteRoomMessage(w.ben, ...general(w), messageOf(w, w.ids.users.ada)),
      ],
      [
        'one of a user by a robot',
        'permission',
        (w) => lag.deleteRoomMessage(w.robot, ...general(w), messageOf(w, w.ids.users.ada)),
      ],
    ],
  },
});
