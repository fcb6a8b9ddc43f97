import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { misbehave, type FaultQueue } from '../control/faults.js';
import { envelope, Refusal } from './requests.js';
import { record, type Entry } from '../control/request-log.js';
import { dmRoutes } from './routes/dms.js';
import { eventRoutes } from './routes/events.js';
import { eventTemplateRoutes } from './routes/event-templates.js';
import { friendRoutes } from './routes/friends.js';
import { imageRoutes } from './routes/images.js';
import { inviteRoutes } from './routes/invites.js';
import { memberRoutes } from './routes/members.js';
import { robotRoutes } from './routes/robots.js';
import { roleRoutes } from './routes/roles.js';
import { roomMessageRoutes } from './routes/room-messages.js';
import { roomRoutes } from './routes/rooms.js';
import { serverRoutes } from './routes/servers.js';
import { systemRoutes } from './routes/system.js';
import { userRoutes } from './routes/users.js';
import type { World } from '../world/world.js';

/** The API itself: routes over the world. */
const createApi = (world: World): Hono => {
  const api = new Hono();
  systemRoutes(api, world);
  userRoutes(api, world);
  friendRoutes(api, world);
  dmRoutes(api, world);
  inviteRoutes(api, world);
  serverRoutes(api, world);
  memberRoutes(api, world);
  roleRoutes(api, world);
  roomRoutes(api, world);
  roomMessageRoutes(api, world);
  eventRoutes(api, world);
  eventTemplateRoutes(api, world);
  imageRoutes(api, world);
  robotRoutes(api, world);
  api.notFound((c) => envelope(404, `Route ${c.req.method}:${c.req.path} not found`));
  api.onError((error, c) => {
    if (error instanceof Refusal) return envelope(error.status, error.message, error.headers);
    if (c.req.raw.signal.aborted) throw error;
    // A mistake of the sandbox. Nothing that a client sends may lead here.
    return envelope(500, `The sandbox failed: ${error.message}`);
  });
  return api;
};

// `null` is what a page says that was opened from a file.
const localOrigin = /^(https?:\/\/(localhost|[\w-]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?|null)$/;

/** The API with what is around it: request ids, the log, faults, CORS for local pages. */
export const createApp = (
  world: World,
  faults: FaultQueue,
  log: Entry[],
  onRequest: ((entry: Entry) => void) | undefined,
): ((request: Request) => Promise<Response>) => {
  const api = createApi(world);
  const edge = new Hono<{ Bindings: Entry }>();
  edge.use(
    cors({
      origin: (origin) => (localOrigin.test(origin) ? origin : null),
      exposeHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    }),
  );
  edge.all('*', async (c) => {
    const request = c.req.raw;
    const answer = async () => api.fetch(request, c.env);
    const fault = faults.take(request);
    if (!fault) return answer();
    c.env.faulty = true;
    return misbehave(fault, request, world.clock, answer);
  });
  // A broken connection stays one.
  edge.onError((error) => {
    throw error;
  });

  let count = 0;
  return async (request) => {
    const entry = record(log, request, `req_${String(++count).padStart(6, '0')}`, world.clock.now());
    try {
      const response = await edge.fetch(request, entry);
      entry.status = response.status;
      response.headers.set('x-request-id', entry.id);
      response.headers.set('date', new Date(world.clock.now()).toUTCString());
      return response;
    } finally {
      onRequest?.(entry);
    }
  };
};
