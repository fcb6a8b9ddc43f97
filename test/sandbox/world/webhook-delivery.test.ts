import { Webhook } from 'standardwebhooks';
import { describe, expect, test, vi } from 'vitest';
import { empty, serve } from '../../support/server.js';
import { isPending, startForRobots } from '../support.js';

describe('a webhook', () => {
  const seconds = [0, 5, 25, 120, 600, 1800, 3600, 10_800, 28_800, 86_400];

  /** A robot whose webhook answers what `answer` says, and what it was sent. */
  const hooked = async (
    answer: (call: number) => Response | Promise<Response> = () => new Response(),
    secret?: string[],
  ) => {
    const context = await startForRobots();
    const calls: { at: number; headers: Headers; method: string; url: string; body: string }[] = [];
    const robot = context.sandbox.addRobot({
      delivery: {
        ...(secret && { secret }),
        handler: async (request) => {
          const { headers, method, url } = request;
          calls.push({ at: context.clock.now(), headers, method, url, body: await request.text() });
          return answer(calls.length);
        },
      },
    });
    return { ...context, robot, calls, origin: context.clock.now() };
  };

  test('gets the documented headers and a signature that the standard’s own library accepts', async () => {
    const { say, settled, calls, robot, ids } = await hooked();
    await say('hello');
    await settled();
    expect(calls).toHaveLength(1);
    const [{ headers, method, body }] = calls as [(typeof calls)[0]];
    expect(method).toBe('POST');
    expect(headers.get('user-agent')).toBe('Lag-Webhooks/1.0');
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('webhook-timestamp')).toBe(String(Date.UTC(2026, 0, 1) / 1000));
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
    const payload = new Webhook(robot.webhookSecret).verify(body, Object.fromEntries(headers));
    vi.useRealTimers();
    expect(payload).toMatchObject({
      type: 'room.message',
      serverId: ids.server,
      timestamp: '2026-01-01T00:00:00.000Z',
      data: { content: 'hello', senderName: 'Ada' },
    });
  });

  test('gets a signature for each of several secrets', async () => {
    const secrets = ['b2xkIHNlY3JldCBvZiAyNCBieXRlcw==', 'bmV3IHNlY3JldCBvZiAyNCBieXRlcw=='].map(
      (text) => `whsec_${text}`,
    );
    const { say, settled, calls } = await hooked(undefined, secrets);
    await say('hello');
    await settled();
    const { headers, body } = calls[0]!;
    expect(headers.get('webhook-signature')!.split(' ')).toHaveLength(2);
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
    for (const secret of secrets)
      expect(() => new Webhook(secret).verify(body, Object.fromEntries(headers))).not.toThrow();
    expect(() => new Webhook('whsec_YW5vdGhlciBzZWNyZXQ=').verify(body, Object.fromEntries(headers))).toThrow();
    vi.useRealTimers();
  });

  test('gets the same delivery ten times on the documented schedule while it fails', async () => {
    const { say, settled, calls, clock, origin, state, robot } = await hooked(
      () => new Response(null, { status: 500 }),
    );
    await say('hello');
    await settled();
    for (const [index, second] of seconds.entries()) {
      if (!index) continue;
      await clock.advance(origin + second * 1000 - 1 - clock.now());
      await settled();
      expect(calls).toHaveLength(index);
      await clock.advance(1);
      await settled();
    }
    await clock.advance(7 * 86_400_000);
    await settled();
    expect(calls.map(({ at }) => (at - origin) / 1000)).toEqual(seconds);
    expect(new Set(calls.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1);
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    expect(state.webhookDeliveries).toEqual(
      seconds.map((second, index) => ({
        robotId: robot.id,
        eventId: calls[0]!.headers.get('webhook-id'),
        eventType: 'room.message',
        attempt: index + 1,
        at: new Date(origin + second * 1000).toISOString(),
        status: 500,
      })),
    );
  });

  test('gets no more attempts once it answered 2xx', async () => {
    const { say, settled, calls, clock, state } = await hooked(
      (call) => new Response(null, { status: call < 3 ? 503 : 202 }),
    );
    await say('hello');
    for (const second of seconds) {
      await settled();
      await clock.advance(second * 1000);
    }
    await settled();
    expect(calls).toHaveLength(3);
    expect(state.webhookDeliveries.map(({ status }) => status)).toEqual([503, 503, 202]);
  });

  test('gets another attempt after it throws, redirects or does not answer in 15 seconds', async () => {
    const { say, settled, clock, state } = await hooked((call) => {
      if (call === 1) throw new Error('no');
      return call === 2 ? new Promise<Response>(() => {}) : new Response(null, { status: 302 });
    });
    await say('hello');
    await settled();
    await clock.advance(5000);
    const waiting = settled();
    expect(await isPending(waiting)).toBe(true);
    await clock.advance(14_999);
    expect(await isPending(waiting)).toBe(true);
    await clock.advance(1);
    await waiting;
    await clock.advance(5000);
    await settled();
    expect(state.webhookDeliveries.map(({ status, at }) => [status, at])).toEqual([
      [null, '2026-01-01T00:00:00.000Z'],
      [null, '2026-01-01T00:00:05.000Z'],
      [302, '2026-01-01T00:00:25.000Z'],
    ]);
  });

  test('disables the robot by answering 410', async () => {
    const { say, settled, calls, clock, ask, robot, state } = await hooked(() => new Response(null, { status: 410 }));
    await say('hello');
    await settled();
    expect(state.robots.find(({ id }) => id === robot.id)!.active).toBe(false);
    expect((await ask('/robots/@me/info', { token: robot.token })).status).toBe(403);
    await say('again');
    await clock.advance(86_400_000);
    await settled();
    expect(calls).toHaveLength(1);
  });

  test('gets no attempts after a reset', async () => {
    const { say, settled, calls, clock, sandbox } = await hooked(() => new Response(null, { status: 500 }));
    await say('hello');
    await settled();
    sandbox.reset();
    await clock.advance(86_400_000);
    await settled();
    expect(calls).toHaveLength(1);
  });

  test('is posted to over HTTP if it is a URL', async () => {
    const target = await serve(empty(204));
    const { sandbox, say, settled, state } = await startForRobots();
    sandbox.addRobot({ delivery: { url: `${target.url}/hooks/lag?x=1` } });
    sandbox.addRobot({ delivery: { url: 'no url' } });
    await say('hello');
    await settled();
    expect(target.requests).toMatchObject([
      { method: 'POST', url: '/hooks/lag?x=1', headers: { 'user-agent': 'Lag-Webhooks/1.0' } },
    ]);
    expect(JSON.parse(String(target.requests[0]!.body)).data.content).toBe('hello');
    expect(new Set(state.webhookDeliveries.map(({ status }) => status))).toEqual(new Set([204, null]));
  });
});
