import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallOptions } from '../src/call-options.js';
import { createContext, type LagContext } from '../src/context.js';
import { sendRoomMessage, sendRoomMessageOnce } from '../src/operations/room-messages.js';
import { createSandbox, type Sandbox, type SandboxFault } from '../src/sandbox/index.js';
import { errorOf, valueOf } from './support/results.js';
import { inVirtualTime, type VirtualTime } from './support/clock.js';

const POST = { method: 'POST', path: /\/messages$/ };
const GET = { method: 'GET', path: /\/messages$/ };

/** What happens to a send: whether the server carries it out, and how the answer is lost. */
const LOST: Record<string, SandboxFault> = {
  'a reset after it was applied': { reset: true, applied: true },
  'a 500 after it was applied': { status: 500, applied: true },
  "a proxy's page after it was applied": { html: true, applied: true },
  'a stalled body': { stall: true },
  'half a body': { truncate: true },
  'an answer that makes no sense': { body: '{"id":5}', applied: true },
  'a reset before anything': { reset: true },
  'a 503 before anything': { status: 503 },
  'no answer at all': { delayMs: Infinity },
};

interface Scene {
  readonly sandbox: Sandbox;
  readonly ctx: LagContext;
  readonly time: VirtualTime;
  readonly send: (content: string, options?: CallOptions) => ReturnType<typeof sendRoomMessageOnce>;
  /** How often a content is in the room. */
  readonly count: (content: string) => number;
  /** Requests so far: `POST`, `GET …`. */
  readonly asked: () => string[];
}

const scene = <T>(who: 'ada' | 'robot', play: (scene: Scene) => Promise<T>): Promise<T> =>
  inVirtualTime((time) => {
    const sandbox = createSandbox();
    const { ids, tokens } = sandbox;
    const ctx: LagContext = createContext(tokens[who] as string, { transport: sandbox.transport, timeoutMs: 5000 });
    return play({
      sandbox,
      ctx,
      time,
      send: (content, options) => sendRoomMessageOnce(ctx, ids.server, ids.rooms.quiet, { content }, options),
      count: (content) => sandbox.state.messages.filter((message) => message.content === content).length,
      asked: () => sandbox.requests.map(({ method }) => method),
    });
  });

describe.each(['ada', 'robot'] as const)('sendRoomMessageOnce as %s', (who) => {
  test('is a plain send where nothing goes wrong', () =>
    scene(who, async ({ send, count, asked }) => {
      expect(await valueOf(send('hi'))).toMatchObject({ content: 'hi' });
      expect(count('hi')).toBe(1);
      expect(asked()).toEqual(['POST']);
    }));

  test.each(Object.entries(LOST))('sends exactly once through %s', (_, fault) =>
    scene(who, async ({ sandbox, send, count, asked, time }) => {
      sandbox.faults.next({ ...fault, match: POST });
      const message = await send('hi');
      expect(message._unsafeUnwrap()).toMatchObject({ content: 'hi', id: sandbox.state.messages.at(-1)!.id });
      expect(count('hi')).toBe(1);
      const isApplied = fault.applied || fault.stall || fault.truncate;
      expect(asked()).toEqual(isApplied ? ['POST', 'GET', 'GET'] : ['POST', 'GET', 'GET', 'POST']);
      expect(time.pending()).toBe(0);
    }),
  );

  test('sends exactly once through every sequence of two faults, and at most once through three', async () => {
    const names = Object.keys(LOST).filter((name) => !name.includes('sense'));
    const sequences = names.flatMap((first) =>
      names.flatMap((second) => [
        [first, second],
        [first, second, first],
      ]),
    );
    for (const sequence of sequences)
      await scene(who, async ({ sandbox, send, count, time }) => {
        for (const name of sequence) sandbox.faults.next({ ...LOST[name], match: POST });
        const result = await send('hi');
        const appliedAt = sequence.findIndex((name) => /applied|body/.test(name));
        const isFound = appliedAt >= 0 || sequence.length < 3;
        expect([sequence, result.isOk(), count('hi'), time.pending()]).toEqual([sequence, isFound, isFound ? 1 : 0, 0]);
        if (result.isErr()) expect(result.error).toMatchObject({ attempts: 3, maybeApplied: true });
      });
  });

  test('does not take an older message of the same content for its own', () =>
    scene(who, async ({ sandbox, ctx, send, count, time }) => {
      await sendRoomMessage(ctx, sandbox.ids.server, sandbox.ids.rooms.quiet, { content: 'pong' });
      await time.pass(3001);
      sandbox.faults.next({ match: POST, reset: true });
      await valueOf(send('pong'));
      expect(count('pong')).toBe(2);
    }));

  test('goes by the clock of the server', () =>
    scene(who, async ({ sandbox, send, count }) => {
      for (const ahead of [0, 86_400_000]) {
        await sandbox.clock.advance(ahead);
        sandbox.faults.next({ match: POST, reset: true, applied: true });
        await valueOf(send(`hi ${ahead}`));
        expect(count(`hi ${ahead}`)).toBe(1);
      }
    }));
});

test('does not take the message of somebody else for its own', () =>
  scene('ada', async ({ sandbox, send, count }) => {
    const { ids, tokens } = sandbox;
    for (const token of [tokens.ben, tokens.robot] as string[])
      await valueOf(
        sendRoomMessage(createContext(token, { transport: sandbox.transport }), ids.server, ids.rooms.quiet, {
          content: 'same',
        }),
      );
    sandbox.faults.next({ match: POST, reset: true });
    await valueOf(send('same'));
    expect(count('same')).toBe(3);
  }));

