import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations } from '../../scenes.js';

describeOperations('rooms', {
  listRooms: {
    does: 'shows who is in which voice room',
    works: async ({ ben, robot, ids, joinVoice }) => {
      joinVoice({ roomId: ids.rooms.music, userId: ids.users.ben });
      for (const ctx of [ben, robot]) {
        const rooms = await valueOf(lag.listRooms(ctx, ids.server));
        expect(rooms.map(({ name, participants }) => [name, participants.map(({ username }) => username)])).toEqual([
          ['General', []],
          ['Music', ['ben']],
          ['Quiet', []],
        ]);
      }
    },
    refuses: [
      ['one who is not in it', 'permission', ({ dan, ids }) => lag.listRooms(dan, ids.server)],
      ['a robot of another server', 'permission', ({ robot, ids }) => lag.listRooms(robot, ids.otherServer)],
    ],
  },
  createRoom: {
    does: 'creates a room for messages',
    works: async ({ ada, ids }) => {
      const room = await valueOf(lag.createRoom(ada, ids.server, { name: 'Stage', maxParticipants: 12 }));
      expect(room).toMatchObject({ name: 'Stage', maxParticipants: 12, createdBy: ids.users.ada, participants: [] });
      await valueOf(lag.sendRoomMessage(ada, ids.server, room.id, { content: 'first' }));
    },
    refuses: [
      ['a member', 'permission', ({ ben, ids }) => lag.createRoom(ben, ids.server, { name: 'Mine' })],
      [
        'one for nobody',
        'api',
        ({ ada, ids }) => lag.createRoom(ada, ids.server, { name: 'Stage', maxParticipants: 0 }),
      ],
    ],
  },
  updateRoom: {
    does: 'changes only the fields that were sent',
    works: async ({ cleo, ids }) =>
      expect(await valueOf(lag.updateRoom(cleo, ids.server, ids.rooms.quiet, { name: 'Loud' }))).toMatchObject({
        name: 'Loud',
        maxParticipants: 4,
      }),
    refuses: [
      [
        'one of another server',
        'not_found',
        ({ ada, ids }) => lag.updateRoom(ada, ids.server, ids.otherRoom, { name: 'x' }),
      ],
    ],
  },
  deleteRoom: {
    does: 'removes the room with its messages',
    works: async ({ ada, ben, ids, state }) => {
      expect(await valueOf(lag.deleteRoom(ada, ids.server, ids.rooms.general))).toBeUndefined();
      expect((await errorOf(lag.listRoomMessages(ben, ids.server, ids.rooms.general))).kind).toBe('not_found');
      expect(state.messages).toHaveLength(40);
    },
    refuses: [['a member', 'permission', ({ ben, ids }) => lag.deleteRoom(ben, ids.server, ids.rooms.quiet)]],
  },
});
