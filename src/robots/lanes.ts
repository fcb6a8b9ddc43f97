import type { RobotEvent } from '../models/robot-events.js';
import { fieldsOf } from '../fields-of.js';
import type { HandlerOutcome } from './run-handler.js';

/** Events that are handled one after the other: those of one room, say. */
interface Lane {
  readonly key: unknown;
  readonly waiting: RobotEvent[];
  isRunning: boolean;
  /** Whether the last handler of this lane ran out of time. */
  isStuck: boolean;
}

export interface LaneOptions {
  /** Handlers that may run at a time. */
  readonly concurrency: number;
  /** Events that may wait, over all lanes. */
  readonly maxWaiting: number;
  /** Handles an event. Never rejects. */
  readonly run: (event: RobotEvent) => Promise<HandlerOutcome>;
  /** Told about events that are dropped because the handlers of their lane hang. */
  readonly onDrop: (event: RobotEvent) => void;
}

/** Handles events of different lanes at the same time, and those of one lane in their order. */
export interface Lanes {
  add(event: RobotEvent): void;
  /** Whether another event may be read: a handler could start now, and there is room for an event that has to wait. */
  hasCapacity(): boolean;
  isIdle(): boolean;
  /** Resolves when a handler ends, or at `wake()`. */
  change(): Promise<void>;
  wake(): void;
  /** Empties all lanes; returns the events that were waiting. */
  clear(): RobotEvent[];
}

export const createLanes = ({ concurrency, maxWaiting, run, onDrop }: LaneOptions): Lanes => {
  const lanes = new Map<unknown, Lane>();
  // Lanes that have waiting events and no running handler, longest ready first, so that no lane starves.
  const ready: Lane[] = [];
  let running = 0;
  let waiting = 0;
  let resolveChange = () => {};
  let changed = new Promise<void>((resolve) => (resolveChange = resolve));
  const wake = () => {
    resolveChange();
    changed = new Promise((resolve) => (resolveChange = resolve));
  };

  const laneOf = (event: RobotEvent): Lane => {
    const key = laneKey(event);
    let lane = lanes.get(key);
    if (!lane) lanes.set(key, (lane = { key, waiting: [], isRunning: false, isStuck: false }));
    return lane;
  };

  const start = async (lane: Lane, event: RobotEvent): Promise<void> => {
    lane.isRunning = true;
    running++;
    waiting--;
    const { isUnfinished = false } = await run(event);
    running--;
    lane.isRunning = false;
    lane.isStuck = isUnfinished;
    if (lane.waiting.length > 0) ready.push(lane);
    else lanes.delete(lane.key);
    startReady();
    wake();
  };

  const startReady = () => {
    while (running < concurrency) {
      const lane = ready.shift();
      const event = lane?.waiting.shift();
      if (!lane || !event) return;
      void start(lane, event);
    }
  };

  /** Makes room at the cost of the lanes whose handlers hang, so that the others go on. */
  const dropFromStuckLanes = () => {
    for (const lane of lanes.values())
      while (lane.isStuck && waiting >= maxWaiting && lane.waiting.length > 0) {
        waiting--;
        onDrop(lane.waiting.shift()!); // There is one: the loop asked for the length.
      }
  };

  return {
    add: (event) => {
      const lane = laneOf(event);
      lane.waiting.push(event);
      waiting++;
      if (!lane.isRunning && lane.waiting.length === 1) ready.push(lane);
      startReady();
    },
    hasCapacity: () => {
      dropFromStuckLanes();
      return running < concurrency && waiting < maxWaiting;
    },
    isIdle: () => running === 0 && waiting === 0,
    change: () => changed,
    wake,
    clear: () => {
      const left = [...lanes.values()].flatMap((lane) => lane.waiting.splice(0));
      ready.length = 0;
      waiting = 0;
      return left;
    },
  };
};

/** Events of one room belong together, those without a room by their user, and the others by their type. */
const laneKey = ({ type, data }: RobotEvent): unknown => {
  const { roomId, userId } = fieldsOf(data);
  return roomId ?? userId ?? type;
};
