import { errAsync } from 'neverthrow';
import { tmpdir } from 'node:os';
import { Webhook } from 'standardwebhooks';
import { createStorage } from 'unstorage';
import files from 'unstorage/drivers/fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createContext } from '../../src/context.js';
import { lagError, type LagError } from '../../src/errors.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import {
  createWebhookHandler,
  robotCommands,
  type RobotEvent,
  type RobotStore,
  type WebhookHandlerOptions,
} from '../../src/robots/index.js';
import { createManualClock, createSandbox } from '../../src/sandbox/index.js';
import { eventually } from '../support/eventually.js';
import { deferred } from '../support/results.js';
import { payload } from './support.js';

const secret = `whsec_${Buffer.from('an example of a secret').toString('base64')}`;

/** A delivery as Lag makes it. */
const delivery = (
  content: BodyInit & string = JSON.stringify(payload('hi')),
  id = 'msg_1',
  init: RequestInit = {},
): Request => {
  const at = new Date();
  return new Request('https://robot.example/webhook', {
    method: 'POST',
    body: content,
    ...init,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, content),
      ...(init.headers as Record<string, string>),
    },
  });
};

/** A store as unstorage and the like have it: everything takes its time. */
const createStore = () => {
  const kept = new Map<string, string>();
  const store: RobotStore = {
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => void kept.set(key, value),
  };
  return { kept, ...store };
};

const handlerOf = (options: Partial<WebhookHandlerOptions>) => {
  const errors: LagError[] = [];
  const handle = createWebhookHandler({ secret, on: {}, onError: (error) => errors.push(error), ...options });
  return { errors, status: async (request: Request) => (await handle(request)).status };
};

test('a delivery is handled before it is answered 204', async () => {
  const steps: unknown[] = [];
  const { status, errors } = handlerOf({
    on: {
      'room.message': async (event) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        steps.push(event.data.content, event.id);
      },
    },
  });
  expect(await status(delivery())).toBe(204);
  expect(steps).toEqual(['hi', 'msg_1']);
  expect(errors).toEqual([]);
});

test('an event that nobody asked for is taken', async () => {
  const { status } = handlerOf({ on: { 'member.join': () => expect.unreachable() } });
  expect(await status(delivery())).toBe(204);
});

test('an event that is not known goes to its handler', async () => {
  const seen: RobotEvent[] = [];
  const { status } = handlerOf({ on: { unknown: (event) => seen.push(event) } });
  expect(await status(delivery('{"type":"new.type","data":1}'))).toBe(204);
  expect(seen).toEqual([{ id: 'msg_1', type: 'unknown', eventType: 'new.type', data: 1 }]);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('mine');
    },
  ],
  ['rejects', () => Promise.reject(new Error('mine'))],
  ['throws nothing', () => Promise.reject()],
  ['answers an Err', () => errAsync(lagError('permission', 'no', { status: 403 }))],
  ['answers an Err of its own', () => errAsync('mine')],
])('a handler that %s answers 500, so that Lag delivers again', async (_, handler) => {
  const { status, errors } = handlerOf({ on: { 'room.message': handler } });
  expect(await status(delivery())).toBe(500);
  expect(errors).toHaveLength(1);
  expect(errors[0]!.kind).toMatch(/^(invalid_input|permission)$/);
});

test('what onError does changes nothing', async () => {
  for (const onError of [() => Promise.reject(new Error('mine')), () => expect.unreachable()]) {
    const { status } = handlerOf({ onError, on: { 'room.message': () => Promise.reject(new Error('mine')) } });
    expect(await status(delivery())).toBe(500);
  }
});

test('a forged, old or incomplete delivery is refused with 401 and told', async () => {
  const on = { 'room.message': () => expect.unreachable() };
  for (const headers of [
    { 'webhook-signature': 'v1,AAAA' },
    { 'webhook-timestamp': '1700000000' },
    { 'webhook-id': '' },
  ]) {
    const { status, errors } = handlerOf({ on });
    expect(await status(delivery(undefined, undefined, { headers }))).toBe(401);
    expect(errors).toMatchObject([{ kind: 'invalid_input' }]);
  }
  const { status } = handlerOf({ on, secret: `whsec_${btoa('another')}` });
  expect(await status(delivery())).toBe(401);
});

test('a genuine delivery without JSON is refused with 400', async () => {
  const { status, errors } = handlerOf({});
  expect(await status(delivery('<xml>'))).toBe(400);
  expect(errors).toMatchObject([{ kind: 'invalid_response' }]);
});

test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is refused with 405', async (method) => {
  const handle = createWebhookHandler({ secret, on: {} });
  const response = await handle(new Request('https://robot.example/', { method }));
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST');
});

