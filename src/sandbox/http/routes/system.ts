import type { Hono } from 'hono';
import { asAnyone, asUser } from '../auth.js';
import { iso } from '../../views/views.js';
import type { World } from '../../world/world.js';

const version = '1.0.0-sandbox';

export const systemRoutes = (api: Hono, world: World): void => {
  api.get('/health', (c) => c.json({ status: 'ok', version, timestamp: iso(world.clock.now()) }));
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
