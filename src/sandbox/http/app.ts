import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { FaultQueue } from '../control/faults.js';
import type { RequestLog, SandboxRequest } from '../control/request-log.js';
import { Refusal } from '../world/refusal.js';
import type { World } from '../world/world.js';
import type { Api } from './context.js';
import { misbehave } from './misbehave.js';
import { applyResponseQuirks } from './response-quirks.js';
import { errorResponse } from './responses.js';
import { dmRoutes } from './routes/dms.js';
import { eventTemplateRoutes } from './routes/event-templates.js';
import { friendRoutes } from './routes/friends.js';
import { imageRoutes } from './routes/images.js';
import { inviteRoutes } from './routes/invites.js';
import { memberRoutes } from './routes/members.js';
import { robotRoutes } from './routes/robots.js';
import { roleRoutes } from './routes/roles.js';
import { roomMessageRoutes } from './routes/room-messages.js';
import { roomRoutes } from './routes/rooms.js';
import { serverEventRoutes } from './routes/server-events.js';
import { serverRoutes } from './routes/servers.js';
import { systemRoutes } from './routes/system.js';
import { userRoutes } from './routes/users.js';

/** The API itself: routes over the world. */
const createApi = (world: World): Api => {
  const api: Api = new Hono();
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
  serverEventRoutes(api, world);
  eventTemplateRoutes(api, world);
  imageRoutes(api, world);
  robotRoutes(api, world);
  api.notFound((c) => errorResponse(404, `Route ${c.req.method}:${c.req.path} not found`));
  api.onError((error, c) => {
    if (error instanceof Refusal) return errorResponse(error.status, error.message, error.headers);
    if (c.req.raw.signal.aborted) throw error;
    // A bug of the sandbox. Nothing that a client sends may lead here.
    return errorResponse(500, `The sandbox failed: ${error.message}`);
  });
  return api;
};

/** Origins of pages on this machine. Pages from files and sandboxed frames have the origin `null`, which any page can. */
const LOCAL_ORIGIN = /^https?:\/\/(localhost|[\w-]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/** The API with what surrounds it: request ids, the log, faults, and CORS for local pages. */
export const createApp = (
  world: World,
  faults: FaultQueue,
  log: RequestLog,
  onRequest: (request: SandboxRequest) => void,
): ((request: Request) => Promise<Response>) => {
  const api = createApi(world);
  const edge: Api = new Hono();
  edge.use(
    cors({
      origin: (origin) => (LOCAL_ORIGIN.test(origin) ? origin : null),
      exposeHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    }),
  );
  edge.all('*', async (c) => {
    const request = c.req.raw;
    const respond = async () => applyResponseQuirks(await api.fetch(request, c.env), world.settings.quirks);
    const fault = faults.take(request);
    if (!fault) return respond();
    c.env.entry.faulty = true;
    return misbehave(fault, { clock: world.clock, signal: request.signal, respond });
  });
  // A connection that a fault broke stays broken.
  edge.onError((error) => {
    throw error;
  });

  let count = 0;
  return async (request) => {
    const id = `req_${String(++count).padStart(6, '0')}`;
    const entry = log.add(request, id, world.clock.now());
    try {
      const response = await edge.fetch(request, { log, entry });
      entry.status = response.status;
      response.headers.set('x-request-id', entry.id);
      response.headers.set('date', new Date(world.clock.now()).toUTCString());
      return response;
    } finally {
      onRequest(entry);
    }
  };
};