test('a body that is too large is refused with 413, told or not how long it is', async () => {
  const { status } = handlerOf({ maxBodyBytes: 100 });
  const text = JSON.stringify(payload('x'.repeat(100)));
  expect(await status(delivery(text))).toBe(413);
  expect(await status(delivery(text, 'msg_1', { headers: { 'content-length': '300' } }))).toBe(413);
  const lied = delivery(text, 'msg_1', { headers: { 'content-length': '5' } });
  expect(await status(lied)).toBe(413);
  const nearly = JSON.stringify(payload(''));
  const exact = handlerOf({ maxBodyBytes: nearly.length });
  expect(await exact.status(delivery(nearly))).toBe(204);
  const senseless = handlerOf({ maxBodyBytes: NaN });
  expect(await senseless.status(delivery())).toBe(413);
});

test('a body that says it is as large as it may be is taken, and one that says it is larger is not read', async () => {
  const text = JSON.stringify(payload('hi'));
  const { status } = handlerOf({ maxBodyBytes: text.length });
  const lengthOf = (length: number) => ({ headers: { 'content-length': String(length) } });
  expect(await status(delivery(text, 'msg_1', lengthOf(text.length)))).toBe(204);
  const large = delivery(text, 'msg_1', lengthOf(text.length + 1));
  expect(await status(large)).toBe(413);
  expect(large.bodyUsed).toBe(false);
});

test('a delivery without a body is none', async () => {
  const { status, errors } = handlerOf({});
  expect(await status(new Request('https://robot.example/', { method: 'POST' }))).toBe(401);
  expect(errors).toMatchObject([{ kind: 'invalid_input' }]);
});

test('only what is refused for its method says which one it wants', async () => {
  const handle = createWebhookHandler({ secret, on: {} });
  for (const request of [delivery(), delivery('<xml>')])
    expect((await handle(request)).headers.get('allow')).toBeNull();
});

