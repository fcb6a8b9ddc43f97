import { createContext } from 'lagclient';
import { createWebhookHandler, robotCommands } from 'lagclient/robots';

interface Env {
  readonly LAG_ROBOT_KEY: string;
  /** `whsec_…`; two with a space between them while one replaces the other. */
  readonly LAG_WEBHOOK_SECRET: string;
  /** A KV namespace, for the deliveries that were taken. */
  readonly SEEN: {
    get(key: string): Promise<string | null>;
    put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
  };
}

// Takes webhooks on a worker. The robot is made for webhooks, with the worker's URL.
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const ctx = createContext(env.LAG_ROBOT_KEY, { deadlineMs: 10_000 });
    const handle = createWebhookHandler({
      secret: env.LAG_WEBHOOK_SECRET.split(' '),
      on: { 'room.message': robotCommands(ctx, { ping: () => 'pong' }) },
      onError: (error) => console.error(error.message),
      seen: {
        getItem: (key) => env.SEEN.get(key),
        // Lag delivers again for a day and some hours.
        setItem: (key, value) => env.SEEN.put(key, value, { expirationTtl: 172_800 }),
      },
    });
    return handle(request);
  },
};
