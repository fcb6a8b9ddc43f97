import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { createContext } from '../../src/context.js';
import { isLagError } from '../../src/errors.js';
import { RobotEventSchema } from '../../src/models/robot-events.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import {
  createWebhookHandler,
  dispatchRobotEvents,
  listenByPoll,
  listenBySse,
  verifyWebhook,
  type RobotEvent,
} from '../../src/robots/index.js';
import { anyText } from '../support/any-text.js';
import { inVirtualTime } from '../support/clock.js';
import { hostile } from './hostile-values.js';
import type { Property } from './property.js';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, so').toString('base64')}`;

const OTHER_SECRET = `whsec_${btoa('another secret than that')}`;

const signed = (body: string | Buffer, id = 'evt_1', timestamp = Math.floor(Date.now() / 1000)) => {
  const hmac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'));
  const signature = hmac.update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': `${timestamp}`, 'webhook-signature': `v1,${signature}` };
};

const TYPES = [
  'room.message',
  'room.deleted',
  'member.join',
  'server.updated',
  'room.vanished',
  '__proto__',
  'constructor',
  '',
  'unknown',
];

const payload = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      id: fc.jsonValue(),
      eventType: fc.oneof(fc.constantFrom(...TYPES), fc.jsonValue()),
      type: fc.oneof(fc.constantFrom(...TYPES), fc.jsonValue()),
      payload: fc.oneof(
        fc.jsonValue(),
        fc.record({
          type: fc.constantFrom(...TYPES),
          serverId: fc.jsonValue(),
          data: fc.oneof(
            fc.jsonValue(),
            fc.dictionary(
              fc.constantFrom('roomId', 'content', 'senderName', 'username', 'userId', '__proto__', 'type'),
              fc.jsonValue(),
            ),
          ),
        }),
      ),
    },
    { requiredKeys: [] },
  ),
);

/** An event as valibot itself says it. */
const checkEvent = (event: RobotEvent): void => {
  assert(TYPES.includes(event.type));
  assert.equal(v.safeParse(RobotEventSchema, event).issues, undefined);
};

const contextOver = (fetch: (url: string, init: RequestInit) => Promise<Response>) =>
  createContext('lag_robot_fu_zz', { transport: fetchTransport({ fetch }) });

