import type * as undici from 'undici';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import type * as lagclientNode from '../../src/node/index.js';

/** A release of undici, and `lagclient/node` over it. */
export interface OverUndici {
  readonly undici: typeof undici;
  readonly node: typeof lagclientNode;
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const runsUndici8 = major > 22 || (major === 22 && minor >= 19);

/** Runs tests over each release of undici that this Node can load. `over` is filled before the first test. */
export const describeOverUndicis = (name: string, tests: (over: OverUndici) => void): void => {
  describe(`${name}, undici 7`, () => {
    const over = {} as { -readonly [Key in keyof OverUndici]: OverUndici[Key] }; // Filled below.
    beforeAll(async () => {
      over.undici = await import('undici');
      over.node = await import('../../src/node/index.js');
    });
    tests(over);
  });
  describe.runIf(runsUndici8)(`${name}, undici 8`, () => {
    const over = {} as { -readonly [Key in keyof OverUndici]: OverUndici[Key] }; // Filled below.
    beforeAll(async () => {
      vi.resetModules();
      vi.doMock('undici', () => import('undici8'));
      over.undici = await import('undici');
      over.node = await import('../../src/node/index.js');
    });
    afterAll(() => {
      vi.doUnmock('undici');
      vi.resetModules();
    });
    tests(over);
  });
};
