import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { valueOf } from '../../../support/results.js';
import { describeOperations, unauthorized } from '../../scenes.js';

describeOperations('system', {
  getHealth: {
    does: 'tells anyone that the API is up',
    works: async ({ stranger }) => expect(await valueOf(lag.getHealth(stranger))).toMatchObject({ status: 'ok' }),
    refuses: [
      [
        'an outage',
        'server',
        ({ faults, ada }) => {
          faults.next({ status: 503, retryAfter: 1 });
          return lag.getHealth(ada);
        },
      ],
    ],
  },
  getVersion: {
    does: 'tells anyone its version',
    works: async ({ stranger }) =>
      expect(await valueOf(lag.getVersion(stranger))).toEqual({ version: expect.any(String) }),
    refuses: [
      [
        'a proxy',
        'rate_limit',
        ({ faults, ada }) => {
          faults.next({ status: 429, retryAfter: 2 });
          return lag.getVersion(ada);
        },
      ],
    ],
  },
  getSystemStatus: {
    does: 'answers users and robots',
    works: async ({ ada, robot }) => {
      for (const ctx of [ada, robot]) expect((await valueOf(lag.getSystemStatus(ctx))).outage).toBe(false);
    },
    refuses: [unauthorized(({ me }) => lag.getSystemStatus(me))],
  },
  getConfig: {
    does: 'lists the features of the account',
    works: async ({ ada }) =>
      expect((await valueOf(lag.getConfig(ada))).features).toHaveProperty('events.enabled', true),
    refuses: [unauthorized(({ me }) => lag.getConfig(me))],
  },
});
