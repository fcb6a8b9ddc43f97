import { describe, expect, test, vi } from 'vitest';
import { createManualClock, createSandbox, type SandboxOptions } from '../../../src/sandbox/index.js';

const createHostile = () =>
  new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no');
      },
    },
  );

describe('the options of createSandbox', () => {
  test.each([
    ['clock', {}],
    ['clock', { now: () => NaN, advance: () => {}, setTimeout: () => {} }],
    ['clock', createHostile],
    ['seed', Symbol('seed')],
    ['seed', {}],
    ['pollHoldMs', -1],
    ['pollHoldMs', NaN],
    ['pollHoldMs', '5'],
    ['imageProcessingMs', null],
    ['fetch', 'fetch'],
    ['onRequest', 7],
  ])('ignore an invalid %s with a warning that names it', async (name, value) => {
    const warnings: string[] = [];
    const option = value === createHostile ? createHostile() : value;
    const options = { onWarning: (text: string) => warnings.push(text), [name]: option };
    const sandbox = createSandbox(options as SandboxOptions);
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^the option ${name} must be .*; it is ignored$`))]);
    expect((await sandbox.fetch('http://x/health')).status).toBe(200);
  });

  test.each([
    ['null', () => null],
    ['a number', () => 7],
    ['a text', () => 'options'],
    ['an object that throws', createHostile],
  ])('may be %s', async (_, create) => {
    const sandbox = createSandbox(create() as SandboxOptions);
    expect((await sandbox.fetch('http://x/health')).status).toBe(200);
  });

  test('warn on the console if nothing else is given', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    createSandbox({ pollHoldMs: -1 });
    expect(warn.mock.calls).toEqual([
      ['lagclient sandbox: the option pollHoldMs must be milliseconds, 0 or more; it is ignored'],
    ]);
  });

  test('may have functions that throw or reject', async () => {
    const fail = () => {
      throw new Error('mine');
    };
    const reject = () => Promise.reject(new Error('mine'));
    for (const mine of [fail, reject]) {
      const sandbox = createSandbox({
        clock: createManualClock(),
        onRequest: mine,
        onWarning: mine,
        pollHoldMs: -1,
        fetch: mine,
      });
      expect((await sandbox.fetch('http://x/health')).status).toBe(200);
      sandbox.addRobot({ delivery: { url: 'http://127.0.0.1:9/' } });
      sandbox.setStatus(sandbox.ids.users.ben, 'idle');
      await sandbox.settled();
      expect(sandbox.state.webhookDeliveries).toMatchObject([{ status: null }]);
    }
  });
});
