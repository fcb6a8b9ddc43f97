import { describe, expect, test } from 'vitest';
import { createContext } from '../../../src/context.js';
import { getIdentity } from '../../../src/operations/identity.js';
import { getServer } from '../../../src/operations/servers.js';
import { createManualClock, createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { valueOf } from '../../support/results.js';

const create = (seed?: string | number) => createSandbox({ clock: createManualClock(), seed });

describe('the seed', () => {
  test('decides ids and contents', () => {
    const picture = (seed?: string | number) => {
      const { state, ids } = create(seed);
      return JSON.stringify([state, ids]);
    };
    expect(picture()).toBe(picture());
    expect(picture()).toBe(picture('lag'));
    expect(picture(7)).toBe(picture('7'));
    expect(picture('other')).not.toBe(picture());
    const [first, second] = [create('a'), create('b')];
    expect(first.state.rooms.some(({ id }) => second.state.rooms.some((room) => room.id === id))).toBe(false);
  });

  test('decides tokens if it is given, and otherwise they are different in every sandbox', () => {
    const tokensOf = ({ tokens, addUser, addRobot }: Sandbox) => [
      ...Object.values(tokens),
      addUser().token,
      addRobot().token,
      addRobot({ delivery: {} }).webhookSecret,
    ];
    expect(tokensOf(create('a'))).toEqual(tokensOf(create('a')));
    expect(tokensOf(create(7))).toEqual(tokensOf(create('7')));
    const all = [create('a'), create('b'), create(), create(), create()].flatMap(tokensOf);
    expect(new Set(all).size).toBe(all.length);
  });

  test('comes back with the same tokens after a reset, with and without a seed', async () => {
    for (const seed of ['a', undefined]) {
      const sandbox = create(seed);
      const before = { ...sandbox.tokens };
      for (let n = 0; n < 2; n++) {
        sandbox.reset();
        const { state, transport } = sandbox;
        for (const token of [before.ada, before.robot])
          expect((await getIdentity(createContext(token as string, { transport }))).isOk()).toBe(true);
        expect(state.robots).toHaveLength(1);
      }
    }
  });

  test('makes tokens that programs can tell from real ones', () => {
    const { tokens, addUser, addRobot } = create();
    for (const token of [...Object.values(tokens), addUser().token, addRobot().token])
      expect(token).toMatch(/^lag_(pat_sandbox_\w{32}|robot_sandbox\w_\w{40})$/);
  });

  test('holds the users, rooms and messages that the guide names', () => {
    const { state, ids, tokens } = create();
    expect(Object.keys(tokens)).toEqual(['ada', 'ben', 'cleo', 'dan', 'robot']);
    for (const token of Object.values(tokens)) expect(token).toMatch(/^lag_(pat_\w{40}|robot_\w{8}_\w{40})$/);
    const count = (roomId: string) => state.messages.filter((message) => message.roomId === roomId).length;
    expect(Object.values(ids.rooms).map(count)).toEqual([300, 40, 0]);
    expect(state.dmMessages).toHaveLength(60);
    expect(state.servers.map(({ id }) => id)).toEqual([ids.server, ids.otherServer]);
    const all = [
      state.users,
      state.servers,
      state.rooms,
      state.roles,
      state.messages,
      state.dmMessages,
      state.invites,
      state.events,
      state.guests,
      state.eventTemplates,
      state.robots,
      state.friendships,
      state.dms,
    ].flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const times = state.messages.filter(({ roomId }) => roomId === ids.rooms.general).map(({ createdAt }) => createdAt);
    expect(new Set(times).size).toBe(300);
    expect(Math.max(...times.map(Date.parse))).toBeLessThanOrEqual(createManualClock().now());
  });

  test('comes back with a reset, with the same ids and tokens', async () => {
    const sandbox = create();
    const before = JSON.stringify(sandbox.state);
    const robot = sandbox.addRobot();
    sandbox.addServer({ id: 's1' });
    const ada = createContext(sandbox.tokens.ada, { transport: sandbox.transport });
    sandbox.faults.next({ status: 500 });
    sandbox.reset();
    expect(JSON.stringify(sandbox.state)).toBe(before);
    expect(sandbox.requests).toEqual([]);
    expect((await valueOf(getServer(ada, sandbox.ids.server))).name).toBe('Harbour');
    expect((await getIdentity(createContext(robot.token, { transport: sandbox.transport }))).isErr()).toBe(true);
  });
});
