import { createContext } from 'lagclient';
import { createWebhookHandler, robotCommands } from 'lagclient/robots';

interface Env {
  readonly LAG_ROBOT_KEY: string;
  /** `whsec_…`; two with a space between them while one replaces the other. */
  readonly LAG_WEBHOOK_SECRET: string;
}

// Receives webhooks on a Worker. The robot is created for webhooks, with the Worker's URL.
let handle: ((request: Request) => Promise<Response>) | undefined;

const createHandler = ({ LAG_ROBOT_KEY, LAG_WEBHOOK_SECRET }: Env) => {
  const ctx = createContext(LAG_ROBOT_KEY, { deadlineMs: 10_000 });
  return createWebhookHandler({
    secret: LAG_WEBHOOK_SECRET.split(' '),
    on: { 'room.message': robotCommands(ctx, { ping: () => 'pong' }) },
    onError: (error) => console.error(error.message),
    // In memory, each instance of the Worker knows its own deliveries only. A Durable Object knows them all.
  });
};

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    handle ??= createHandler(env);
    return handle(request);
  },
};
