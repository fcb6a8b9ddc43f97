import fc from 'fast-check';
import { err, errAsync, ok, okAsync } from 'neverthrow';
import { expect, test } from 'vitest';
import { createContext } from '../../src/context.js';
import { lagError } from '../../src/errors.js';
import { listRoomMessages, sendRoomMessage } from '../../src/operations/room-messages.js';
import {
  dispatchRobotEvents,
  listenByPoll,
  parseCommand,
  robotCommands,
  type RoomMessageEvent,
} from '../../src/robots/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { anyText } from '../support/any-text.js';
import { errorOf, valueOf } from '../support/results.js';
import { sized } from '../support/runs.js';

test.each<[string, string, string[]]>([
  ['!ping', 'ping', []],
  ['!Ping  a   b ', 'ping', ['a', 'b']],
  ['!say "hello there" you', 'say', ['hello there', 'you']],
  ["!say 'hello there' you", 'say', ['hello there', 'you']],
  ['!say “from a phone” you', 'say', ['from a phone', 'you']],
  ['!say "a \\"quoted\\" word" \\', 'say', ['a "quoted" word', '\\']],
  ['!say "back\\\\slash" "C:\\dir"', 'say', ['back\\slash', 'C:\\dir']],
  ["!say don't stop, it's", 'say', ["don't", 'stop,', "it's"]],
  ['!say "never closed', 'say', ['"never', 'closed']],
  ['!say "" \'\'', 'say', ['', '']],
  ['!say "a"b c', 'say', ['"a"b', 'c']],
  ['!say 5"6 7"', 'say', ['5"6', '7"']],
  ['!say\n"two\nlines"\tx', 'say', ['two\nlines', 'x']],
  ['!ja 👋 grüß', 'ja', ['👋', 'grüß']],
  ['!!', '!', []],
])('%j is %s with %j', (text, name, args) => {
  expect(parseCommand(text)).toEqual({ name, args });
});

test.each(['', '!', '! ping', 'ping', ' !ping', '/ping'])('%j is no command', (text) => {
  expect(parseCommand(text)).toBeUndefined();
});

test('the prefix may be another', () => {
  expect(parseCommand('/roll 6', '/')).toEqual({ name: 'roll', args: ['6'] });
  expect(parseCommand('bot: roll', 'bot: ')).toEqual({ name: 'roll', args: [] });
  expect(parseCommand('!roll', '/')).toBeUndefined();
});

test('what is no text is no command', () => {
  for (const text of [null, undefined, 5, {}, Symbol('x')]) expect(parseCommand(text as never)).toBeUndefined();
});

test('a prefix that is no text is none, whatever it is', () => {
  const throwing = {
    toString: () => {
      throw new Error('mine');
    },
  };
  for (const prefix of [5, throwing, Symbol('x'), /5/]) expect(parseCommand('5x', prefix as never)).toBeUndefined();
});

test('every text is parsed, in no time, and what was quoted comes out again', () => {
  fc.assert(
    fc.property(fc.array(anyText()), fc.string(), (args, junk) => {
      const quoted = args.map((arg) => `"${arg.replace(/["\\]/g, '\\$&')}"`);
      expect(parseCommand(`!x ${quoted.join(' ')}`)).toEqual({ name: 'x', args });
      parseCommand(`!${junk}`);
    }),
    { numRuns: sized(300, 10_000) },
  );
  const start = performance.now();
  for (const piece of ['"', '\\"', "'", '“', '" ', '"\\', "' "]) parseCommand(`!x ${piece.repeat(20_000)}`);
  expect(performance.now() - start).toBeLessThan(1000);
});

const event = (content: string, serverId: string | undefined, roomId: string): RoomMessageEvent => ({
  id: 'e1',
  type: 'room.message',
  ...(serverId !== undefined && { serverId }),
  data: { roomId, content, senderName: 'Ada' },
});

