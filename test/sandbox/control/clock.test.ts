import { describe, expect, test, vi } from 'vitest';
import { createManualClock, createSystemClock } from '../../../src/sandbox/control/clock.js';

describe('createManualClock', () => {
  test('stands still until it is told to advance', async () => {
    const clock = createManualClock('2026-03-01T12:00:00Z');
    expect(clock.now()).toBe(Date.UTC(2026, 2, 1, 12));
    await clock.advance(1500);
    expect(clock.now()).toBe(Date.UTC(2026, 2, 1, 12, 0, 1, 500));
  });

  test('starts at its default if the start is not a time', () => {
    for (const start of ['never', NaN, Symbol('never') as never])
      expect(createManualClock(start).now()).toBe(createManualClock().now());
  });

  test.each([-5, NaN, Infinity])('does not move by %s', async (ms) => {
    const clock = createManualClock(0);
    await clock.advance(ms);
    expect(clock.now()).toBe(0);
  });

  test('runs timers in the order in which they are due, each at its time', async () => {
    const clock = createManualClock(0);
    const seen: [string, number][] = [];
    const note = (name: string) => () => seen.push([name, clock.now()]);
    clock.setTimeout(note('late'), 300);
    clock.setTimeout(() => {
      note('early')();
      clock.setTimeout(note('nested'), 50);
    }, 100);
    clock.setTimeout(note('same time, later set'), 300);
    clock.setTimeout(note('beyond'), 1001);
    await clock.advance(1000);
    expect(seen).toEqual([
      ['early', 100],
      ['nested', 150],
      ['late', 300],
      ['same time, later set', 300],
    ]);
    expect(clock.now()).toBe(1000);
  });

  test('lets calls that were made just before reach their timers', async () => {
    const clock = createManualClock();
    const ends: number[] = [];
    const waitLate = async () => {
      await Promise.resolve();
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 100));
      await Promise.resolve();
      ends.push(clock.now());
    };
    void waitLate();
    await clock.advance(500);
    expect(ends).toEqual([createManualClock().now() + 100]);
  });

  test('moves by the sum of concurrent calls of advance', async () => {
    const clock = createManualClock(0);
    await Promise.all([clock.advance(10), clock.advance(20)]);
    expect(clock.now()).toBe(30);
  });

  test('is not stopped by fake timers', async () => {
    vi.useFakeTimers();
    const clock = createManualClock(0);
    await clock.advance(10);
    vi.useRealTimers();
    expect(clock.now()).toBe(10);
  });

  test('is not stopped by fake timers that replaced everything before it was imported', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
    vi.resetModules();
    const fresh = await import('../../../src/sandbox/control/clock.js');
    expect(fresh.createManualClock).not.toBe(createManualClock);
    const clock = fresh.createManualClock(0);
    const run = vi.fn();
    clock.setTimeout(run, 5);
    await clock.advance(10);
    vi.useRealTimers();
    expect(clock.now()).toBe(10);
    expect(run).toHaveBeenCalledOnce();
  });

  test('goes on after a timer that throws, which is reported as one of the host', async () => {
    const clock = createManualClock(0);
    const reported = new Promise((resolve) => {
      const report = (run: () => void) => {
        try {
          run();
        } catch (error) {
          resolve(error);
        }
      };
      vi.stubGlobal('queueMicrotask', report);
    });
    const later = vi.fn();
    clock.setTimeout(() => {
      throw new Error('broken');
    }, 5);
    clock.setTimeout(later, 5);
    await clock.advance(10);
    await clock.advance(10);
    expect(later).toHaveBeenCalledOnce();
    expect(clock.now()).toBe(20);
    expect(await reported).toMatchObject({ message: 'broken' });
  });

  test('does not run cancelled timers', async () => {
    const clock = createManualClock();
    const run = vi.fn();
    const cancel = clock.setTimeout(run, 10);
    cancel();
    cancel();
    await clock.advance(20);
    expect(run).not.toHaveBeenCalled();
  });
});

describe('createSystemClock', () => {
  test('shows the real time, or a later one after advance', async () => {
    const clock = createSystemClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(2000);
    await clock.advance(3_600_000);
    expect(Math.abs(clock.now() - Date.now() - 3_600_000)).toBeLessThan(2000);
  });

  test('runs timers at their real time', async () => {
    const clock = createSystemClock();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      clock.setTimeout(() => {
        order.push('second');
        resolve();
      }, 20);
      clock.setTimeout(() => order.push('first'), 5, true);
    });
    expect(order).toEqual(['first', 'second']);
  });

  test('runs timers that advance made due, and waits for the others', async () => {
    vi.useFakeTimers({ now: 0 });
    const clock = createSystemClock();
    const order: string[] = [];
    clock.setTimeout(() => order.push('tomorrow'), 86_400_000, true);
    clock.setTimeout(() => order.push('soon'), 86_400_020);
    await clock.advance(86_399_995);
    expect(order).toEqual([]);
    await clock.advance(5);
    expect(order).toEqual(['tomorrow']);
    vi.advanceTimersByTime(19);
    expect(order).toEqual(['tomorrow']);
    vi.advanceTimersByTime(1);
    expect(order).toEqual(['tomorrow', 'soon']);
    vi.useRealTimers();
  });

  test('waits longer than the host’s timers can', () => {
    vi.useFakeTimers({ now: 0 });
    const clock = createSystemClock();
    const run = vi.fn();
    clock.setTimeout(run, 2 ** 31 + 1000);
    vi.advanceTimersByTime(2 ** 31 + 999);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });
});
