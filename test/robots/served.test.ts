import { expect, expectTypeOf, test } from 'vitest';
import { createContext, type RobotContext } from '../../src/context.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import {
  listenByPoll,
  listenBySse,
  listenRobotEvents,
  pollRobotEvents,
  robotRateLimit,
  streamRobotEvents,
} from '../../src/robots/index.js';
import { serveSandbox } from '../../src/sandbox/node.js';
import { skipTime } from '../support/clock.js';
import { valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';
import { describe } from './support.js';

test.each(['poll', 'sse'] as const)(
  '%s: over sockets nothing is lost or doubled while the server restarts',
  async (transport) => {
    // The waits before it connects again take no time.
    const { waits } = skipTime();
    const { url, sandbox, close } = (await serveSandbox({ pollHoldMs: 30_000 }))._unsafeUnwrap();
    const robot = sandbox.addRobot({ delivery: transport, events: ['room.message'] });
    const ctx: RobotContext = createContext(robot.token, { baseUrl: url, middleware: [robotRateLimit()] });
    const ada = createContext(sandbox.tokens.ada, { baseUrl: url });
    const send = (content: string) =>
      valueOf(sendRoomMessage(ada, sandbox.ids.server, sandbox.ids.rooms.quiet, { content }));

    const taken: (string | undefined)[] = [];
    const end = new AbortController();
    const over = (async () => {
      for await (const event of listenRobotEvents(ctx, { transport, signal: end.signal })) {
        taken.push(describe(event));
        if (taken.length === 30) break;
      }
    })();
    const isListening = () => sandbox.requests.some(({ path }) => path.startsWith('/robots/@me/events/'));
    await expect.poll(isListening, { interval: 5 }).toBe(true);
    const expected = Array.from({ length: 30 }, (_, index) => `message ${index}`);
    for (const [index, content] of expected.entries()) {
      await send(content);
      // A stream has nothing to resume from before its first event.
      if (index % 10 === 5) {
        await expect.poll(() => taken.length, { interval: 5 }).toBeGreaterThan(0);
        sandbox.disconnectRobot(robot.id);
      }
    }
    await over;
    expect(taken).toEqual(expected);
    expect(waits).not.toEqual([]);
    await close();
  },
);

test('a user token is refused by the compiler already', () => {
  const user = createContext(USER_TOKEN);
  const options = { transport: 'sse' } as const;
  // @ts-expect-error robots only
  void (() => [pollRobotEvents(user), streamRobotEvents(user), listenRobotEvents(user, options)]);
  // @ts-expect-error robots only
  void (() => listenByPoll(user));
  // @ts-expect-error robots only
  void (() => listenBySse(user));
  // @ts-expect-error no such transport
  void ((robot: RobotContext) => listenRobotEvents(robot, { transport: 'webhook' }));
  expectTypeOf(pollRobotEvents).parameter(0).toEqualTypeOf<RobotContext>();
  expect(user).toBeDefined();
});
