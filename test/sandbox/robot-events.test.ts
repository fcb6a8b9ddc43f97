import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SandboxEventType, SandboxRobot } from '../../src/sandbox/index.js';
import { eventually } from '../support/eventually.js';
import { empty, serve } from '../support/server.js';
import { asker, isPending, messagesPath, serveForTest } from './support.js';

const start = async (options: Parameters<typeof serveForTest>[0] = {}) => {
  const { url, sandbox } = await serveForTest(options);
  const ask = asker(url);
  const messages = messagesPath(sandbox);
  return {
    ...sandbox,
    sandbox,
    url,
    ask,
    messages,
    say: (content: string, token: string = sandbox.tokens.ada) => ask(messages, { token, json: { content } }),
    poll: (token: string = sandbox.tokens.robot, signal?: AbortSignal) =>
      ask('/robots/@me/events/poll', { token, ...(signal && { signal }) }),
    /** Ends when the sandbox has as many requests as that. */
    arrived: (count: number) => eventually(() => expect(sandbox.requests.length).toBe(count)),
  };
};

describe('what robots are told', () => {
  test('each of the twelve, in the documented form', async () => {
    const { sandbox, ask, tokens, ids, messages, poll, clock } = await start();
    const { users, server, rooms } = ids;
    const as = (token: string, method: string, path: string, json?: unknown) => ask(path, { token, method, json });
    const sent = await as(tokens.ben, 'POST', messages, { content: 'hello' });
    const message = `${messages}/${sent.json.id}`;
    await as(tokens.ben, 'PATCH', message, { content: 'hello all' });
    await as(tokens.ada, 'DELETE', message);
    sandbox.joinVoice({ roomId: rooms.music, userId: users.ben });
    await clock.advance(65_000);
    sandbox.leaveVoice({ roomId: rooms.music, userId: users.ben });
    await as(tokens.dan, 'POST', `/servers/join/${ids.inviteCode}`);
    await as(tokens.ada, 'PUT', `/servers/${server}/members/${users.dan}/role`, { roleId: ids.roles.moderator });
    await as(tokens.dan, 'DELETE', `/servers/${server}/leave`);
    const made = await as(tokens.ada, 'POST', `/servers/${server}/rooms`, { name: 'New' });
    await as(tokens.ada, 'DELETE', `/servers/${server}/rooms/${made.json.id}`);
    sandbox.setStatus(users.ben, 'idle');
    await as(tokens.ada, 'PATCH', `/servers/${server}`, { name: 'Port' });

    const { json, status } = await poll();
    expect(status).toBe(200);
    const roomId = rooms.general;
    const messageId = sent.json.id;
    const ben = { userId: users.ben, username: 'ben' };
    const dan = { userId: users.dan, username: 'dan' };
    const expected: [SandboxEventType, object][] = [
      [
        'room.message',
        { roomId, messageId, senderId: users.ben, senderName: 'Ben', content: 'hello', timestamp: sent.json.createdAt },
      ],
      ['room.message.edited', { roomId, messageId, content: 'hello all', editedBy: users.ben }],
      ['room.message.deleted', { roomId, messageId, deletedBy: users.ada }],
      ['voice.join', { roomId: rooms.music, ...ben }],
      ['voice.leave', { roomId: rooms.music, ...ben, durationSeconds: 65 }],
      ['member.join', { ...dan, joinedAt: '2026-01-01T00:01:05.000Z' }],
      ['member.role_changed', { userId: users.dan, oldRole: 'Member', newRole: 'Moderator' }],
      ['member.leave', dan],
      ['room.created', { roomId: made.json.id, name: 'New', createdBy: users.ada }],
      ['room.deleted', { roomId: made.json.id, name: 'New' }],
      ['presence.update', { userId: users.ben, status: 'idle' }],
      ['server.updated', { changes: { name: 'Port' }, updatedBy: users.ada }],
    ];
    expect(json).toEqual(
      expected.map(([type, data]) => ({
        id: expect.any(String),
        eventType: type,
        payload: { type, serverId: server, timestamp: expect.stringMatching(/^2026-01-01T00:0\d:/), data },
        createdAt: expect.stringMatching(/^2026-01-01T00:0\d:/),
      })),
    );
    expect(new Set(json.map(({ id }: { id: string }) => id)).size).toBe(12);
  });

  test('only what they subscribed to, may know, and is of their server', async () => {
    const { sandbox, ids, tokens, ask, say, state } = await start();
    const robots = {
      rooms: sandbox.addRobot({ events: ['room.created'] }),
      blind: sandbox.addRobot({ permissions: ['read_rooms', 'send_messages'] }),
      off: sandbox.addRobot({ active: false }),
      elsewhere: sandbox.addRobot({ serverId: ids.otherServer }),
    };
    await say('hello');
    await ask(`/servers/${ids.server}/rooms`, { token: tokens.ada, json: { name: 'New' } });
    sandbox.joinVoice({ roomId: ids.rooms.music, userId: ids.users.ben });
    sandbox.setStatus(ids.users.ben, 'idle');
    const kept = ({ id }: SandboxRobot) =>
      state.robots.find((robot) => robot.id === id)!.kept.map(({ eventType }) => eventType);
    expect(kept(robots.rooms)).toEqual(['room.created']);
    expect(kept(robots.blind)).toEqual(['room.created']);
    expect(kept(robots.off)).toEqual([]);
    expect(kept(robots.elsewhere)).toEqual([]);
    expect(state.robots.find(({ id }) => id === ids.robot)!.kept).toHaveLength(4);
  });

  test('what another robot and what they say themselves', async () => {
    const { ids, say, poll, tokens, messages, ask } = await start();
    await ask(`/robots/@me${messages}`, { token: tokens.robot, json: { content: 'I am a robot' } });
    await say('I am not');
    const { json } = await poll();
    expect(json.map(({ payload }: { payload: { data: { senderId: string } } }) => payload.data.senderId)).toEqual([
      ids.robot,
      ids.users.ada,
    ]);
  });
});

