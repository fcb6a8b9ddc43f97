// One limiter and one `seen` for all requests of a Worker, over Durable Objects.
import { createContext, listRoomMessages, sendRoomMessage, type RobotContext } from 'lagclient';
import { createWebhookHandler, robotRateLimit } from 'lagclient/robots';
import {
  createDurableObjectSeen,
  type SeenDelivery,
} from '../../../docs/examples/robots/recipes/seen-durable-object.js';
import {
  createDurableObjectTake,
  type RobotBudget,
} from '../../../docs/examples/robots/recipes/take-durable-object.js';

export { SeenDelivery } from '../../../docs/examples/robots/recipes/seen-durable-object.js';
export { RobotBudget } from '../../../docs/examples/robots/recipes/take-durable-object.js';

interface Env {
  readonly BASE_URL: string;
  readonly ROBOT_KEY: string;
  readonly SERVER_ID: string;
  readonly ROOM_ID: string;
  readonly SECRET: string;
  readonly BUDGETS: DurableObjectNamespace<RobotBudget>;
  readonly SEEN: DurableObjectNamespace<SeenDelivery>;
}

let shared: RobotContext | undefined;
let local: RobotContext | undefined;
let handle: ((request: Request) => Promise<Response>) | undefined;
let handled = 0;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/hook') {
      handle ??= createWebhookHandler({
        secret: env.SECRET,
        seen: createDurableObjectSeen(env.SEEN),
        on: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          handled++;
        },
        onError: (error) => console.error(error.message),
      });
      return handle(request);
    }
    if (pathname === '/handled') return new Response(String(handled));
    const make = (options?: Parameters<typeof robotRateLimit>[0]) =>
      createContext(env.ROBOT_KEY as 'lag_robot_x', { baseUrl: env.BASE_URL, middleware: [robotRateLimit(options)] });
    shared ??= make({ take: createDurableObjectTake(env.BUDGETS, 'robot') });
    local ??= make();
    const ctx = pathname.startsWith('/shared') ? shared : local;
    const result = pathname.endsWith('/send')
      ? await sendRoomMessage(ctx, env.SERVER_ID, env.ROOM_ID, { content: 'hi' })
      : await listRoomMessages(ctx, env.SERVER_ID, env.ROOM_ID);
    return new Response(result.isOk() ? 'ok' : `${result.error.kind}: ${result.error.message}`);
  },
};
