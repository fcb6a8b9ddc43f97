import { errAsync } from 'neverthrow';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createContext } from '../../src/context.js';
import { lagError, type LagError } from '../../src/errors.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import {
  createMemoryClaimStore,
  createWebhookHandler,
  robotCommands,
  type ClaimStore,
  type RobotEvent,
  type WebhookHandlerOptions,
} from '../../src/robots/index.js';
import { createManualClock, createSandbox } from '../../src/sandbox/index.js';
import { eventually } from '../support/eventually.js';
import { deferred } from '../support/results.js';
import { turnsOfThreads } from '../support/clock.js';
import { fakeTime, payload } from './support.js';

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

/** A store as those over a network are: everything takes its time. */
const createStore = (delayMs = 0): ClaimStore => {
  const memory = createMemoryClaimStore();
  const later = () => new Promise((resolve) => setTimeout(resolve, delayMs));
  return {
    get: async (key) => later().then(() => memory.get(key) ?? null),
    setIfAbsent: async (key, value, ttlSeconds) => later().then(() => memory.setIfAbsent(key, value, ttlSeconds)),
    set: async (key, value, ttlSeconds) => later().then(() => memory.set(key, value, ttlSeconds)),
    delete: async (key) => later().then(() => memory.delete(key)),
  };
};

const hang = () => new Promise<never>(() => {});

/** Lets fake time pass, and the threads of WebCrypto work. */
const advance = async (ms: number): Promise<void> => {
  await turnsOfThreads();
  await vi.advanceTimersByTimeAsync(ms);
  await turnsOfThreads();
};

/** Waits without letting fake time pass. */
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await turnsOfThreads();
};

/** Waits for a promise while fake time passes. */
const during = async <T>(promise: Promise<T>): Promise<T> => {
  let isOver = false;
  void promise.then(() => (isOver = true));
  while (!isOver) await advance(1);
  return promise;
};

const handlerOf = (options: Partial<WebhookHandlerOptions>) => {
  const errors: LagError[] = [];
  const handle = createWebhookHandler({ secret, on: {}, onError: (error) => errors.push(error), ...options });
  return { errors, status: async (request: Request) => (await handle(request)).status };
};

