import { toIso } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asAnyone, asUser } from '../auth.js';
import type { Api } from '../context.js';

const version = '1.0.0-sandbox';

export const systemRoutes = (api: Api, world: World): void => {
  api.get('/health', (c) => c.json({ status: 'ok', version, timestamp: toIso(world.clock.now()) }));
  api.get('/version', (c) => c.json({ version }));
  api.get(
    '/system-status',
    asAnyone(world, (c) => c.json({ upgrading: false, outage: false, waitlist: false })),
  );
  api.get(
    '/config',
    asUser(world, (c) => c.json({ features: { events: { enabled: true }, robots: { enabled: true, beta: true } } })),
  );
};
