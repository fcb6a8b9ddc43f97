import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SandboxRobot } from '../../../../src/sandbox/index.js';
import { eventually } from '../../../support/eventually.js';

import { isPending, startForRobots } from '../../support.js';

describe('a long poll', () => {
  test('answers waiting events at once, and each only once', async () => {
    const { say, poll, clock } = await startForRobots();
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

  test('is held for 30 seconds of the sandbox’s clock, then answers an empty list', async () => {
    const { poll, clock, arrived } = await startForRobots();
    const held = poll();
    await arrived(1);
    await clock.advance(29_999);
    expect(await isPending(held)).toBe(true);
    await clock.advance(1);
    expect(await held).toMatchObject({ status: 200, json: [] });
  });

  test('is not held if pollHoldMs is 0', async () => {
    const { poll } = await startForRobots({ pollHoldMs: 0 });
    expect((await poll()).json).toEqual([]);
  });

  test('ends when a newer poll of the robot arrives', async () => {
    const { poll, say, arrived } = await startForRobots();
    const older = poll();
    await arrived(1);
    const newer = poll();
    expect((await older).json).toEqual([]);
    await say('hello');
    expect((await newer).json).toHaveLength(1);
  });

  test('leaves events to the next poll when the client disconnects', async () => {
    const { poll, say, arrived, tokens } = await startForRobots();
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

  test('in process rejects when its signal aborts', async () => {
    const { fetch, tokens, say, poll } = await startForRobots();
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

  test('ends with a reset and when the server is deleted', async () => {
    const { poll, sandbox, arrived, ask, ids, tokens } = await startForRobots();
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

  test('answers the last 1000 events to a robot that has not polled for long', async () => {
    const { say, poll, sandbox, ids } = await startForRobots();
    await say('the first');
    for (let n = 0; n < 1000; n++) sandbox.setStatus(ids.users.ben, 'idle');
    const { json } = await poll();
    expect(json).toHaveLength(1000);
    expect(json[0].eventType).toBe('presence.update');
  });
});

describe('an event stream', () => {
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

  test('sends each event as it happens, with its id and type', async () => {
    const sandbox = await startForRobots();
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

  test('has a comment every 30 seconds', async () => {
    const sandbox = await startForRobots();
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

  test('replays the events after Last-Event-ID, and none without that header', async () => {
    const sandbox = await startForRobots();
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

  test('ends when a newer one of the robot opens, and with a reset', async () => {
    const sandbox = await startForRobots();
    const robot = sandbox.sandbox.addRobot({ delivery: 'sse' });
    const first = await listen(sandbox, robot);
    const second = await listen(sandbox, robot);
    await first.ended;
    sandbox.sandbox.reset();
    await second.ended;
  });

  test('breaks off and stalls before its first event', async () => {
    const sandbox = await startForRobots();
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

  test('answers 409 to robots that receive events another way, as polls do', async () => {
    const { ask, sandbox, tokens } = await startForRobots();
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
