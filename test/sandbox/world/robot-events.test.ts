import { describe, expect, test } from 'vitest';
import {
  createManualClock,
  createSandbox,
  type Sandbox,
  type SandboxEventType,
  type SandboxRobot,
} from '../../../src/sandbox/index.js';
import { startForRobots } from '../support.js';

describe('robot events', () => {
  test('have one of twelve types, in the documented form', async () => {
    const { sandbox, ask, tokens, ids, messages, poll, clock } = await startForRobots();
    const { users, server, rooms } = ids;
    const as = (token: string, method: string, path: string, json?: unknown) => ask(path, { token, method, json });
    const sent = await as(tokens.ben, 'POST', messages, { content: 'hello' });
    const message = `${messages}/${sent.json.id}`;
    await as(tokens.ben, 'PATCH', message, { content: 'hello all' });
    await as(tokens.ada, 'DELETE', message);
    sandbox.joinVoice({ roomId: rooms.music, userId: users.ben });
    await clock.advance(65_000);
    sandbox.leaveVoice({ roomId: rooms.music, userId: users.ben });
    await as(tokens.dan, 'POST', `/servers/join/${ids.inviteCode}`);
    await as(tokens.ada, 'PUT', `/servers/${server}/members/${users.dan}/role`, { roleId: ids.roles.moderator });
    await as(tokens.dan, 'DELETE', `/servers/${server}/leave`);
    const made = await as(tokens.ada, 'POST', `/servers/${server}/rooms`, { name: 'New' });
    await as(tokens.ada, 'DELETE', `/servers/${server}/rooms/${made.json.id}`);
    sandbox.setStatus(users.ben, 'idle');
    await as(tokens.ada, 'PATCH', `/servers/${server}`, { name: 'Port' });

    const { json, status } = await poll();
    expect(status).toBe(200);
    const roomId = rooms.general;
    const messageId = sent.json.id;
    const ben = { userId: users.ben, username: 'ben' };
    const dan = { userId: users.dan, username: 'dan' };
    const expected: [SandboxEventType, object][] = [
      [
        'room.message',
        { roomId, messageId, senderId: users.ben, senderName: 'Ben', content: 'hello', timestamp: sent.json.createdAt },
      ],
      ['room.message.edited', { roomId, messageId, content: 'hello all', editedBy: users.ben }],
      ['room.message.deleted', { roomId, messageId, deletedBy: users.ada }],
      ['voice.join', { roomId: rooms.music, ...ben }],
      ['voice.leave', { roomId: rooms.music, ...ben, durationSeconds: 65 }],
      ['member.join', { ...dan, joinedAt: '2026-01-01T00:01:05.000Z' }],
      ['member.role_changed', { userId: users.dan, oldRole: 'Member', newRole: 'Moderator' }],
      ['member.leave', dan],
      ['room.created', { roomId: made.json.id, name: 'New', createdBy: users.ada }],
      ['room.deleted', { roomId: made.json.id, name: 'New' }],
      ['presence.update', { userId: users.ben, status: 'idle' }],
      ['server.updated', { changes: { name: 'Port' }, updatedBy: users.ada }],
    ];
    expect(json).toEqual(
      expected.map(([type, data]) => ({
        id: expect.any(String),
        eventType: type,
        payload: { type, serverId: server, timestamp: expect.stringMatching(/^2026-01-01T00:0\d:/), data },
        createdAt: expect.stringMatching(/^2026-01-01T00:0\d:/),
      })),
    );
    expect(new Set(json.map(({ id }: { id: string }) => id)).size).toBe(12);
  });

  test('reach only robots of the server that subscribed and have the permission', async () => {
    const { sandbox, ids, tokens, ask, say, state } = await startForRobots();
    const robots = {
      rooms: sandbox.addRobot({ events: ['room.created'] }),
      blind: sandbox.addRobot({ permissions: ['read_rooms', 'send_messages'] }),
      off: sandbox.addRobot({ active: false }),
      elsewhere: sandbox.addRobot({ serverId: ids.otherServer }),
    };
    await say('hello');
    await ask(`/servers/${ids.server}/rooms`, { token: tokens.ada, json: { name: 'New' } });
    sandbox.joinVoice({ roomId: ids.rooms.music, userId: ids.users.ben });
    sandbox.setStatus(ids.users.ben, 'idle');
    const kept = ({ id }: SandboxRobot) =>
      state.robots.find((robot) => robot.id === id)!.kept.map(({ eventType }) => eventType);
    expect(kept(robots.rooms)).toEqual(['room.created']);
    expect(kept(robots.blind)).toEqual(['room.created']);
    expect(kept(robots.off)).toEqual([]);
    expect(kept(robots.elsewhere)).toEqual([]);
    expect(state.robots.find(({ id }) => id === ids.robot)!.kept).toHaveLength(4);
  });

  test('have ids that never come again, neither after a reset nor in another run with the same seed', async () => {
    const idsOf = async (sandbox: Sandbox) => {
      sandbox.setStatus(sandbox.ids.users.ben, 'idle');
      const headers = { authorization: `Robot ${sandbox.tokens.robot}` };
      const response = await sandbox.fetch('http://x/robots/@me/events/poll', { headers });
      const hook = new Promise<string | null>((resolve) => {
        const handler = (request: Request) => {
          resolve(request.headers.get('webhook-id'));
          return new Response();
        };
        sandbox.addRobot({ delivery: { handler }, events: ['presence.update'] });
      });
      sandbox.setStatus(sandbox.ids.users.ben, 'online');
      return [(await response.json())[0].id, await hook];
    };
    const options = { seed: 'same', clock: createManualClock(), pollHoldMs: 0 };
    const first = createSandbox(options);
    const ids = await idsOf(first);
    first.reset();
    ids.push(...(await idsOf(first)), ...(await idsOf(createSandbox(options))));
    expect(new Set(ids).size).toBe(6);
  });

  test('include what the robot itself says', async () => {
    const { ids, say, poll, tokens, messages, ask } = await startForRobots();
    await ask(`/robots/@me${messages}`, { token: tokens.robot, json: { content: 'I am a robot' } });
    await say('I am not');
    const { json } = await poll();
    expect(json.map(({ payload }: { payload: { data: { senderId: string } } }) => payload.data.senderId)).toEqual([
      ids.robot,
      ids.users.ada,
    ]);
  });
});
