import { DurableObject } from 'cloudflare:workers';
import type { TakeSlot } from 'lagclient/robots';

const LIMITS = {
  // A quarter of a second more than Lag's, for requests that take longer to Lag than those before them.
  request: { calls: 100, windowMs: 60_250 },
  message: { calls: 10, windowMs: 10_250 },
};

/** Holds the limits of one robot. One object sees all takes, one after the other. */
export class RobotBudget extends DurableObject {
  async take(kind: 'request' | 'message'): Promise<number> {
    const { calls, windowMs } = LIMITS[kind];
    const now = Date.now();
    const taken = (await this.ctx.storage.get<number[]>(kind)) ?? [];
    const recent = taken.filter((at) => at > now - windowMs);
    const [oldest = now] = recent;
    if (recent.length >= calls) return oldest + windowMs - now;
    await this.ctx.storage.put(kind, [...recent, now]);
    return 0;
  }
}

/** Shares the limits of a robot over a Durable Object. */
export const createDurableObjectTake =
  (budgets: DurableObjectNamespace<RobotBudget>, robotId: string): TakeSlot =>
  (kind) =>
    budgets.get(budgets.idFromName(robotId)).take(kind);