test('tells messages apart by what they reply to', () =>
  scene('ada', async ({ sandbox, ctx }) => {
    const { server, rooms } = sandbox.ids;
    const replyTo = async (replyToId: string) =>
      valueOf(sendRoomMessageOnce(ctx, server, rooms.quiet, { content: 'yes', replyToId }));
    const first = await valueOf(sendRoomMessage(ctx, server, rooms.quiet, { content: 'a?' }));
    const second = await valueOf(sendRoomMessage(ctx, server, rooms.quiet, { content: 'b?' }));
    await replyTo(first.id);
    sandbox.faults.next({ match: POST, reset: true });
    expect((await replyTo(second.id)).replyTo?.id).toBe(second.id);
    sandbox.faults.next({ match: POST, reset: true, applied: true });
    await replyTo(second.id);
  }));

test('finds its message in a busy room, page after page', () =>
  scene('ada', async ({ sandbox, send, count }) => {
    const { server, rooms } = sandbox.ids;
    sandbox.faults.next({ match: POST, applied: true, status: 500 });
    const sending = send('mine');
    for (let n = 0; n < 250; n++)
      await valueOf(
        sendRoomMessage(
          createContext(sandbox.tokens.cleo as string, { transport: sandbox.transport }),
          server,
          rooms.quiet,
          {
            content: `noise ${n}`,
          },
        ),
      );
    await valueOf(sending);
    expect(count('mine')).toBe(1);
  }));

describe('where it cannot know, it does not send again', () => {
  test.each<[string, SandboxFault]>([
    ['may not look', { match: GET, status: 403, times: Infinity }],
    ['gets no answer to the look', { match: GET, reset: true, times: Infinity }],
    ['gets an answer that makes no sense', { match: GET, body: '[]', times: Infinity }],
    ['does not learn who it is', { match: { path: '/users/me' }, status: 500, times: Infinity }],
  ])('because it %s', (_, fault) =>
    scene('ada', async ({ sandbox, send, count, asked }) => {
      sandbox.faults.next({ match: POST, reset: true, applied: true });
      sandbox.faults.next(fault);
      expect(await errorOf(send('hi'))).toMatchObject({ kind: 'connection', attempts: 1, maybeApplied: true });
      expect(count('hi')).toBe(1);
      expect(asked().filter((method) => method === 'POST')).toHaveLength(1);
    }),
  );

  test('because the time is over', () =>
    scene('ada', async ({ sandbox, send, count, time }) => {
      sandbox.faults.next({ match: POST, delayMs: Infinity });
      expect(await errorOf(send('hi', { deadlineMs: 5100 }))).toMatchObject({ kind: 'timeout', maybeApplied: true });
      expect(time.now()).toBeLessThanOrEqual(5100);
      expect(count('hi')).toBe(0);
    }));

  test('because it is aborted, before, in and after the wait', async () => {
    for (const ms of [0, 100, 5100])
      await scene('ada', async ({ sandbox, send, count, time }) => {
        const caller = new AbortController();
        sandbox.faults.next({ match: POST, delayMs: Infinity });
        const failed = errorOf(send('hi', { signal: caller.signal }));
        await time.pass(ms);
        caller.abort();
        expect((await failed).maybeApplied).toBe(true);
        expect(time.now()).toBeLessThanOrEqual(ms + 2);
        expect(count('hi')).toBe(0);
        expect(time.pending()).toBe(0);
      });
  });
});

test('gives back at once what was refused, and sends again what was refused for its rate', () =>
  scene('ada', async ({ sandbox, send, count, asked }) => {
    sandbox.faults.next({ match: POST, status: 403 });
    expect(await errorOf(send('no'))).toMatchObject({ kind: 'permission', attempts: 1, maybeApplied: false });
    expect(asked()).toEqual(['POST']);
    sandbox.faults.next({ match: POST, status: 429, retryAfter: 1 });
    await valueOf(send('yes'));
    expect(count('yes')).toBe(1);
  }));

test("cannot be talked into sending twice by retry: 'always'", () =>
  scene('ada', async ({ sandbox, send, count }) => {
    sandbox.faults.next({ match: POST, reset: true, applied: true });
    await valueOf(send('hi', { retry: 'always' }));
    expect(count('hi')).toBe(1);
  }));

test('counts sends by maxRetries, and remembers that one was lost', () =>
  scene('ada', async ({ sandbox, send, asked }) => {
    sandbox.faults.next({ match: POST, status: 500, times: Infinity });
    expect(await errorOf(send('hi', { maxRetries: 4 }))).toMatchObject({ attempts: 5, maybeApplied: true });
    expect(asked().filter((method) => method === 'POST')).toHaveLength(5);
    sandbox.faults.clear();
    sandbox.faults.next({ match: POST, status: 500 });
    sandbox.faults.next({ match: POST, status: 403 });
    expect(await errorOf(send('ho'))).toMatchObject({ kind: 'permission', attempts: 2, maybeApplied: true });
  }));

test('stays total whatever it is given', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.anything(), { maxLength: 5 }), async (args) => {
      const result = await (sendRoomMessageOnce as (...args: unknown[]) => ReturnType<typeof sendRoomMessageOnce>)(
        ...args,
      );
      expect(result._unsafeUnwrapErr()).toMatchObject({ kind: 'invalid_input', attempts: 0, maybeApplied: false });
    }),
  );
});