test('an endless body is not read to the end', async () => {
  const cancel = vi.fn<() => void>();
  let sent = 0;
  const body = new ReadableStream({
    pull: (controller) => {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
    cancel,
  });
  const { status } = handlerOf({});
  const request = new Request('https://robot.example/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  expect(await status(request)).toBe(413);
  expect(cancel).toHaveBeenCalled();
  expect(sent).toBeLessThan(2 * 2 ** 20);
});

test('a body that breaks off is refused with 400', async () => {
  const body = new ReadableStream({ start: (controller) => controller.error(new Error('gone')) });
  const { status } = handlerOf({});
  const request = new Request('https://robot.example/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  expect(await status(request)).toBe(400);
});

test('whatever it is called with, it answers', async () => {
  const used = delivery();
  await used.text();
  for (const request of [used, null, undefined, {}, 'text', { method: 'POST', headers: {}, body: 5 }]) {
    const { status, errors } = handlerOf({});
    expect([401, 405, 500]).toContain(await status(request as never));
    expect(errors.length).toBeLessThanOrEqual(1);
  }
  for (const options of [null, undefined, {}, { secret, on: null }, { secret: null, on: {} }])
    expect([401, 500]).toContain((await createWebhookHandler(options as never)(delivery())).status);
});

test('a delivery that was taken is not handled again, by whichever instance', async () => {
  const seen = createStore();
  const handler = vi.fn();
  const on = { 'room.message': handler };
  const [first, second] = [handlerOf({ seen, on }), handlerOf({ seen, on })];
  expect(await first.status(delivery())).toBe(204);
  expect(await second.status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
  expect(await second.status(delivery(undefined, 'msg_2'))).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
});

test('a delivery that failed is handled when it comes again', async () => {
  const seen = createStore();
  const handler = vi.fn().mockRejectedValueOnce(new Error('mine'));
  const { status } = handlerOf({ seen, on: { 'room.message': handler } });
  expect(await status(delivery())).toBe(500);
  expect(await status(delivery())).toBe(204);
  expect(await status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
});

test('while one instance is at it, another asks Lag to come later', async () => {
  const seen = createStore();
  const { promise, resolve } = deferred();
  const handler = vi.fn(() => promise);
  const [first, second] = [1, 2].map(() => handlerOf({ seen, on: { 'room.message': handler } }));
  const answer = first!.status(delivery());
  await eventually(() => expect(handler).toHaveBeenCalled());
  expect(await second!.status(delivery())).toBe(503);
  resolve();
  expect(await answer).toBe(204);
  expect(await second!.status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
});

test('what an instance left undone a minute ago is done again', async () => {
  const seen = createStore();
  const handler = vi.fn();
  const { status } = handlerOf({ seen, on: { 'room.message': handler } });
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  seen.kept.set('msg_1', String(Date.now() - 59_999));
  expect(await status(delivery())).toBe(503);
  expect(handler).not.toHaveBeenCalled();
  seen.kept.set('msg_1', String(Date.now() - 60_000));
  expect(await status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
});

test('a store that reads numbers out of texts will do', async () => {
  const kept = new Map<string, unknown>();
  const seen: RobotStore = {
    getItem: (key) => kept.get(key),
    setItem: (key, value) => void kept.set(key, /^\d+$/.test(value) ? Number(value) : value),
  };
  const handler = vi.fn().mockRejectedValueOnce(new Error('mine'));
  const { status } = handlerOf({ seen, on: { 'room.message': handler } });
  expect([await status(delivery()), await status(delivery()), await status(delivery())]).toEqual([500, 204, 204]);
  expect(handler).toHaveBeenCalledTimes(2);
});

test.each([
  ['memory', () => createStorage()],
  ['files', () => createStorage({ driver: files({ base: `${tmpdir()}/lagclient-${process.pid}` }) })],
])("unstorage's %s will do", async (_, open) => {
  const seen = open();
  const handler = vi.fn().mockRejectedValueOnce(new Error('mine'));
  const [first, second] = [1, 2].map(() => handlerOf({ seen, on: { 'room.message': handler } }));
  expect(await first!.status(delivery())).toBe(500);
  expect(await second!.status(delivery())).toBe(204);
  expect(await first!.status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
  await seen.clear();
  await seen.dispose();
});

test('a store that fails before the handler answers 500, one that fails after it 204', async () => {
  const handler = vi.fn();
  const fails = () => Promise.reject(new Error('no store'));
  const before = handlerOf({ seen: { getItem: fails, setItem: fails }, on: { 'room.message': handler } });
  expect(await before.status(delivery())).toBe(500);
  expect(handler).not.toHaveBeenCalled();
  expect(before.errors).toMatchObject([{ kind: 'invalid_input' }]);
  const setItem = vi.fn().mockResolvedValueOnce(undefined).mockRejectedValue(new Error('no store'));
  const after = handlerOf({ seen: { getItem: () => null, setItem }, on: { 'room.message': handler } });
  expect(await after.status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
  expect(after.errors).toHaveLength(1);
});

test('with waitUntil the answer does not wait for the handler, and a failing one is told', async () => {
  const seen = createStore();
  const work: Promise<unknown>[] = [];
  const { promise, resolve } = deferred();
  const { status, errors } = handlerOf({
    seen,
    waitUntil: (promised) => work.push(promised),
    on: {
      'room.message': async () => {
        await promise;
        throw new Error('mine');
      },
    },
  });
  expect(await status(delivery())).toBe(204);
  expect(work).toHaveLength(1);
  expect(await status(delivery())).toBe(204);
  expect(work).toHaveLength(1);
  expect(errors).toEqual([]);
  resolve();
  await Promise.all(work);
  expect(errors).toMatchObject([{ kind: 'invalid_input', message: 'a handler failed' }]);
  expect(await status(delivery())).toBe(204);
  expect(work).toHaveLength(1);
});

test('a waitUntil that throws answers 500', async () => {
  const { status } = handlerOf({
    waitUntil: () => {
      throw new Error('illegal invocation');
    },
  });
  expect(await status(delivery())).toBe(500);
});

test('the sandbox delivers again until it is handled, and then no more', async () => {
  const clock = createManualClock(Date.now());
  const sandbox = createSandbox({ clock });
  const seen = createStore();
  const said: string[] = [];
  let failures = 3;
  const handle = createWebhookHandler({
    secret,
    seen,
    on: {
      'room.message': ({ data }) => {
        if (failures-- > 0) throw new Error('mine');
        said.push(data.content);
      },
    },
  });
  const robot = sandbox.addRobot({ delivery: { handler: handle, secret }, events: ['room.message'] });
  const ada = createContext(sandbox.tokens.ada, { transport: sandbox.transport });
  await sendRoomMessage(ada, sandbox.ids.server, sandbox.ids.rooms.quiet, { content: 'hi' });
  for (const seconds of [0, 5, 20, 95, 480]) {
    await clock.advance(seconds * 1000);
    await sandbox.settled();
  }
  const deliveries = sandbox.state.webhookDeliveries.filter(({ robotId }) => robotId === robot.id);
  expect(deliveries.map(({ status }) => status)).toEqual([500, 500, 500, 204]);
  expect(said).toEqual(['hi']);
});

test('a command robot may live behind a webhook', async () => {
  const sandbox = createSandbox();
  const robot = sandbox.addRobot({
    delivery: { handler: (request) => handle(request), secret },
    events: ['room.message'],
  });
  const ctx = createContext(robot.token, { transport: sandbox.transport });
  const handle = createWebhookHandler({
    secret,
    on: { 'room.message': robotCommands(ctx, { ping: () => 'pong' }) },
  });
  const ada = createContext(sandbox.tokens.ada, { transport: sandbox.transport });
  await sendRoomMessage(ada, sandbox.ids.server, sandbox.ids.rooms.quiet, { content: '!ping' });
  await sandbox.settled();
  expect(sandbox.state.webhookDeliveries.map(({ status }) => status)).toEqual([204, 204]);
});