describe('long poll', () => {
  test('answers what waits at once, and gives it once', async () => {
    const { say, poll, clock } = await start();
    await say('one');
    await say('two');
    const contents = (reply: Awaited<ReturnType<typeof poll>>) =>
      reply.json.map(({ payload }: { payload: { data: { content: string } } }) => payload.data.content);
    expect(contents(await poll())).toEqual(['one', 'two']);
    const next = poll();
    await eventually(async () => expect(await isPending(next)).toBe(true));
    await clock.advance(0);
    await say('three');
    expect(contents(await next)).toEqual(['three']);
  });

  test('holds for 30 seconds of the sandbox’s clock, then answers nothing', async () => {
    const { poll, clock, arrived } = await start();
    const held = poll();
    await arrived(1);
    await clock.advance(29_999);
    expect(await isPending(held)).toBe(true);
    await clock.advance(1);
    expect(await held).toMatchObject({ status: 200, json: [] });
  });

  test('holds as long as it is told to', async () => {
    const { poll } = await start({ pollHoldMs: 0 });
    expect((await poll()).json).toEqual([]);
  });

  test('answers the older of two with nothing', async () => {
    const { poll, say, arrived } = await start();
    const older = poll();
    await arrived(1);
    const newer = poll();
    expect((await older).json).toEqual([]);
    await say('hello');
    expect((await newer).json).toHaveLength(1);
  });

  test('keeps events for the next one when the client goes', async () => {
    const { poll, say, arrived, tokens } = await start();
    const abort = new AbortController();
    const left = poll(tokens.robot, abort.signal);
    await arrived(1);
    abort.abort();
    await expect(left).rejects.toThrow();
    await eventually(async () => {
      await say('hello');
      expect((await poll()).json.length).toBeGreaterThan(0);
    });
  });

  test('in process ends with its signal', async () => {
    const { fetch, tokens, say, poll } = await start();
    const abort = new AbortController();
    const held = fetch('http://x/robots/@me/events/poll', {
      headers: { authorization: `Robot ${tokens.robot}` },
      signal: abort.signal,
    });
    abort.abort(new Error('enough'));
    await expect(held).rejects.toThrow('enough');
    await say('hello');
    expect((await poll()).json).toHaveLength(1);
  });

  test('is let go by a reset and by the end of the server', async () => {
    const { poll, sandbox, arrived, ask, ids, tokens } = await start();
    const first = poll();
    await arrived(1);
    sandbox.reset();
    expect((await first).json).toEqual([]);
    const second = poll();
    await arrived(1);
    await ask(`/servers/${ids.server}`, { token: tokens.ada, method: 'DELETE' });
    expect((await second).json).toEqual([]);
    expect((await poll()).status).toBe(401);
  });

  test('keeps the last 1000 events for a robot that does not ask', async () => {
    const { say, poll, sandbox, ids } = await start();
    await say('the first');
    for (let n = 0; n < 1000; n++) sandbox.setStatus(ids.users.ben, 'idle');
    const { json } = await poll();
    expect(json).toHaveLength(1000);
    expect(json[0].eventType).toBe('presence.update');
  });
});

