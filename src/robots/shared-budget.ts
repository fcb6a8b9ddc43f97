import { REQUEST_LIMIT, type CallKind } from './limits.js';

/**
 * Takes a slot from a budget that several instances share. Returns 0, or the milliseconds to wait before asking again. A
 * message is asked for twice: as a `'message'`, then as a `'request'`.
 */
export type TakeSlot = (kind: 'request' | 'message') => number | PromiseLike<number>;

/** The budget that all instances share, as far as this one knows. Holds numbers only, see own-budget.ts. */
export interface SharedBudget {
  /** How long to wait before asking, by what was answered last. */
  waitMs(kind: CallKind): number;
  /** Takes the slots of a call; tells whether it may go. If the budget does not answer, the own budget has to do. */
  take(kind: CallKind): Promise<boolean>;
  /** Whether it had no slot left for a request within the last minute. */
  wasExhausted(): boolean;
  /** Whether it does not answer. */
  isOut(): boolean;
}

// No limit has a longer window.
const MAX_WAIT_MS = REQUEST_LIMIT.windowMs;

// How long a budget that failed is not asked, so that it does not hold up each call.
const OUT_MS = 5000;

export const createSharedBudget = (takeSlot: TakeSlot, timeoutMs: number): SharedBudget => {
  const freeAt = { request: 0, message: 0 };
  let isOut = false;
  let askAgainAt = 0;
  let exhaustedAt = -Infinity;

  const now = () => performance.now();

  /** Asks once. `undefined` if there is no answer that makes sense. */
  const ask = async (kind: 'request' | 'message'): Promise<number | undefined> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, undefined);
    });
    try {
      const waitMs = await Promise.race([takeSlot(kind), late]);
      return typeof waitMs === 'number' && waitMs >= 0 ? Math.min(waitMs, MAX_WAIT_MS) : undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };

  /** Takes one slot; tells whether the call may go as far as this limit is concerned. */
  const takeOne = async (kind: 'request' | 'message'): Promise<boolean> => {
    if (isOut) {
      if (now() < askAgainAt) return true;
      // Only this call asks; the others go on by the own budget until it has an answer.
      askAgainAt = now() + OUT_MS;
    }
    const waitMs = await ask(kind);
    isOut = waitMs === undefined;
    if (waitMs === undefined) {
      askAgainAt = now() + OUT_MS;
      return true;
    }
    if (waitMs > 0) freeAt[kind] = now() + waitMs;
    if (waitMs > 0 && kind === 'request') exhaustedAt = now();
    return waitMs === 0;
  };

  return {
    waitMs: (kind) => {
      if (isOut) return 0;
      const until = kind === 'message' ? Math.max(freeAt.message, freeAt.request) : freeAt.request;
      return Math.max(0, until - now());
    },
    take: async (kind) => {
      if (kind === 'read') return takeOne('request');
      // Its own limit first: it is the tighter one, so that no slot of the other is taken in vain.
      if (!(await takeOne('message'))) return false;
      return takeOne('request');
    },
    wasExhausted: () => now() - exhaustedAt < REQUEST_LIMIT.windowMs,
    isOut: () => isOut,
  };
};
