import { describe, expect, test } from 'vitest';
import { createContext } from '../../../src/context.js';
import { collectItems } from '../../../src/pagination.js';
import { getIdentity } from '../../../src/operations/identity.js';
import { listMembers } from '../../../src/operations/members.js';
import { iterateRoomMessages } from '../../../src/operations/room-messages.js';
import { createManualClock, createSandbox } from '../../../src/sandbox/index.js';
import { valueOf } from '../../support/results.js';

const create = (seed?: string | number) => createSandbox({ clock: createManualClock(), seed });

describe('fixtures', () => {
  test('create users whose tokens work, under names of their own', async () => {
    const sandbox = create();
    const [named, unnamed] = [sandbox.addUser({ id: 'u1', username: 'eve', displayName: 'Eve' }), sandbox.addUser()];
    expect(named).toMatchObject({ id: 'u1', username: 'eve' });
    expect(unnamed.username).toMatch(/^\w+$/);
    expect(await valueOf(getIdentity(createContext(named.token, { transport: sandbox.transport })))).toMatchObject({
      id: 'u1',
      displayName: 'Eve',
    });
    const again = sandbox.addUser({ id: 'u1' });
    expect(again.username).toBe('eve');
    expect(again.token).not.toBe(named.token);
    expect(sandbox.state.users).toHaveLength(6);
  });

  test('create servers, rooms, members and robots under chosen ids', async () => {
    const sandbox = create();
    const { roomId, ownerId } = sandbox.addServer({ id: 's1', name: 'Mine', ownerId: 'u1' });
    expect(ownerId).toBe('u1');
    sandbox.addRoom({ id: 'r1', serverId: 's1', name: 'Room one' });
    sandbox.addMember({ serverId: 's1', userId: 'u2', role: 'admin' });
    const robot = sandbox.addRobot({ serverId: 's1', name: 'Helper', permissions: ['read_members', 'read_messages'] });
    const ctx = createContext(robot.token, { transport: sandbox.transport });
    expect(await valueOf(getIdentity(ctx))).toMatchObject({
      id: robot.id,
      displayName: 'Helper',
      serverId: 's1',
      permissions: ['read_members', 'read_messages'],
      active: true,
    });
    expect((await valueOf(listMembers(ctx, 's1'))).map(({ userId, role }) => [userId, role])).toEqual([
      ['u1', 'owner'],
      ['u2', 'admin'],
    ]);
    for (const id of ['r1', roomId])
      expect(await valueOf(collectItems(iterateRoomMessages(ctx, 's1', id), 10))).toEqual([]);
  });

  test('create the users, servers, rooms and events that they name', () => {
    const sandbox = create();
    const { ids, state } = sandbox;
    sandbox.addMember({ serverId: 'new server', userId: 'new user' });
    sandbox.addRobot({ serverId: 'another server' });
    sandbox.joinVoice({ roomId: 'new room', userId: 'new guest' });
    sandbox.addGuest({ eventId: 'new event', displayName: 'Heidi' });
    sandbox.setStatus('silent user', 'idle');
    sandbox.leaveVoice({ roomId: 'other room', userId: 'nobody' });
    sandbox.disconnectRobot('nobody');
    expect(state.servers.map(({ id }) => id)).toEqual([ids.server, ids.otherServer, 'new server', 'another server']);
    expect(state.rooms.find(({ id }) => id === 'new room')).toMatchObject({
      serverId: ids.server,
      participants: [{ userId: 'new guest' }],
    });
    expect(state.events.find(({ id }) => id === 'new event')).toMatchObject({ serverId: ids.server });
    expect(state.guests.find(({ eventId }) => eventId === 'new event')).toMatchObject({
      displayName: 'Heidi',
      status: 'pending',
    });
    expect(state.users.find(({ id }) => id === 'silent user')).toMatchObject({ status: 'idle' });
    expect(state.users.some(({ id }) => id === 'nobody')).toBe(false);
  });

  test('never change the owner’s role, and never add a member twice', () => {
    const sandbox = create();
    const { server, users } = sandbox.ids;
    sandbox.addMember({ serverId: server, userId: users.ada, role: 'member' });
    sandbox.addMember({ serverId: server, userId: users.ben });
    sandbox.joinVoice({ roomId: sandbox.ids.rooms.music, userId: users.ben });
    sandbox.joinVoice({ roomId: sandbox.ids.rooms.music, userId: users.ben });
    expect(sandbox.state.members.filter(({ serverId }) => serverId === server).map(({ role }) => role)).toEqual([
      'owner',
      'member',
      'admin',
    ]);
    expect(sandbox.state.rooms.find(({ id }) => id === sandbox.ids.rooms.music)!.participants).toHaveLength(1);
    expect(sandbox.state.robots[0]!.kept.map(({ eventType }) => eventType)).toEqual(['voice.join']);
  });
});

describe('two sandboxes', () => {
  test('share nothing', async () => {
    const [first, second] = [create(), create()];
    first.addUser({ username: 'eve' });
    first.faults.next({ status: 500 });
    expect(second.state.users).toHaveLength(4);
    expect((await second.fetch('http://x/health')).status).toBe(200);
    expect(first.requests).toEqual([]);
  });
});
