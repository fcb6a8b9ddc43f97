import type { Hono } from 'hono';
import { asRobot } from '../auth.js';
import { refuse } from '../requests.js';
import { robotView } from '../../views/views.js';
import type { Delivery, RobotEvent, RobotRow, World } from '../../world/world.js';

const keepaliveMs = 30_000;

export const robotRoutes = (api: Hono, world: World): void => {
  api.get(
    '/robots/@me/info',
    asRobot(world, (c, robot) => c.json(robotView(robot))),
  );

  api.get(
    '/robots/@me/events/poll',
    asRobot(world, async (c, robot) => {
      needs(robot, 'poll');
      if (!robot.outbox.length && world.settings.pollHoldMs > 0) await newEvents(world, robot, c.req.raw.signal);
      return c.json(robot.outbox.splice(0));
    }),
  );

  api.get(
    '/robots/@me/events/sse',
    asRobot(world, (c, robot) => {
      needs(robot, 'sse');
      return new Response(stream(world, robot, c.req.header('last-event-id'), c.req.raw.signal), {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'transfer-encoding': 'chunked' },
      });
    }),
  );
};

const needs = (robot: RobotRow, kind: Delivery['kind']): void => {
  if (robot.delivery.kind !== kind) refuse(409, `The robot gets its events by ${robot.delivery.kind}, not by ${kind}`);
};

/** Ends when there is an event, when the hold is over, or when a newer poll of this robot takes the place of this one. */
const newEvents = (world: World, robot: RobotRow, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    robot.listener?.();
    const finish = (then: () => void) => {
      cancel();
      signal.removeEventListener('abort', leave);
      if (robot.listener === done) robot.listener = null;
      then();
    };
    const done = () => finish(resolve);
    // The events stay for the next poll.
    const leave = () => finish(() => reject(signal.reason));
    const cancel = world.clock.setTimeout(done, world.settings.pollHoldMs);
    robot.listener = done;
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
  });

/** The events after `lastId`, all that are kept where that one is not known any more, then those to come. */
const stream = (
  world: World,
  robot: RobotRow,
  lastId: string | undefined,
  signal: AbortSignal,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  let close = () => {};
  return new ReadableStream({
    start: (controller) => {
      // A newer stream of this robot takes the place of this one.
      robot.listener?.();
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const write = ({ id, eventType, payload }: RobotEvent) =>
        send(`id: ${id}\nevent: ${eventType}\ndata: ${JSON.stringify(payload)}\n\n`);
      const keepAlive = () => {
        cancelTimer = world.clock.setTimeout(keepAlive, keepaliveMs, true);
        send(': keepalive\n\n');
      };
      let cancelTimer = world.clock.setTimeout(keepAlive, keepaliveMs, true);
      const listener = (event?: RobotEvent) => {
        if (event) return write(event);
        close();
        controller.close();
      };
      close = () => {
        cancelTimer();
        signal.removeEventListener('abort', leave);
        if (robot.listener === listener) robot.listener = null;
      };
      const leave = () => {
        close();
        controller.error(signal.reason);
      };
      robot.listener = listener;
      signal.addEventListener('abort', leave);
      // So that the answer's headers leave at once.
      send(': connected\n\n');
      if (lastId) {
        const known = robot.outbox.findIndex(({ id }) => id === lastId);
        robot.outbox.slice(known + 1).forEach(write);
      }
      if (signal.aborted) leave();
    },
    cancel: () => close(),
  });
};