test('answers 204 after it has handled a delivery', async () => {
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

test('answers 204 to an event without a handler', async () => {
  const { status } = handlerOf({ on: { 'member.join': () => expect.unreachable() } });
  expect(await status(delivery())).toBe(204);
});

test('gives an event of an unknown type to its handler', async () => {
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
])('answers 500 if the handler %s', async (_, handler) => {
  const { status, errors } = handlerOf({ on: { 'room.message': handler } });
  expect(await status(delivery())).toBe(500);
  expect(errors).toHaveLength(1);
  expect(errors[0]!.kind).toMatch(/^(invalid_input|permission)$/);
});

test('ignores what onError throws or rejects with', async () => {
  for (const onError of [() => Promise.reject(new Error('mine')), () => expect.unreachable()]) {
    const { status } = handlerOf({ onError, on: { 'room.message': () => Promise.reject(new Error('mine')) } });
    expect(await status(delivery())).toBe(500);
  }
});

test('answers 401 to a forged, old or incomplete delivery, and tells onError', async () => {
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
  const { status } = handlerOf({ on, secret: `whsec_${btoa('another secret than that')}` });
  expect(await status(delivery())).toBe(401);
});

test('answers 400 to a genuine delivery that is not JSON', async () => {
  const { status, errors } = handlerOf({});
  expect(await status(delivery('<xml>'))).toBe(400);
  expect(errors).toMatchObject([{ kind: 'invalid_response' }]);
});

test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('answers 405 to %s', async (method) => {
  const handle = createWebhookHandler({ secret, on: {} });
  const response = await handle(new Request('https://robot.example/', { method }));
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST');
});

test('answers 413 to a body that is too large, whatever its length is said to be', async () => {
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

test('reads a body of the largest size, and does not read one that is said to be larger', async () => {
  const text = JSON.stringify(payload('hi'));
  const { status } = handlerOf({ maxBodyBytes: text.length });
  const lengthOf = (length: number) => ({ headers: { 'content-length': String(length) } });
  expect(await status(delivery(text, 'msg_1', lengthOf(text.length)))).toBe(204);
  const large = delivery(text, 'msg_1', lengthOf(text.length + 1));
  expect(await status(large)).toBe(413);
  expect(large.bodyUsed).toBe(false);
});

test('answers 401 to a request without a body and headers', async () => {
  const { status, errors } = handlerOf({});
  expect(await status(new Request('https://robot.example/', { method: 'POST' }))).toBe(401);
  expect(errors).toMatchObject([{ kind: 'invalid_input' }]);
});

test('names the allowed method only in a 405', async () => {
  const handle = createWebhookHandler({ secret, on: {}, onError: () => {} });
  for (const request of [delivery(), delivery('<xml>')])
    expect((await handle(request)).headers.get('allow')).toBeNull();
});

test('stops reading a body that has no end', async () => {
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

test('answers 400 to a body that breaks off', async () => {
  const body = new ReadableStream({ start: (controller) => controller.error(new Error('gone')) });
  const { status } = handlerOf({});
  const request = new Request('https://robot.example/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  expect(await status(request)).toBe(400);
});

test('answers whatever it is called with', async () => {
  const used = delivery();
  await used.text();
  for (const request of [used, null, undefined, {}, 'text', { method: 'POST', headers: {}, body: 5 }]) {
    const { status, errors } = handlerOf({});
    const code = await status(request as never);
    expect([401, 405, 500]).toContain(code);
    // Only a 405 says enough by itself.
    expect(errors).toHaveLength(code === 405 ? 0 : 1);
  }
  for (const options of [null, undefined, {}, { secret, on: null }, { secret: null, on: {} }])
    expect((await createWebhookHandler({ onError: () => {}, ...options } as never)(delivery())).status).toBe(500);
});

test('handles a delivery once, whichever instance gets it again', async () => {
  const seen = createStore();
  const handler = vi.fn();
  const on = { 'room.message': handler };
  const [first, second] = [handlerOf({ seen, on }), handlerOf({ seen, on })];
  expect(await first.status(delivery())).toBe(204);
  expect(await second.status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
  expect(await second.status(delivery(JSON.stringify(payload('another'))))).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
});

test('handles a delivery again whose handler failed', async () => {
  const seen = createStore();
  const handler = vi.fn().mockRejectedValueOnce(new Error('mine'));
  const { status } = handlerOf({ seen, on: { 'room.message': handler } });
  expect(await status(delivery())).toBe(500);
  expect(await status(delivery())).toBe(204);
  expect(await status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
});

test('answers 503 while another instance is handling the delivery', async () => {
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

test('handles twenty copies of a delivery that come at the same time once', async () => {
  const seen = createStore(5);
  const handler = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 20)));
  const [first, second] = [1, 2].map(() => handlerOf({ seen, on: { 'room.message': handler } }));
  const statuses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? first! : second!).status(delivery())),
  );
  expect(handler).toHaveBeenCalledTimes(1);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([204, ...Array.from({ length: 19 }, () => 503)]);
});

test('remembers deliveries in memory if it is given no store', async () => {
  const handler = vi.fn();
  const { status } = handlerOf({ on: { 'room.message': handler } });
  expect([await status(delivery()), await status(delivery())]).toEqual([204, 204]);
  expect(handler).toHaveBeenCalledTimes(1);
});

test('knows a delivery again by its body, whether each attempt has an id of its own or not', async () => {
  const handler = vi.fn();
  const { status } = handlerOf({ on: { 'room.message': handler } });
  for (const id of ['msg_1', 'msg_1', 'msg_2', 'msg_3']) expect(await status(delivery(undefined, id))).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
});

test('tells equal events without a timestamp apart by their ids', async () => {
  const handler = vi.fn();
  const { status } = handlerOf({ on: { 'room.deleted': handler } });
  const body = '{"type":"room.deleted","data":{"roomId":"r1"}}';
  for (const id of ['msg_1', 'msg_1', 'msg_2']) expect(await status(delivery(body, id))).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
});

test('tells the deliveries of two robots apart that share a store and get the same event', async () => {
  const seen = createStore();
  const handler = vi.fn();
  const other = `whsec_${Buffer.from('the secret of another robot').toString('base64')}`;
  const body = JSON.stringify(payload('hi'));
  const at = new Date();
  const headers = {
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(other).sign('msg_1', at, body),
  };
  expect(await handlerOf({ seen, on: { 'room.message': handler } }).status(delivery())).toBe(204);
  const second = handlerOf({ seen, secret: other, on: { 'room.message': handler } });
  expect(await second.status(delivery(body, 'msg_1', { headers }))).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
});

test('renews its claim while the handler runs, so that a slow handler runs once', async () => {
  fakeTime();
  const seen = createMemoryClaimStore();
  const { promise, resolve } = deferred();
  const handler = vi.fn(() => promise);
  const [first, second] = [1, 2].map(() => handlerOf({ seen, on: { 'room.message': handler } }));
  const answer = first!.status(delivery());
  await until(() => handler.mock.calls.length > 0);
  for (let minute = 0; minute < 4; minute++) {
    await advance(60_000);
    expect(await during(second!.status(delivery()))).toBe(503);
  }
  resolve();
  expect(await during(answer)).toBe(204);
  expect(await during(second!.status(delivery()))).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
  await advance(100_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('handles a delivery again a minute after the process died that had claimed it', async () => {
  fakeTime();
  const memory = createMemoryClaimStore();
  const dead: ClaimStore = { ...memory, set: hang, get: hang, delete: hang };
  const handler = vi.fn();
  const dying = vi.fn(hang);
  void handlerOf({ seen: dead, on: { 'room.message': dying } }).status(delivery());
  await until(() => dying.mock.calls.length > 0);
  const { status } = handlerOf({ seen: memory, on: { 'room.message': handler } });
  await advance(59_000);
  expect(await during(status(delivery()))).toBe(503);
  await advance(1000);
  expect(await during(status(delivery()))).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
});

test('releases its claim when the handler fails, but not the claim of another instance', async () => {
  fakeTime();
  const memory = createMemoryClaimStore();
  const deleted = vi.fn(memory.delete);
  let canRenew = false;
  // This one cannot renew its claim, which ends; another instance claims the delivery.
  const cutOff: ClaimStore = {
    ...memory,
    delete: deleted,
    get: (key) => (canRenew ? memory.get(key) : Promise.reject(new Error('gone'))),
  };
  const { promise, resolve } = deferred();
  const failing = vi.fn(async () => {
    await promise;
    throw new Error('mine');
  });
  const first = handlerOf({ seen: cutOff, on: { 'room.message': failing } });
  const answer = first.status(delivery());
  await until(() => failing.mock.calls.length > 0);
  await advance(61_000);
  const other = vi.fn(hang);
  void handlerOf({ seen: memory, on: { 'room.message': other } }).status(delivery());
  await until(() => other.mock.calls.length > 0);
  canRenew = true;
  resolve();
  expect(await during(answer)).toBe(500);
  expect(deleted).not.toHaveBeenCalled();
  expect(await during(handlerOf({ seen: memory, on: { 'room.message': hang } }).status(delivery()))).toBe(503);
  expect(first.errors.map(({ message }) => message)).toEqual([
    ...Array.from({ length: 3 }, () => 'the seen store failed to renew the claim of a delivery: gone'),
    'a handler failed: mine',
  ]);
});

test('gives up a handler that takes too long, aborts its signal, and lets Lag deliver again', async () => {
  fakeTime();
  const signals: AbortSignal[] = [];
  const { status, errors } = handlerOf({
    handlerTimeoutMs: 90_000,
    on: { 'room.message': (_, { signal }) => (signals.push(signal), signals.length > 1 ? undefined : hang()) },
  });
  const answer = status(delivery());
  await until(() => signals.length > 0);
  await advance(90_000);
  expect(await during(answer)).toBe(500);
  expect(signals[0]?.aborted).toBe(true);
  expect(errors).toMatchObject([{ kind: 'timeout' }]);
  expect(await during(status(delivery()))).toBe(204);
});

test('answers 500 if the store does not answer within five seconds', async () => {
  fakeTime();
  const handler = vi.fn();
  const setIfAbsent = vi.fn(hang);
  const seen: ClaimStore = { get: hang, setIfAbsent, set: hang, delete: hang };
  const { status, errors } = handlerOf({ seen, on: { 'room.message': handler } });
  const answer = status(delivery());
  await until(() => setIfAbsent.mock.calls.length > 0);
  await advance(5000);
  expect(await during(answer)).toBe(500);
  expect(errors[0]?.message).toMatch(/the seen store did not answer within 5000 ms/);
  expect(handler).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test('tries three times to remember a handled delivery', async () => {
  const memory = createMemoryClaimStore();
  let failures = 2;
  const set = vi.fn<ClaimStore['set']>((...args) => {
    if (failures-- > 0) throw new Error('a hiccup');
    return memory.set(...args);
  });
  const handler = vi.fn();
  const { status, errors } = handlerOf({ seen: { ...memory, set }, on: { 'room.message': handler } });
  expect([await status(delivery()), await status(delivery())]).toEqual([204, 204]);
  expect(handler).toHaveBeenCalledTimes(1);
  expect(set).toHaveBeenCalledTimes(3);
  expect(errors).toEqual([]);
});

test('remembers a handled delivery for two days', async () => {
  fakeTime();
  const handler = vi.fn();
  const { status } = handlerOf({ on: { 'room.message': handler }, toleranceSeconds: Infinity });
  const request = delivery();
  const again = () => during(status(request.clone() as Request));
  expect(await again()).toBe(204);
  await advance(172_799_000);
  expect(await again()).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
  await advance(1000);
  expect(await again()).toBe(204);
  expect(handler).toHaveBeenCalledTimes(2);
});

test('answers 500 if the store fails before the handler, and 204 if it fails after it', async () => {
  const handler = vi.fn();
  const fails = () => Promise.reject(new Error('no store'));
  const memory = createMemoryClaimStore();
  const before = handlerOf({ seen: { ...memory, setIfAbsent: fails }, on: { 'room.message': handler } });
  expect(await before.status(delivery())).toBe(500);
  expect(handler).not.toHaveBeenCalled();
  expect(before.errors).toMatchObject([{ kind: 'invalid_input' }]);
  const after = handlerOf({ seen: { ...memory, set: fails }, on: { 'room.message': handler } });
  expect(await after.status(delivery())).toBe(204);
  expect(handler).toHaveBeenCalledTimes(1);
  expect(after.errors.map(({ message }) => message)).toEqual([
    'the seen store failed to remember a handled delivery, which may be handled again: no store',
  ]);
});

test('with waitUntil answers before the handler ends, and tells onError if it fails', async () => {
  const work: Promise<unknown>[] = [];
  const { promise, resolve } = deferred();
  let runs = 0;
  const { status, errors } = handlerOf({
    seen: createStore(),
    waitUntil: (promised) => work.push(promised),
    on: {
      'room.message': async () => {
        runs++;
        await promise;
        if (runs === 1) throw new Error('mine');
      },
    },
  });
  expect(await status(delivery())).toBe(204);
  expect(work).toHaveLength(1);
  expect(await status(delivery())).toBe(503);
  expect(errors).toEqual([]);
  resolve();
  await Promise.all(work);
  expect(errors).toMatchObject([{ kind: 'invalid_input', message: 'a handler failed: mine' }]);
  // A delivery that comes again all the same is another chance.
  expect(await status(delivery())).toBe(204);
  await Promise.all(work);
  expect(await status(delivery())).toBe(204);
  expect(runs).toBe(2);
});

test('loses no event if waitUntil throws, because it was called unbound say', async () => {
  const handler = vi.fn();
  const waitUntil = vi.fn().mockImplementationOnce(() => {
    throw new TypeError('Illegal invocation');
  });
  const { status, errors } = handlerOf({ seen: createStore(), waitUntil, on: { 'room.message': handler } });
  expect(await status(delivery())).toBe(500);
  expect(handler).not.toHaveBeenCalled();
  expect(errors.map(({ message }) => message)).toEqual([
    'waitUntil failed, pass (work) => context.waitUntil(work): Illegal invocation',
  ]);
  expect(await status(delivery())).toBe(204);
  await waitUntil.mock.calls[1]![0];
  expect(handler).toHaveBeenCalledTimes(1);
});

test.each<[string, () => unknown]>([
  ['a Request whose body was read', () => readBefore()],
  ['a Request whose body is being read', () => lockedBody()],
  ['a parsed object as body', () => ({ ...requestLike(), body: payload('hi') })],
  ['an empty body that was announced', () => ({ ...requestLike(), body: null })],
  ['an empty body with a signature', () => delivery('', 'msg_1', { headers: delivery().headers })],
])('answers 500 to %s, and says so', async (_, request) => {
  const { status, errors } = handlerOf({});
  expect(await status((await request()) as Request)).toBe(500);
  expect(errors.map(({ message }) => message)).toEqual([
    'invalid webhook: the body was read or parsed before; pass the raw bytes',
  ]);
});

const readBefore = async () => {
  const request = delivery();
  await request.json();
  return request;
};

const lockedBody = () => {
  const request = delivery();
  request.body?.getReader();
  return request;
};

/** What looks like a request in frameworks of Node. */
const requestLike = () => {
  const { headers } = delivery(undefined, 'msg_1', { headers: { 'content-length': '100' } });
  return { method: 'POST', headers, bodyUsed: false };
};

test('takes bytes and texts as the body of what looks like a Request', async () => {
  const text = JSON.stringify(payload('hi'));
  for (const body of [text, Buffer.from(text), new Blob([text])]) {
    const { status } = handlerOf({});
    expect(await status({ method: 'POST', headers: delivery(text).headers, body } as never)).toBe(204);
  }
});

test.each([undefined, '', [], 'whsec_', 'not base64!', `whsec_${btoa('short')}`])(
  'answers 500 if the secret is %j, and says so',
  async (bad) => {
    const { status, errors } = handlerOf({ secret: bad as never });
    expect(await status(delivery())).toBe(500);
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/^invalid webhook secret: /)]);
  },
);

test('takes its tolerance and its time from the options', async () => {
  const late = Date.now() + 1_000_000;
  const { status: refuse } = handlerOf({ now: () => late });
  expect(await refuse(delivery())).toBe(401);
  const { status: accept } = handlerOf({ now: () => late, toleranceSeconds: 1001 });
  expect(await accept(delivery())).toBe(204);
  const { status: broken } = handlerOf({
    now: () => {
      throw new Error('mine');
    },
  });
  expect(await broken(delivery())).toBe(500);
});

test('accepts events that are older than maxAgeMs without handling them', async () => {
  const handler = vi.fn();
  const skipped: string[] = [];
  const { status } = handlerOf({
    maxAgeMs: 60_000,
    onSkip: ({ id }) => skipped.push(id),
    on: { 'room.message': handler },
  });
  const at = (ageMs: number) =>
    JSON.stringify({ ...payload('hi'), timestamp: new Date(Date.now() - ageMs).toISOString() });
  expect(await status(delivery(at(61_000), 'old'))).toBe(204);
  expect(await status(delivery(at(1000), 'fresh'))).toBe(204);
  expect(skipped).toEqual(['old']);
  expect(handler).toHaveBeenCalledTimes(1);
});

test('gives every event to a handler that is a function', async () => {
  const types: string[] = [];
  const { status } = handlerOf({ on: ({ type }) => types.push(type) });
  expect(await status(delivery())).toBe(204);
  expect(await status(delivery('{"type":"new.type"}'))).toBe(204);
  expect(types).toEqual(['room.message', 'unknown']);
});

test('without onError prints the first failure of each kind', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  const handle = createWebhookHandler({ secret, on: { 'room.message': () => Promise.reject(new Error('boom')) } });
  for (let count = 0; count < 3; count++) expect((await handle(delivery())).status).toBe(500);
  const wrong = createWebhookHandler({ secret: '', on: {} });
  for (let count = 0; count < 3; count++) expect((await wrong(delivery())).status).toBe(500);
  expect(printed.mock.calls.map(([text]) => text)).toEqual([
    'lagclient: could not handle room.message (id msg_1): a handler failed: boom (pass onError to see every failure)',
    'lagclient: could not handle a request: invalid webhook secret: it is missing (pass onError to see every failure)',
  ]);
});

test('reads a million pieces of one byte while timers go on', async () => {
  const text = JSON.stringify(payload('x'.repeat(1_000_000)));
  const bytes = Buffer.from(text);
  let at = 0;
  const body = new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, ++at));
    },
  });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  onTestFinished(() => clearInterval(timer));
  const { status } = handlerOf({});
  const { headers } = delivery(text);
  const request = new Request('https://robot.example/', {
    method: 'POST',
    body,
    headers,
    duplex: 'half',
  } as RequestInit);
  expect(await status(request)).toBe(204);
  expect(ticks).toBeGreaterThan(5);
});

test('gets a delivery of the sandbox again until it is handled', async () => {
  const clock = createManualClock(Date.now());
  const sandbox = createSandbox({ clock, quirks: { webhookDelaysFromAttempt: false } });
  const seen = createStore();
  const said: string[] = [];
  let failures = 3;
  const handle = createWebhookHandler({
    secret,
    seen,
    onError: () => {},
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

test('answers commands that come by webhook', async () => {
  const sandbox = createSandbox({ quirks: { ownMessageEvents: true } });
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
