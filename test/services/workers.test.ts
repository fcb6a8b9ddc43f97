import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { serveSandbox } from '../../src/sandbox/node.js';
import { NODE_22, startWorkerd } from './support.js';

const SECRET = `whsec_${btoa('a secret of the worker, of 32 bytes')}`;
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

const setUp = async () => {
  const served = (await serveSandbox())._unsafeUnwrap();
  onTestFinished(() => served.close());
  const { sandbox, url } = served;
  const worker = await startWorkerd('programs/worker.ts', {
    bindings: {
      BASE_URL: url,
      ROBOT_KEY: sandbox.tokens.robot,
      SERVER_ID: sandbox.ids.server,
      ROOM_ID: sandbox.ids.rooms.quiet,
      SECRET,
    },
    durableObjects: { BUDGETS: 'RobotBudget', SEEN: 'SeenDelivery' },
  });
  return { sandbox, ask: async (path: string, init?: RequestInit) => fetch(new URL(path, worker), init) };
};

test.skipIf(!NODE_22)(
  'one limiter serves 50 concurrent requests of a Worker, with and without a Durable Object',
  async () => {
    const { sandbox, ask } = await setUp();
    const texts = async (path: string, count: number) =>
      Promise.all(times(count, async () => (await ask(path)).text()));
    // 50 reads at once, and more messages than go at once, so that requests wait beside each other.
    for (const which of ['local', 'shared']) {
      const [reads, sends] = await Promise.all([texts(`${which}/list`, 35), texts(`${which}/send`, 15)]);
      expect(new Set([...reads, ...sends])).toEqual(new Set(['ok']));
      await new Promise((resolve) => setTimeout(resolve, 11_000));
    }
    expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
  },
);

test.skipIf(!NODE_22)('50 copies of a delivery that come at once are handled once over Durable Objects', async () => {
  const { ask } = await setUp();
  const body = JSON.stringify({
    type: 'room.message',
    serverId: 's1',
    timestamp: '2026-01-02T03:04:05.000Z',
    data: { roomId: 'r1', content: 'hi', senderName: 'Ada' },
  });
  const post = async (id: string) => {
    const at = new Date();
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign(id, at, body),
    };
    return (await ask('hook', { method: 'POST', body, headers })).status;
  };
  const statuses = await Promise.all(times(50, (index) => post(`msg_${index}`)));
  expect(new Set(statuses)).toEqual(new Set([204, 503]));
  expect(await (await ask('handled')).text()).toBe('1');
  expect(await post('msg_late')).toBe(204);
  expect(await (await ask('handled')).text()).toBe('1');
});

test.skipIf(!NODE_22)('a Worker hands deliveries to a Cloudflare Queue, whose consumer answers commands', async () => {
  const served = (await serveSandbox())._unsafeUnwrap();
  onTestFinished(() => served.close());
  const { sandbox, url } = served;
  const entry = new URL('../../docs/examples/robots/recipes/queue-cloudflare.ts', import.meta.url).pathname;
  const worker = await startWorkerd(entry, {
    bindings: { LAG_BASE_URL: url, LAG_ROBOT_KEY: sandbox.tokens.robot, LAG_WEBHOOK_SECRET: SECRET },
    durableObjects: { SEEN: 'SeenDelivery' },
    queueProducers: { EVENTS: 'lag-events' },
    queueConsumers: { 'lag-events': { maxBatchTimeout: 1, maxRetries: 2 } },
  });
  const unsigned = await fetch(worker, { method: 'POST', body: '{}' });
  expect(unsigned.status).toBe(401);
  const { server, rooms } = sandbox.ids;
  const body = JSON.stringify({
    type: 'room.message',
    serverId: server,
    timestamp: '2026-01-02T03:04:05.000Z',
    data: { content: '!ping', roomId: rooms.quiet, senderName: 'Ada' },
  });
  const at = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(SECRET).sign('msg_1', at, body),
  };
  // The queue keeps the event; nothing is answered before it is delivered.
  expect((await fetch(worker, { method: 'POST', body, headers })).status).toBe(204);
  expect((await fetch(worker, { method: 'POST', body, headers })).status).toBe(204);
  const said = () =>
    sandbox.state.messages.filter(({ roomId }) => roomId === rooms.quiet).map(({ content }) => content);
  await expect.poll(said, { timeout: 20_000 }).toEqual(['pong']);
});
