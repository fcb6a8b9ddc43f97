import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createContext } from '../../src/context.js';
import { editRoomMessage, sendRoomMessage } from '../../src/operations/room-messages.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { bundleForNode } from '../docs/bundle.js';
import { root } from '../docs/snippets.js';
import { eventually } from '../support/eventually.js';
import { deferred, valueOf } from '../support/results.js';

// The programs of docs/examples/robots, each as a user would run it, against the sandbox.

const folder = `${root}.cache/robots`;
const names = [
  'hello',
  'slash-commands',
  'welcome',
  'webhook-worker',
  'daily-digest',
  'moderation',
  'webhook-http',
  'webhook-express',
  'webhook-fastify',
];
let sandbox: Sandbox;
let printed: string[];
let run = 0;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await bundleForNode(
    Object.fromEntries(names.map((name) => [name, `${root}docs/examples/robots/${name}.ts`])),
    folder,
  );
});

beforeEach(() => {
  sandbox = createSandbox({ quirks: { describedEventFields: true } });
  printed = [];
  for (const method of ['log', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((...values) => void printed.push(format(...values)));
});

afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  vi.useRealTimers();
});

/** Starts a program; what it exports comes when its top level is over. */
const start = (name: string, env: Record<string, string>): Promise<Record<string, unknown>> => {
  for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
  vi.stubGlobal('fetch', sandbox.fetch);
  return import(/* @vite-ignore */ `${pathToFileURL(`${folder}/${name}.js`).href}?${run++}`);
};

const as = (who: 'ada' | 'ben' | 'cleo') => createContext(sandbox.tokens[who], { transport: sandbox.transport });
const say = (who: 'ada' | 'ben' | 'cleo', content: string) =>
  valueOf(sendRoomMessage(as(who), sandbox.ids.server, sandbox.ids.rooms.quiet, { content }));
const said = () =>
  sandbox.state.messages.filter(({ roomId }) => roomId === sandbox.ids.rooms.quiet).map(({ content }) => content);
const saying = (content: string | RegExp) => eventually(() => expect(said().join('\n')).toMatch(content));
/** As Control-C does. */
const interrupt = () => process.emit('SIGINT');

test('hello.ts says hello, or prints why it cannot', async () => {
  await start('hello', { LAG_ROBOT_KEY: sandbox.tokens.robot, LAG_ROOM_ID: sandbox.ids.rooms.quiet });
  expect(said()).toEqual([expect.stringMatching(/ is here\.$/)]);
  expect(printed).toEqual([expect.stringMatching(/^sent /)]);
  await start('hello', { LAG_ROBOT_KEY: 'lag_robot_no_such' });
  expect(process.exitCode).toBe(1);
  expect(printed).toHaveLength(2);
});

test('slash-commands.ts answers commands until it is stopped', async () => {
  const over = start('slash-commands', { LAG_ROBOT_KEY: sandbox.tokens.robot });
  for (const command of ['!ping', '!echo "two words" and more', '!roll 2', '!rooms', '!nothing', 'no command', '!help'])
    await say('ada', command);
  await saying(/I know !ping/);
  const answers = said().slice(7);
  expect(answers.slice(0, 2)).toEqual(['pong', '"two words" and more']);
  expect(answers[2]).toMatch(/^rolled [12]$/);
  expect(answers[3]).toBe('General, Music, Quiet');
  expect(answers).toHaveLength(5);
  interrupt();
  await over;
  expect(process.exitCode).toBeUndefined();
  expect(printed).toEqual([]);
});

test('slash-commands.ts connects again after a failure, and ends when the robot is disabled', async () => {
  sandbox.faults.next({ match: { path: '/robots/@me/events/poll' }, status: 502 });
  sandbox.faults.next({ match: { path: '/robots/@me/events/poll' }, status: 403 });
  await start('slash-commands', { LAG_ROBOT_KEY: sandbox.tokens.robot });
  expect(process.exitCode).toBe(1);
  expect(printed).toHaveLength(2);
});

test('welcome.ts greets who joins, and who joined while it was away', async () => {
  const robot = sandbox.addRobot({ delivery: 'sse', events: ['member.join'] });
  const file = `${folder}/last-event-id.txt`;
  const env = { LAG_ROBOT_KEY: robot.token, LAG_ROOM_ID: sandbox.ids.rooms.quiet, LAG_STATE_FILE: file };
  const join = (username: string) =>
    sandbox.addMember({ serverId: sandbox.ids.server, userId: sandbox.addUser({ username }).id });
  const isListening = () =>
    eventually(() => expect(sandbox.requests.some(({ path }) => path === '/robots/@me/events/sse')).toBe(true));
  const first = start('welcome', env);
  await isListening();
  join('grace');
  await saying('Welcome, grace!');
  await eventually(() => expect(readFileSync(file, 'utf8')).not.toBe(''));
  interrupt();
  await first;
  join('alan');
  const second = start('welcome', env);
  await saying('Welcome, alan!');
  interrupt();
  await second;
  expect(said()).toEqual(['Welcome, grace!', 'Welcome, alan!']);
  expect(printed).toEqual([]);
});