describe('SSE', () => {
  const listen = async ({ url }: { url: string }, { token }: SandboxRobot, lastEventId?: string) => {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const response = await fetch(`${url}/robots/@me/events/sse`, {
      headers: { authorization: `Robot ${token}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: abort.signal,
    });
    const events: EventSourceMessage[] = [];
    const comments: string[] = [];
    const parser = createParser({
      onEvent: (event) => void events.push(event),
      onComment: (text) => void comments.push(text),
    });
    const ended = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) parser.feed(chunk);
    })();
    ended.catch(() => {});
    const contents = () => events.map(({ data }) => JSON.parse(data).data.content);
    return { response, events, comments, ended, contents, leave: () => abort.abort() };
  };

  test('sends events as they happen, each with its id and type', async () => {
    const sandbox = await start();
    const robot = sandbox.sandbox.addRobot({ delivery: 'sse' });
    const { response, events } = await listen(sandbox, robot);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-request-id')).toMatch(/./);
    await sandbox.say('line one\nline two');
    await eventually(() => expect(events).toHaveLength(1));
    expect(events[0]).toMatchObject({ id: expect.stringMatching(/./), event: 'room.message' });
    expect(JSON.parse(events[0]!.data)).toMatchObject({
      type: 'room.message',
      serverId: sandbox.ids.server,
      data: { content: 'line one\nline two', senderName: 'Ada' },
    });
  });

  test('keeps alive every 30 seconds', async () => {
    const sandbox = await start();
    const { comments } = await listen(sandbox, sandbox.sandbox.addRobot({ delivery: 'sse' }));
    const keepalives = () => comments.filter((text) => text.includes('keepalive')).length;
    await sandbox.clock.advance(29_999);
    await sandbox.say('hello');
    expect(keepalives()).toBe(0);
    await sandbox.clock.advance(1);
    await eventually(() => expect(keepalives()).toBe(1));
    await sandbox.clock.advance(60_000);
    await eventually(() => expect(keepalives()).toBe(3));
  });

  test('replays what was missed since Last-Event-ID, and nothing without it', async () => {
    const sandbox = await start();
    const robot = sandbox.sandbox.addRobot({ delivery: 'sse' });
    const first = await listen(sandbox, robot);
    await sandbox.say('one');
    await eventually(() => expect(first.contents()).toEqual(['one']));
    first.leave();
    await sandbox.say('two');
    await sandbox.say('three');
    const second = await listen(sandbox, robot, first.events[0]!.id);
    await eventually(() => expect(second.contents()).toEqual(['two', 'three']));
    await sandbox.say('four');
    await eventually(() => expect(second.contents()).toEqual(['two', 'three', 'four']));
    const third = await listen(sandbox, robot);
    await sandbox.say('five');
    await eventually(() => expect(third.contents()).toEqual(['five']));
    const fourth = await listen(sandbox, robot, 'an id that nobody knows');
    await eventually(() => expect(fourth.contents()).toEqual(['one', 'two', 'three', 'four', 'five']));
  });

  test('ends the older of two streams, and all at a reset', async () => {
    const sandbox = await start();
    const robot = sandbox.sandbox.addRobot({ delivery: 'sse' });
    const first = await listen(sandbox, robot);
    const second = await listen(sandbox, robot);
    await first.ended;
    sandbox.sandbox.reset();
    await second.ended;
  });

  test('breaks off and stalls when told to', async () => {
    const sandbox = await start();
    const robot = sandbox.sandbox.addRobot({ delivery: 'sse' });
    sandbox.faults.next({ truncate: true });
    const broken = await listen(sandbox, robot);
    expect(broken.response.status).toBe(200);
    await expect(broken.ended).rejects.toThrow();
    sandbox.faults.next({ stall: true });
    const stalled = await listen(sandbox, robot);
    await sandbox.say('hello');
    await sandbox.clock.advance(60_000);
    expect(await isPending(stalled.ended)).toBe(true);
    expect([stalled.events, stalled.comments]).toEqual([[], []]);
    const open = await listen(sandbox, robot);
    sandbox.sandbox.disconnectRobot(robot.id);
    await open.ended;
  });

  test('and long poll are each for robots that were made for them', async () => {
    const { ask, sandbox, tokens } = await start();
    const [sse, webhook] = [sandbox.addRobot({ delivery: 'sse' }), sandbox.addRobot({ delivery: {} })];
    for (const [path, token] of [
      ['sse', tokens.robot],
      ['poll', sse.token],
      ['sse', webhook.token],
      ['poll', webhook.token],
    ])
      expect((await ask(`/robots/@me/events/${path}`, { token: token! })).status).toBe(409);
  });
});

describe('webhooks', () => {
  const seconds = [0, 5, 25, 120, 600, 1800, 3600, 10_800, 28_800, 86_400];

  /** A robot whose webhook answers what `answer` says, and what it was sent. */
  const hooked = async (
    answer: (call: number) => Response | Promise<Response> = () => new Response(),
    secret?: string[],
  ) => {
    const context = await start();
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

  test('are posted with the documented headers and a signature that the standard’s own library accepts', async () => {
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

  test('are signed with each of several secrets', async () => {
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

  test('are tried ten times on the documented schedule, the same each time', async () => {
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

  test('are done when they were answered 2xx', async () => {
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

  test('are tried again when the webhook throws, redirects, or does not answer in 15 seconds', async () => {
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

  test('end with 410, which disables the robot', async () => {
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

  test('end with a reset', async () => {
    const { say, settled, calls, clock, sandbox } = await hooked(() => new Response(null, { status: 500 }));
    await say('hello');
    await settled();
    sandbox.reset();
    await clock.advance(86_400_000);
    await settled();
    expect(calls).toHaveLength(1);
  });

  test('are posted to URLs over HTTP', async () => {
    const target = await serve(empty(204));
    const { sandbox, say, settled, state } = await start();
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
