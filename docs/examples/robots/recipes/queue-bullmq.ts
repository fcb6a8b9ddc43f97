import { Queue, Worker, type ConnectionOptions } from 'bullmq';
import {
  createWebhookHandler,
  handleRobotEvent,
  type ClaimStore,
  type RobotEvent,
  type RobotEventHandlers,
} from 'lagclient/robots';

/** Accepts deliveries and puts their events into a queue; a delivery fails if the queue does. */
export const createQueueingHandler = (connection: ConnectionOptions, secret: string, seen: ClaimStore) => {
  const queue = new Queue<RobotEvent>('lag-events', { connection });
  const handle = createWebhookHandler({
    secret,
    seen,
    on: (event) => queue.add(event.type, event, { attempts: 5, backoff: { type: 'exponential', delay: 1000 } }),
    onError: (error) => console.error(error.message),
  });
  return { handle, close: () => queue.close() };
};

/** Handles the events of the queue, in another process. BullMQ tries an event again whose handler failed. */
export const startWorker = (connection: ConnectionOptions, handlers: RobotEventHandlers) =>
  new Worker<RobotEvent>(
    'lag-events',
    async ({ data }) => {
      const result = await handleRobotEvent(handlers, data);
      if (result.isErr()) throw result.error;
    },
    { connection },
  );