const setUp = () => {
  const sandbox = createSandbox();
  const { server, rooms } = sandbox.ids;
  const ctx = createContext(sandbox.tokens.robot, { transport: sandbox.transport });
  return {
    sandbox,
    ctx,
    at: (content: string) => event(content, server, rooms.quiet),
    said: async () =>
      (await valueOf(listRoomMessages(ctx, server, rooms.quiet))).messages.map(({ content }) => content),
  };
};

test('an answer goes to the room that the command came from, whichever way it comes', async () => {
  const { ctx, at, said } = setUp();
  const run = robotCommands(ctx, {
    text: ([name = 'you']) => `hi ${name}`,
    later: async (args) => args.join('-'),
    result: () => ok('a result'),
    'result-later': () => okAsync('a later result'),
    nothing: () => undefined,
    empty: () => '',
  });
  for (const text of ['!text', '!text "Ada L."', '!later a b', '!result', '!result-later', '!nothing', '!empty'])
    expect((await run(at(text))).isOk()).toBe(true);
  expect(await said()).toEqual(['hi you', 'hi Ada L.', 'a-b', 'a result', 'a later result']);
});

test('what is no command of these is left alone', async () => {
  const { ctx, at, said } = setUp();
  const run = robotCommands(ctx, { ping: () => 'pong' });
  for (const text of ['ping', '!pong', '!constructor', '!__proto__', '!toString', '!'])
    expect((await run(at(text)))._unsafeUnwrap()).toBeUndefined();
  expect(await said()).toEqual([]);
});

test('a command that fails is an Err, and so is an answer that cannot be sent', async () => {
  const { ctx, at, said } = setUp();
  const run = robotCommands(ctx, {
    throws: () => {
      throw new Error('mine');
    },
    rejects: () => Promise.reject(new Error('mine')),
    result: () => err(lagError('conflict', 'no', { status: 409 })),
    later: () => errAsync(lagError('conflict', 'no', { status: 409 })),
    long: () => 'x'.repeat(2001),
  });
  expect(await errorOf(run(at('!throws')))).toMatchObject({ kind: 'invalid_input', message: 'a handler failed' });
  expect(await errorOf(run(at('!rejects')))).toMatchObject({ kind: 'invalid_input' });
  expect(await errorOf(run(at('!result')))).toMatchObject({ kind: 'conflict' });
  expect(await errorOf(run(at('!later')))).toMatchObject({ kind: 'conflict' });
  expect(await errorOf(run(at('!long')))).toMatchObject({ kind: 'api', status: 400 });
  expect(await errorOf(robotCommands(ctx, { x: () => 'y' })(event('!x', undefined, 'r1')))).toMatchObject({
    kind: 'invalid_input',
  });
  expect(await said()).toEqual([]);
});

test('arguments that cannot be used are an Err', async () => {
  const { ctx, at } = setUp();
  expect(await errorOf(robotCommands(ctx, null as never)(at('!x')))).toMatchObject({ kind: 'invalid_input' });
  expect(await errorOf(robotCommands(ctx, {})(null as never))).toMatchObject({ kind: 'invalid_input' });
  expect(await errorOf(robotCommands(null as never, { x: () => 'y' })(at('!x')))).toMatchObject({
    kind: 'invalid_input',
  });
});

test('a robot answers by long poll', async () => {
  const { sandbox, ctx, said } = setUp();
  const { server, rooms } = sandbox.ids;
  const end = new AbortController();
  const over = dispatchRobotEvents(listenByPoll(ctx, { signal: end.signal }), {
    'room.message': robotCommands(ctx, { ping: () => 'pong', stop: () => end.abort() }, { prefix: '/' }),
  });
  const ada = createContext(sandbox.tokens.ada, { transport: sandbox.transport });
  for (const content of ['/ping', '/stop']) await valueOf(sendRoomMessage(ada, server, rooms.quiet, { content }));
  expect((await over).isOk()).toBe(true);
  expect(await said()).toEqual(['/ping', '/stop', 'pong']);
});
