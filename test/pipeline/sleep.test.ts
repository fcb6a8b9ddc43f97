import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { sleep } from '../../src/pipeline/sleep.js';
import { inVirtualTime } from '../support/clock.js';

test.each([
  [250, 250],
  [2 ** 31 - 1, 2 ** 31 - 1],
  [2 ** 31, 2 ** 31 - 1],
])('a sleep of %d ms takes %d ms and leaves no timer and no listener', (ms, taken) =>
  inVirtualTime(async (time) => {
    const { signal } = new AbortController();
    await sleep(ms, signal);
    expect(time.now()).toBe(taken);
    await sleep(ms);
    expect({ now: time.now(), pending: time.pending() }).toEqual({ now: 2 * taken, pending: 0 });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  }),
);

test('a sleep ends as soon as its signal aborts and leaves no timer and no listener', () =>
  inVirtualTime(async (time) => {
    const end = new AbortController();
    const slept = sleep(1000, end.signal);
    await time.pass(10);
    end.abort();
    await slept;
    await sleep(1000, end.signal);
    expect({ now: time.now(), pending: time.pending() }).toEqual({ now: 10, pending: 0 });
    expect(getEventListeners(end.signal, 'abort')).toEqual([]);
  }));
