import { describe, expect, test } from 'vitest';
import { createContext, type RobotContext, type UserContext } from '../../src/context.js';
import { iterateDmMessages } from '../../src/operations/dms.js';
import { getIdentity } from '../../src/operations/identity.js';
import { iterateRoomMessages, sendRoomMessage, sendRoomMessageOnce } from '../../src/operations/room-messages.js';
import { collectItems } from '../../src/pagination.js';
import { dispatchRobotEvents, listenByPoll, listenBySse, type RobotEvent } from '../../src/robots/index.js';
import { DEFAULT_QUIRKS, QUIRK_VALUES } from '../../src/sandbox/control/quirks.js';
import { createSandbox, type SandboxQuirks } from '../../src/sandbox/index.js';
import { eventually } from '../support/eventually.js';
import { valueOf } from '../support/results.js';

// Robots, pagination and sending once under every reading of what is not known of Lag, briefly. `npm run test:quirks` runs
// the whole suites.

const READINGS = Object.entries(QUIRK_VALUES).flatMap(([name, values]) =>
  values
    .filter((value) => value !== DEFAULT_QUIRKS[name as keyof SandboxQuirks])
    .map((value): [string, Partial<SandboxQuirks>] => [`${name}: ${String(value)}`, { [name]: value }]),
);

const start = (quirks: Partial<SandboxQuirks>) => {
  const sandbox = createSandbox({ quirks });
  const { tokens, ids, transport } = sandbox;
  const ada: UserContext = createContext(tokens.ada, { transport });
  const robot: RobotContext = createContext(tokens.robot, { transport });
  const quiet = [ids.server, ids.rooms.quiet] as const;
  const say = (content: string) => valueOf(sendRoomMessage(ada, ...quiet, { content }));
  return { ...sandbox, sandbox, ada, robot, quiet, say };
};

const contentOf = (event: RobotEvent): string => (event.type === 'room.message' ? event.data.content : event.type);

describe.concurrent.each([['the default readings', {}] as [string, Partial<SandboxQuirks>], ...READINGS])(
  'under %s',
  (_, quirks) => {
    test('a robot that polls gets every event once', async () => {
      const { robot, say } = start(quirks);
      const stop = new AbortController();
      const seen: string[] = [];
      const over = dispatchRobotEvents(listenByPoll(robot, { signal: stop.signal }), {
        'room.message': (event) => void seen.push(contentOf(event)),
      });
      for (const content of ['one', 'two', 'three']) await say(content);
      await eventually(() => expect(seen).toEqual(['one', 'two', 'three']));
      stop.abort();
      await over;
      expect(seen).toEqual(['one', 'two', 'three']);
    });

    test('a robot with an event stream gets every event once, across a reconnect', async () => {
      const { sandbox, transport, say } = start(quirks);
      const { token, id } = sandbox.addRobot({ delivery: 'sse', events: ['room.message'] });
      const stop = new AbortController();
      const seen: string[] = [];
      const events = listenBySse(createContext(token, { transport }), { signal: stop.signal });
      const over = (async () => {
        for await (const event of events) if (event.isOk()) seen.push(contentOf(event.value));
      })();
      await eventually(() => expect(sandbox.requests).toHaveLength(1));
      await say('one');
      await eventually(() => expect(seen).toEqual(['one']));
      sandbox.disconnectRobot(id);
      await say('two');
      await eventually(() => expect(seen).toEqual(['one', 'two']));
      stop.abort();
      await over;
    });

    test('walks through pages see every message once', async () => {
      const { ada, robot, ids, state } = start(quirks);
      const idsOf = (messages: readonly { id: string }[]) => new Set(messages.map(({ id }) => id));
      const all = idsOf(state.messages.filter(({ roomId }) => roomId === ids.rooms.general));
      for (const ctx of [ada, robot]) {
        const walk = iterateRoomMessages(ctx, ids.server, ids.rooms.general, { limit: 70 });
        const walked = await valueOf(collectItems(walk, Infinity));
        expect(walked).toHaveLength(all.size);
        expect(idsOf(walked)).toEqual(all);
      }
      const dms = await valueOf(collectItems(iterateDmMessages(ada, ids.dm, { limit: 25 }), Infinity));
      expect(idsOf(dms)).toEqual(idsOf(state.dmMessages));
    });

    test('sending once sends once, though the response is lost', async () => {
      const { ada, robot, quiet, faults, state, ids } = start(quirks);
      const sent: string[] = [];
      for (const ctx of [ada, robot]) {
        faults.next({ match: { operation: 'sendRoomMessage' }, reset: true, applied: true });
        const { id } = await valueOf(sendRoomMessageOnce(ctx, ...quiet, { content: 'once' }));
        sent.push(id);
      }
      const there = state.messages.filter(({ roomId }) => roomId === ids.rooms.quiet).map(({ id }) => id);
      expect(there).toEqual(sent);
    });

    test('an identity and an error have what a program needs', async () => {
      const { ada, robot, transport } = start(quirks);
      expect(await valueOf(getIdentity(ada))).toMatchObject({ kind: 'user', displayName: 'Ada' });
      expect(await valueOf(getIdentity(robot))).toMatchObject({ kind: 'robot', displayName: 'Beacon' });
      const refused = await getIdentity(createContext('lag_pat_unknown', { transport }));
      expect(refused.isErr() && refused.error).toMatchObject({
        kind: 'auth',
        status: 401,
        message: expect.stringContaining('The token is not valid'),
      });
    });
  },
);
