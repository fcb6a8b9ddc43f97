import { describe, expect, test } from 'vitest';
import { createContext } from '../../../src/context.js';
import { sendRoomMessage } from '../../../src/operations/room-messages.js';
import { getMe } from '../../../src/operations/users.js';
import { skipTime, turns } from '../../support/clock.js';
import { eventually } from '../../support/eventually.js';
import { errorOf } from '../../support/results.js';
import { asker, isPending, messagesPath, serveForTest } from '../support.js';

const start = async () => {
  const { expire } = skipTime();
  const { url, sandbox } = await serveForTest();
  const context = (token: string) => createContext(token, { baseUrl: url, maxRetries: 0 });
  return {
    /** Ends the time of a call that stalls, once so many requests have come and what is sent has arrived. */
    expireAfter: async (count: number) => {
      await eventually(() => expect(sandbox.requests).toHaveLength(count));
      await turns(20);
      expire();
    },
    ...sandbox,
    sandbox,
    ask: asker(url),
    /** Without a network between. */
    askInProcess: asker('http://sandbox', sandbox.fetch),
    messages: messagesPath(sandbox),
    me: () => getMe(context(sandbox.tokens.ada)),
    send: (content: string) =>
      sendRoomMessage(context(sandbox.tokens.ada), sandbox.ids.server, sandbox.ids.rooms.quiet, { content }),
    sent: () =>
      sandbox.state.messages.filter(({ roomId }) => roomId === sandbox.ids.rooms.quiet).map(({ content }) => content),
  };
};

