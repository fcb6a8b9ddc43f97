import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { valueOf } from '../../../support/results.js';
import { describeOperations, unauthorized } from '../../scenes.js';

describeOperations('identity', {
  getIdentity: {
    does: 'describes a user or a robot, by the token',
    works: async ({ ada, robot, ids }) => {
      expect(await valueOf(lag.getIdentity(ada))).toMatchObject({
        kind: 'user',
        id: ids.users.ada,
        displayName: 'Ada',
      });
      expect(await valueOf(lag.getIdentity(robot))).toMatchObject({
        kind: 'robot',
        id: ids.robot,
        displayName: 'Beacon',
        serverId: ids.server,
        active: true,
      });
    },
    refuses: [unauthorized(({ me }) => lag.getIdentity(me))],
  },
});
