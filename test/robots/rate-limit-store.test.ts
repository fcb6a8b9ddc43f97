import { createStorage } from 'unstorage';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createContext } from '../../src/context.js';
import { sendRoomMessage } from '../../src/operations/room-messages.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { robotRateLimit } from '../../src/robots/index.js';
import { ROBOT_TOKEN, sampleMessage } from '../support/samples.js';
import { fakeTime } from './support.js';

beforeEach(fakeTime);
afterEach(() => void vi.useRealTimers());

test('what another instance sent gives its place back when the window is over', async () => {
  const store = createStorage();
  const starts: number[] = [];
  const fetch = async () => {
    starts.push(performance.now());
    return Response.json(sampleMessage());
  };
  const [first, second] = [1, 2].map(() => {
    const ctx = createContext(ROBOT_TOKEN, {
      transport: fetchTransport({ fetch }),
      middleware: [robotRateLimit({ store })],
    });
    return async () => (await sendRoomMessage(ctx, 's1', 'r1', { content: 'hi' })).isOk();
  });
  for (let count = 0; count < 10; count++) expect(await first!()).toBe(true);
  const sent = second!();
  await vi.advanceTimersByTimeAsync(9000);
  expect(starts).toHaveLength(10);
  await vi.advanceTimersByTimeAsync(2000);
  expect(starts).toHaveLength(11);
  expect(await sent).toBe(true);
});
