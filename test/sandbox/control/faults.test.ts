import { describe, expect, test } from 'vitest';
import { createContext } from '../../../src/context.js';
import { sendRoomMessage } from '../../../src/operations/room-messages.js';
import { getMe } from '../../../src/operations/users.js';
import { skipTime } from '../../support/clock.js';
import { eventually } from '../../support/eventually.js';
import { turns } from '../../support/virtual-time.js';
import { asker, messagesPath, serveForTest } from '../support.js';

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

describe('faults.next', () => {
  test.each([
    ['a method', { method: 'post' }, [false, true, false]],
    ['a path', { path: '/users/me' }, [true, false, false]],
    ['a path with any part', { path: '/servers/:serverId/rooms/:roomId/messages' }, [false, true, false]],
    ['both', { method: 'GET', path: '/health' }, [false, false, true]],
    ['a pattern', { path: /^\/(users|health)/g }, [true, false, true]],
    ['a function', (request: Request) => request.headers.has('x-bad'), [false, false, true]],
    ['a path that none has', { path: '/users' }, [false, false, false]],
    ['no condition at all', undefined, [true, true, true]],
  ])('matches requests by %s', async (_, match, hit) => {
    const { faults, ask, messages, tokens } = await start();
    faults.next({ ...(match && { match }), status: 500, times: Infinity });
    const replies = [
      await ask('/users/me?x=1', { token: tokens.ada }),
      await ask(messages, { token: tokens.ada, json: { content: 'hi' } }),
      await ask('/health', { headers: { 'x-bad': '1' } }),
    ];
    expect(replies.map(({ status }) => status === 500)).toEqual(hit);
  });

  test('takes faults in their order, each as often as times says', async () => {
    const { faults, ask } = await start();
    faults.next({ status: 500, times: 2 });
    faults.next({ status: 503 });
    faults.next({ status: 418, times: 0 });
    expect(faults.pending).toHaveLength(2);
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await ask('/health')).status);
    expect(statuses).toEqual([500, 500, 503, 200]);
    expect(faults.pending).toEqual([]);
  });

  test('has no effect after clear and reset', async () => {
    const { faults, ask, sandbox } = await start();
    for (const end of [faults.clear, sandbox.reset]) {
      faults.next({ status: 500, times: Infinity });
      end();
      expect((await ask('/health')).status).toBe(200);
    }
  });
});
