import { err, errAsync, ok, okAsync } from 'neverthrow';
import { expect, test } from 'vitest';
import { createContext } from '../../src/context.js';
import { lagError } from '../../src/errors.js';
import { getIdentity } from '../../src/operations/identity.js';
import { listRoomMessages, sendRoomMessage } from '../../src/operations/room-messages.js';
import { dispatchRobotEvents, listenByPoll, robotCommands, type RoomMessageEvent } from '../../src/robots/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { errorOf, valueOf } from '../support/results.js';

const eventOf = (content: string, roomId: string, serverId?: string, senderId?: string): RoomMessageEvent => ({
  id: 'e1',
  type: 'room.message',
  ...(serverId !== undefined && { serverId }),
  data: { roomId, content, senderName: 'Ada', ...(senderId !== undefined && { senderId }) },
});

const setUp = () => {
  const sandbox = createSandbox({ quirks: { messageOrder: 'oldest-first' } });
  const { server, rooms } = sandbox.ids;
  const ctx = createContext(sandbox.tokens.robot, { transport: sandbox.transport });
  return {
    sandbox,
    ctx,
    at: (content: string, senderId?: string) => eventOf(content, rooms.quiet, server, senderId),
    said: async () =>
      (await valueOf(listRoomMessages(ctx, server, rooms.quiet))).messages.map(({ content }) => content),
    identityCalls: () => sandbox.requests.filter(({ path }) => path === '/robots/@me/info').length,
  };
};

test('sends the answer to the room that the command came from, whichever way the command returns it', async () => {
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

test('ignores what is not one of its commands', async () => {
  const { ctx, at, said, sandbox } = setUp();
  const run = robotCommands(ctx, { ping: () => 'pong' });
  for (const text of ['ping', '!pong', '!constructor', '!__proto__', '!toString', '!'])
    expect((await run(at(text, 'somebody')))._unsafeUnwrap()).toBeUndefined();
  expect(sandbox.requests).toEqual([]);
  expect(await said()).toEqual([]);
});

test('finds a command in upper and lower case, however it is written in the list and in the message', async () => {
  const { ctx, at, said } = setUp();
  const run = robotCommands(ctx, { rollDice: () => 'rolled', PING: () => 'pong' });
  for (const text of ['!rolldice', '!RollDice', '!ping', '!PING']) await valueOf(run(at(text)));
  expect(await said()).toEqual(['rolled', 'rolled', 'pong', 'pong']);
});

test('gives a command the text after its name with its line breaks', async () => {
  const { ctx, at, said } = setUp();
  const run = robotCommands(ctx, { note: (_args, _event, { name, text }) => `${name}: ${text}` });
  await valueOf(run(at('!note one\n  "two"')));
  expect(await said()).toEqual(['note: one\n  "two"']);
});

test('returns an Err if the command fails or its answer cannot be sent', async () => {
  const { ctx, at, said } = setUp();
  const boom = new Error('boom');
  const run = robotCommands(ctx, {
    throws: () => {
      throw boom;
    },
    rejects: () => Promise.reject(boom),
    result: () => err(lagError('conflict', 'no', { status: 409 })),
    later: () => errAsync(lagError('conflict', 'no', { status: 409 })),
    long: () => 'x'.repeat(2001),
    nonsense: () => ({ text: 'no' }) as never,
  });
  for (const text of ['!throws', '!rejects']) {
    const error = await errorOf(run(at(text)));
    expect(error).toMatchObject({ kind: 'invalid_input', message: 'a handler failed: boom' });
    expect(error.cause).toBe(boom);
  }
  expect(await errorOf(run(at('!result')))).toMatchObject({ kind: 'conflict' });
  expect(await errorOf(run(at('!later')))).toMatchObject({ kind: 'conflict' });
  expect(await errorOf(run(at('!long')))).toMatchObject({ kind: 'api', status: 400 });
  expect(await errorOf(run(at('!nonsense')))).toMatchObject({ message: expect.stringContaining('must return a text') });
  expect(await errorOf(robotCommands(ctx, { x: () => 'y' })(eventOf('!x', 'r1')))).toMatchObject({
    kind: 'invalid_input',
  });
  expect(await said()).toEqual([]);
});

test('returns an Err if its arguments cannot be used', async () => {
  const { ctx, at } = setUp();
  expect(await errorOf(robotCommands(ctx, null as never)(at('!x')))).toMatchObject({ kind: 'invalid_input' });
  expect(await errorOf(robotCommands(ctx, {})(null as never))).toMatchObject({ kind: 'invalid_input' });
  expect(await errorOf(robotCommands(null as never, { x: () => 'y' })(at('!x')))).toMatchObject({
    kind: 'invalid_input',
  });
});

test('does not answer the messages that the robot sent itself', async () => {
  const { sandbox, ctx, at, said, identityCalls } = setUp();
  const me = await valueOf(getIdentity(ctx));
  const before = identityCalls();
  const run = robotCommands(ctx, { echo: (args) => args.join(' '), help: () => '!help shows this' });
  await valueOf(run(at('!echo !echo !echo hi', sandbox.ids.users.ada)));
  expect((await run(at('!echo !echo hi', me.id)))._unsafeUnwrap()).toBeUndefined();
  expect((await run(at('!help shows this', me.id)))._unsafeUnwrap()).toBeUndefined();
  expect(await said()).toEqual(['!echo !echo hi']);
  expect(identityCalls() - before).toBe(1);
});

test('answers although it cannot ask who it is, and asks again', async () => {
  const { sandbox, ctx, at, said, identityCalls } = setUp();
  sandbox.faults.next({ match: { path: '/robots/@me/info' }, status: 403 });
  const run = robotCommands(ctx, { ping: () => undefined, pong: () => 'ping' });
  await valueOf(run(at('!ping', sandbox.ids.users.ada)));
  await valueOf(run(at('!pong', sandbox.ids.users.ada)));
  await valueOf(run(at('!pong', sandbox.ids.users.ada)));
  expect(identityCalls()).toBe(2);
  expect(await said()).toEqual(['ping', 'ping']);
});

test('passes the signal of its handler to the command and to the calls that it makes', async () => {
  const { ctx, at, said } = setUp();
  const end = new AbortController();
  const run = robotCommands(ctx, {
    slow: (_args, _event, { signal }) => {
      end.abort();
      return String(signal?.aborted);
    },
  });
  expect(await errorOf(run(at('!slow'), { signal: end.signal }))).toMatchObject({ kind: 'aborted' });
  expect(await said()).toEqual([]);
});

test('answers commands that come by long poll', async () => {
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
