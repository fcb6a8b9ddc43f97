import { robotView } from '../../views/robots.js';
import { refuse } from '../../world/refusal.js';
import type { Delivery, RobotConnection, RobotEvent, RobotRow } from '../../world/rows.js';
import { SECOND_MS } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asRobot } from '../auth.js';
import type { Api } from '../context.js';

/** Comments on an event stream, so that proxies keep it open. */
const KEEPALIVE_MS = 30 * SECOND_MS;

export const robotRoutes = (api: Api, world: World): void => {
  api.get(
    '/robots/@me/info',
    asRobot(world, (c, robot) => c.json(robotView(robot))),
  );

  api.get(
    '/robots/@me/events/poll',
    asRobot(world, async (c, robot) => {
      requireDelivery(robot, 'poll');
      const { quirks, pollHoldMs } = world.settings;
      const isHeld = quirks.holdPolls && pollHoldMs > 0;
      if (!robot.outbox.length && isHeld) await holdPoll(world, robot, c.req.raw.signal);
      return c.json(robot.outbox.splice(0));
    }),
  );

  api.get(
    '/robots/@me/events/sse',
    asRobot(world, (c, robot) => {
      requireDelivery(robot, 'sse');
      return new Response(openEventStream(world, robot, c.req.header('last-event-id'), c.req.raw.signal), {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'transfer-encoding': 'chunked' },
      });
    }),
  );
};

const requireDelivery = (robot: RobotRow, kind: Delivery['kind']): void => {
  if (robot.delivery.kind !== kind)
    refuse(409, `The robot receives its events by ${robot.delivery.kind}, not by ${kind}`);
};

/** Makes this the robot's only open connection. Returns a function that closes it, if it is still the open one. */
const connect = (robot: RobotRow, connection: RobotConnection): (() => void) => {
  robot.connection?.end();
  robot.connection = connection;
  return () => {
    if (robot.connection === connection) robot.connection = null;
  };
};

/** Resolves at an event, at the end of the hold time, or when a newer poll of the robot takes the place of this one. */
const holdPoll = (world: World, robot: RobotRow, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      cancelTimeout();
      signal.removeEventListener('abort', abandon);
      disconnect();
      settle();
    };
    const answer = () => finish(resolve);
    // The events stay in the outbox for the next poll.
    const abandon = () => finish(() => reject(signal.reason));
    const cancelTimeout = world.clock.setTimeout(answer, world.settings.pollHoldMs);
    const disconnect = connect(robot, { notify: answer, end: answer });
    signal.addEventListener('abort', abandon);
    if (signal.aborted) abandon();
  });

/** The events after `lastId` (all that are kept if that id is unknown), then new ones as they happen. */
const openEventStream = (
  world: World,
  robot: RobotRow,
  lastId: string | undefined,
  signal: AbortSignal,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  let close = () => {};
  return new ReadableStream({
    start: (controller) => {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const sendEvent = ({ id, eventType, payload }: RobotEvent) =>
        send(`id: ${id}\nevent: ${eventType}\ndata: ${JSON.stringify(payload)}\n\n`);
      const keepAlive = () => {
        cancelKeepalive = world.clock.setTimeout(keepAlive, KEEPALIVE_MS, true);
        send(': keepalive\n\n');
      };
      let cancelKeepalive = world.clock.setTimeout(keepAlive, KEEPALIVE_MS, true);
      const disconnect = connect(robot, {
        notify: sendEvent,
        end: () => {
          close();
          controller.close();
        },
      });
      const abandon = () => {
        close();
        controller.error(signal.reason);
      };
      close = () => {
        cancelKeepalive();
        signal.removeEventListener('abort', abandon);
        disconnect();
      };
      signal.addEventListener('abort', abandon);
      // Sends the response's headers at once.
      send(': connected\n\n');
      if (lastId) {
        const known = robot.outbox.findIndex(({ id }) => id === lastId);
        robot.outbox.slice(known + 1).forEach(sendEvent);
      }
      if (signal.aborted) abandon();
    },
    cancel: () => close(),
  });
};