test('webhook-worker.ts answers a delivery once, and refuses a forged one', async () => {
  const deliveries: Request[] = [];
  const worker = (await start('webhook-worker', {})).default as {
    fetch(request: Request, env: object): Promise<Response>;
  };
  const robot = sandbox.addRobot({
    events: ['room.message'],
    delivery: {
      handler: (request) => {
        deliveries.push(request.clone());
        return worker.fetch(request, env);
      },
    },
  });
  const old = `whsec_${btoa('the secret before it')}`;
  const env = { LAG_ROBOT_KEY: robot.token, LAG_WEBHOOK_SECRET: `${old} ${robot.webhookSecret} ` };
  await say('ada', '!ping');
  await sandbox.settled();
  expect(said()).toEqual(['!ping', 'pong']);
  expect((await worker.fetch(deliveries[0]!, env)).status).toBe(204);
  expect(said()).toEqual(['!ping', 'pong']);
  const forged = new Request('https://robot.example/', { method: 'POST', body: '{}' });
  expect((await worker.fetch(forged, env)).status).toBe(401);
  expect(printed).toHaveLength(1);
});

test('daily-digest.ts reads back over a day and no further', async () => {
  const env = { LAG_ROBOT_KEY: sandbox.tokens.robot, LAG_ROOM_ID: sandbox.ids.rooms.quiet };
  const { general, music } = sandbox.ids.rooms;
  // The messages of the seed are old by now.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 86_400_000 });
  for (const who of ['ada', 'ben', 'ben'] as const) await say(who, 'hi');
  await start('daily-digest', env);
  const text = said().at(-1)!;
  expect(text.split('\n').at(-1)).toMatch(/^Quiet: ben 2, ada 1$/);
  expect(printed).toEqual([text]);
  // Of 300 older messages one page of 100 is read, to see that they are older.
  for (const room of [general, music])
    expect(sandbox.requests.filter(({ path }) => path.includes(`/rooms/${room}/messages`))).toHaveLength(1);
});

test('daily-digest.ts counts all pages of a busy day, and says so if a day was quiet', async () => {
  const env = { LAG_ROBOT_KEY: sandbox.tokens.robot, LAG_ROOM_ID: sandbox.ids.rooms.quiet };
  const expected = new Map<string, number>();
  const since = new Date(Date.now() - 86_400_000).toISOString();
  for (const { createdAt, username, roomId, robotId } of sandbox.state.messages)
    if (createdAt >= since && !robotId && roomId === sandbox.ids.rooms.general)
      expected.set(username, (expected.get(username) ?? 0) + 1);
  const [most] = [...expected].sort(([, a], [, b]) => b - a);
  await start('daily-digest', env);
  expect(said().at(-1)).toContain(`${most![0]} ${most![1]}`);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 86_400_000 });
  await start('daily-digest', env);
  expect(said().at(-1)).toBe('Nobody said anything yesterday.');
});

test('daily-digest.ts prints why it cannot', async () => {
  sandbox.faults.next({ match: { path: /\/rooms$/ }, status: 403 });
  await start('daily-digest', { LAG_ROBOT_KEY: sandbox.tokens.robot, LAG_ROOM_ID: sandbox.ids.rooms.quiet });
  expect(process.exitCode).toBe(1);
  expect(said()).toEqual([]);
});

test('moderation.ts deletes messages with blocked words, warns, and mutes at the third', async () => {
  const over = start('moderation', {
    LAG_ROBOT_KEY: sandbox.tokens.robot,
    LAG_MODERATOR_TOKEN: sandbox.tokens.ada,
    LAG_BLOCKED_WORDS: 'darn,heck',
  });
  await say('ben', 'a classic, nothing more');
  await say('ben', 'Darn it!');
  await saying(/number 1 of 3/);
  const mild = await say('ben', 'mild');
  await valueOf(editRoomMessage(as('ben'), sandbox.ids.server, sandbox.ids.rooms.quiet, mild.id, { content: 'HECK' }));
  await saying(/number 2 of 3/);
  await say('ben', 'what the heck');
  await eventually(() => expect(sandbox.state.mutes).toMatchObject([{ userId: sandbox.ids.users.ben }]));
  expect(said().filter((content) => !/^Not here/.test(content))).toEqual(['a classic, nothing more']);
  interrupt();
  await over;
  expect(printed).toEqual([]);
});

test.each(['webhook-http', 'webhook-express', 'webhook-fastify'])(
  '%s.ts receives webhooks over a socket',
  async (name) => {
    const real = globalThis.fetch;
    let url = '';
    const robot = sandbox.addRobot({
      events: ['room.message'],
      delivery: {
        handler: (request) =>
          real(url, { method: 'POST', headers: request.headers, body: request.body, duplex: 'half' } as RequestInit),
      },
    });
    const module = await start(name, {
      LAG_ROBOT_KEY: robot.token,
      LAG_WEBHOOK_SECRET: robot.webhookSecret,
      PORT: '0',
    });
    const server = (module['server'] ?? (module['app'] as { server: Server }).server) as Server;
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    url = `http://127.0.0.1:${port}/webhook`;

    await say('ada', '!ping');
    await sandbox.settled();
    expect(said()).toEqual(['!ping', 'pong']);
    expect(sandbox.state.webhookDeliveries[0]!.status).toBe(204);

    expect((await real(url)).status).toBe(405);
    expect((await real(url, { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await real(url, { method: 'POST', body: 'x'.repeat(2 ** 20 + 1) })).status).toBe(413);

    // One that goes away in the middle of its body harms nobody.
    const gone = deferred();
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"type"');
      setTimeout(() => socket.destroy(), 20);
    });
    socket.on('close', gone.resolve);
    await gone.promise;
    expect((await real(url)).status).toBe(405);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);
