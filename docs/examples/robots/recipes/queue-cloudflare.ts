import { createContext } from 'lagclient';
import { createWebhookHandler, handleRobotEvent, robotCommands, type RobotEvent } from 'lagclient/robots';
import { createDurableObjectSeen, type SeenDelivery } from './seen-durable-object.js';

export { SeenDelivery } from './seen-durable-object.js';

interface Env {
  /** Absent for the Lag API, a sandbox in tests. */
  readonly LAG_BASE_URL?: string;
  readonly LAG_ROBOT_KEY: string;
  readonly LAG_WEBHOOK_SECRET: string;
  readonly EVENTS: Queue<RobotEvent>;
  readonly SEEN: DurableObjectNamespace<SeenDelivery>;
}

export default {
  /** Accepts a delivery and puts its event into the queue; a delivery fails if the queue does. */
  fetch: (request: Request, env: Env): Promise<Response> =>
    createWebhookHandler({
      secret: env.LAG_WEBHOOK_SECRET,
      seen: createDurableObjectSeen(env.SEEN),
      on: (event) => env.EVENTS.send(event),
      onError: (error) => console.error(error.message),
    })(request),

  /** Handles the events of the queue. It delivers an event again whose handler failed. */
  async queue({ messages }: MessageBatch<RobotEvent>, env: Env): Promise<void> {
    const ctx = createContext(env.LAG_ROBOT_KEY, { baseUrl: env.LAG_BASE_URL, deadlineMs: 20_000 });
    const handlers = { 'room.message': robotCommands(ctx, { ping: () => 'pong' }) };
    for (const message of messages) {
      const result = await handleRobotEvent(handlers, message.body);
      if (result.isOk()) message.ack();
      else message.retry();
    }
  },
};