export const robots: readonly Property[] = [
  {
    name: 'a genuine webhook is an event, whatever is in it, and a changed one is refused',
    share: 5,
    make: () =>
      fc.asyncProperty(payload, fc.string({ minLength: 1 }), fc.nat(), async (value, id, at) => {
        const body = Buffer.from(JSON.stringify(value));
        const headers = signed(body, encodeURIComponent(id));
        const event = (await verifyWebhook({ secret: SECRET, headers, body }))._unsafeUnwrap();
        checkEvent(event);
        assert.equal(event.id, encodeURIComponent(id));
        const changed = Buffer.from(body);
        changed[at % changed.length]! ^= 1 + ((at % 255 || 1) % 255);
        const isSame = changed.equals(body);
        assert.equal((await verifyWebhook({ secret: SECRET, headers, body: changed })).isOk(), isSame);
      }),
  },
  {
    name: 'a webhook handler answers any request, and tells only what is genuine',
    share: 5,
    make: () =>
      fc.asyncProperty(
        fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'HEAD'),
        fc.oneof(
          payload.map((value) => JSON.stringify(value)),
          anyText().map((text) => Buffer.from(text).toString()),
          fc.constantFrom('', 'null', '[', 'x'.repeat(3000)),
        ),
        fc.constantFrom('signed', 'old', 'other', 'none', 'several'),
        hostile,
        async (method, body, headersAre, junk) => {
          const told: unknown[] = [];
          const handler = createWebhookHandler({
            secret: headersAre === 'several' ? [OTHER_SECRET, '', SECRET] : SECRET,
            onError: () => {},
            maxBodyBytes: 2000,
            on: {
              'room.message': (event) => {
                told.push(event);
                return junk.make();
              },
            },
          });
          const headers = {
            signed: signed(body),
            several: signed(body),
            old: signed(body, 'evt_1', 1_700_000_000),
            other: { ...signed(body), 'webhook-signature': 'v1,AAAA v2,x , v1' },
            none: {} as Record<string, string>,
          }[headersAre];
          const hasBody = method === 'POST' || method === 'PUT';
          const response = await handler(
            // oxlint-disable-next-line unicorn/no-invalid-fetch-options -- null is no body
            new Request('http://localhost/hook', { method, headers, body: hasBody ? body : null }),
          );
          const isGenuine = /signed|several/.test(headersAre);
          const isEmptyAndSigned = body.length === 0 && headersAre !== 'none';
          const bodyStatuses = isGenuine ? [204, 400, 500] : [401];
          const postStatuses = body.length > 2000 ? [413] : isEmptyAndSigned ? [500] : bodyStatuses;
          const statuses = method === 'POST' ? postStatuses : [405];
          assert(statuses.includes(response.status), `${response.status}`);
          assert.equal(response.body, null);
          if (response.status !== 204 && response.status !== 500) assert.equal(told.length, 0);
        },
      ),
  },
  {
    name: 'a listener gives each event once, in order, through any server, and ends when it is left',
    share: 8,
    make: () =>
      fc.asyncProperty(
        fc.array(
          fc.record({
            ids: fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 4 }),
            junk: payload,
            end: fc.constantFrom('ok', 'ok', '500', '429', '204', 'reset', 'nonsense', 'stall', '403'),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        fc.boolean(),
        fc.nat(8),
        fc.array(fc.nat(60), { maxLength: 3 }),
        async (answers, isSse, takes, cuts) =>
          inVirtualTime(async (time) => {
            let asked = 0;
            const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
              const { ids, junk, end } = answers[Math.min(asked++, answers.length - 1)]!;
              if (/^\d/.test(end)) return new Response(null, { status: Number(end), headers: { 'retry-after': '1' } });
              if (end === 'reset') throw new TypeError('fetch failed', { cause: new Error('other side closed') });
              if (end === 'nonsense') return new Response('<html>');
              const ended = new Promise<never>((_, reject) =>
                init.signal!.addEventListener('abort', () => reject(new Error('aborted'))),
              );
              ended.catch(() => {});
              if (end === 'stall' && !isSse) return ended;
              const events = ids.map((id) => ({
                id,
                eventType: 'room.message',
                payload: { type: 'room.message', data: junk },
              }));
              if (!isSse) {
                await time.pass(100);
                return Response.json(events);
              }
              const text = events
                .map(({ id, payload: data }) => `id: ${id}\nevent: room.message\ndata: ${JSON.stringify(data)}\n\n`)
                .join(': keepalive\n\n');
              const ends = [...cuts, text.length].toSorted((a, b) => a - b);
              let start = 0;
              const headers = { 'content-type': 'text/event-stream' };
              return new Response(
                new ReadableStream({
                  pull: async (controller) => {
                    const stop = ends.shift();
                    if (stop !== undefined) {
                      if (stop > start) controller.enqueue(Buffer.from(text.slice(start, stop)));
                      start = Math.max(start, stop);
                      return;
                    }
                    if (end === 'stall') await Promise.race([time.pass(1e6), ended]);
                    controller.close();
                  },
                }),
                { headers },
              );
            };
            const listen = isSse ? listenBySse : listenByPoll;
            const events = listen(contextOver(fetch), { onReconnect: () => {} });
            const seen: string[] = [];
            const reads = (async () => {
              for (let taken = 0; taken < takes; taken++) {
                const { done, value } = await events.next();
                if (done) return;
                if (value.isErr()) {
                  assert(isLagError(value.error));
                  assert.equal((await events.next()).done, true);
                  return;
                }
                checkEvent(value.value);
                if (value.value.id) seen.push(value.value.id);
              }
            })();
            await Promise.race([reads, time.pass(200_000)]);
            await events.return();
            await reads;
            assert.equal(new Set(seen).size, seen.length);
            // It neither hammered the server nor left anything.
            assert(asked <= 8 + time.now() / 1000);
            await time.pass(1000);
            assert.equal(time.pending(), 0);
          }),
      ),
  },
  {
    name: 'a dispatcher hands each event to one handler, whatever that does, and comes to its end',
    share: 4,
    make: () =>
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('r1', 'r2', 'r3'), hostile, fc.nat(50)), { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (given, concurrency) =>
          inVirtualTime(async (time) => {
            let running = 0;
            const lanes = new Map<string, number[]>();
            async function* source() {
              for (const [index, [roomId]] of given.entries()) {
                const data = { roomId, content: `${index}`, senderName: 's' };
                yield { isErr: () => false, value: { id: `${index}`, type: 'room.message', data } } as never;
              }
            }
            const result = await dispatchRobotEvents(
              source(),
              {
                'room.message': async ({ data: { roomId, content } }) => {
                  assert(++running <= concurrency);
                  lanes.set(roomId, [...(lanes.get(roomId) ?? []), Number(content)]);
                  const [, junk, ms] = given[Number(content)]!;
                  await time.pass(ms);
                  running--;
                  const value = junk.make();
                  if (ms % 3 === 0) throw value;
                  return value;
                },
              },
              { concurrency, onError: () => {} },
            );
            assert(result.isOk());
            assert.equal([...lanes.values()].flat().length, given.length);
            for (const lane of lanes.values())
              assert.deepEqual(
                lane,
                lane.toSorted((a, b) => a - b),
              );
          }),
      ),
  },
];