describe('a fault', () => {
  test.each([
    [400, 'api'],
    [401, 'auth'],
    [403, 'permission'],
    [404, 'not_found'],
    [409, 'conflict'],
    [418, 'api'],
    [429, 'rate_limit'],
    [500, 'server'],
    [503, 'server'],
  ])('answers status %i as an error of kind %s', async (status, kind) => {
    const { faults, me, ask } = await start();
    faults.next({ status, times: 2 });
    expect(await errorOf(me())).toMatchObject({ kind, status, requestId: expect.stringMatching(/./) });
    expect((await ask('/health')).json).toEqual({
      error: expect.any(String),
      message: expect.any(String),
      statusCode: status,
    });
    expect((await me()).isOk()).toBe(true);
  });

  test('answers 500 for a status that no response can have', async () => {
    const { faults, ask } = await start();
    for (const status of [0, 101, 199, 600, 2.5, NaN]) {
      faults.next({ status });
      expect((await ask('/health')).status).toBe(500);
    }
  });

  test('answers 204 without a body', async () => {
    const { faults, ask } = await start();
    faults.next({ status: 204 });
    expect(await ask('/health')).toMatchObject({ status: 204, text: '' });
  });

  test('sends Retry-After in seconds and as text', async () => {
    const { faults, me, ask } = await start();
    faults.next({ status: 429, retryAfter: 3600 });
    expect(await errorOf(me())).toMatchObject({ kind: 'rate_limit', retryAfterSeconds: 3600 });
    faults.next({ status: 503, retryAfter: 'Wed, 21 Oct 2099 07:28:00 GMT' });
    expect((await ask('/health')).headers.get('retry-after')).toBe('Wed, 21 Oct 2099 07:28:00 GMT');
  });

  test('answers the HTML page of a proxy', async () => {
    const { faults, ask, me } = await start();
    faults.next({ html: true });
    const page = await ask('/health');
    expect(page).toMatchObject({ status: 502, text: expect.stringMatching(/^<html>/) });
    expect(page.headers.get('content-type')).toBe('text/html');
    faults.next({ html: true, status: 200 });
    expect((await errorOf(me())).kind).toBe('invalid_response');
  });

  test.each(['', 'null', '[]', '{"id":', '<html>'])('answers the body %j as it is', async (body) => {
    const { faults, me, ask } = await start();
    faults.next({ body, times: 2 });
    expect(await ask('/users/me')).toMatchObject({ status: 200, text: body });
    expect((await errorOf(me())).kind).toBe('invalid_response');
  });

  test('breaks the connection, over HTTP and in process', async () => {
    const { faults, me, askInProcess } = await start();
    faults.next({ reset: true, times: 2 });
    expect((await errorOf(me())).kind).toBe('connection');
    await expect(askInProcess('/health')).rejects.toBeInstanceOf(TypeError);
    expect((await askInProcess('/health')).status).toBe(200);
  });

  test('sends half of a response, over HTTP and in process', async () => {
    const { faults, me, ask, askInProcess } = await start();
    faults.next({ truncate: true, times: 3 });
    expect((await errorOf(me())).kind).toBe('connection');
    await expect(ask('/health')).rejects.toThrow();
    await expect(askInProcess('/health')).rejects.toThrow('broke the connection');
  });

  test('stalls after half of the body until the client gives up', async () => {
    const { faults, me, fetch, tokens, expireAfter } = await start();
    faults.next({ stall: true, times: 2 });
    const stalled = errorOf(me());
    await expireAfter(1);
    expect((await stalled).kind).toBe('timeout');
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${tokens.ada}` };
    const response = await fetch('http://x/users/me', { headers, signal: abort.signal });
    const reader = response.body!.getReader();
    expect((await reader.read()).value!.length).toBeGreaterThan(50);
    const rest = reader.read();
    expect(await isPending(rest)).toBe(true);
    abort.abort();
    await expect(rest).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('spreads the body over the time it is given', async () => {
    const { faults, askInProcess, ask, clock } = await start();
    faults.next({ slow: 1000, times: 2 });
    const reply = askInProcess('/version');
    await clock.advance(999);
    expect(await isPending(reply)).toBe(true);
    await clock.advance(1);
    expect((await reply).json).toEqual({ version: expect.any(String) });
    const served = ask('/version');
    const before = clock.now();
    while (await isPending(served)) await clock.advance(100);
    expect((await served).json).toEqual({ version: expect.any(String) });
    expect(clock.now() - before).toBeGreaterThanOrEqual(1000);
  });

  test('delays the response on the sandbox’s clock', async () => {
    const { faults, askInProcess, clock } = await start();
    faults.next({ delayMs: 5000 });
    const reply = askInProcess('/health');
    await clock.advance(4999);
    expect(await isPending(reply)).toBe(true);
    await clock.advance(1);
    expect((await reply).status).toBe(200);
  });

  test('delays another fault, or for ever', async () => {
    const { faults, askInProcess, clock, me, expireAfter } = await start();
    faults.next({ delayMs: 100, status: 500 });
    const reply = askInProcess('/health');
    await clock.advance(100);
    expect((await reply).status).toBe(500);
    faults.next({ delayMs: Infinity });
    const endless = errorOf(me());
    await expireAfter(2);
    expect((await endless).kind).toBe('timeout');
  });
});

describe('the operation behind a fault', () => {
  test.each([[{ status: 500 }], [{ reset: true }], [{ html: true }], [{ body: '' }]])(
    'is not carried out for %j',
    async (fault) => {
      const { faults, send, sent } = await start();
      faults.next(fault);
      expect((await send('hello')).isErr()).toBe(true);
      expect(sent()).toEqual([]);
    },
  );

  test.each([[{ status: 500 }], [{ reset: true }], [{ html: true }], [{ truncate: true }], [{ stall: true }]])(
    'is carried out for %j with applied, and its response is lost',
    async (fault) => {
      const { faults, send, sent, expireAfter } = await start();
      faults.next({ ...fault, applied: true });
      const lost = errorOf(send('hello'));
      await eventually(() => expect(sent()).toEqual(['hello']));
      if ('stall' in fault) await expireAfter(1);
      expect(await lost).toMatchObject({ maybeApplied: true, attempts: 1 });
      expect(sent()).toEqual(['hello']);
    },
  );

  test.each([[{ truncate: true }], [{ stall: true }], [{ slow: 1 }], [{ delayMs: 0 }]])(
    'is always carried out for %j',
    async (fault) => {
      const { faults, send, sent, clock, expireAfter } = await start();
      faults.next(fault);
      const result = send('hello');
      await eventually(async () => {
        await clock.advance(1);
        expect(sent()).toEqual(['hello']);
      });
      await clock.advance(1);
      if ('stall' in fault) await expireAfter(1);
      await result;
    },
  );
});
