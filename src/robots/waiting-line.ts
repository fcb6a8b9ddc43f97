import type { CallKind } from './limits.js';

/** Who waits for a place, in the order of their numbers. Holds numbers only, see own-budget.ts. */
export interface WaitingLine {
  /** A number that comes after all others. */
  nextNumber(): number;
  /** Takes a place in line, or says that whoever has it is still there. */
  join(kind: CallKind, number: number): void;
  leave(kind: CallKind, number: number): void;
  /** How many of the same kind are before a number. */
  ahead(kind: CallKind, number: number): number;
  length(kind: CallKind): number;
}

// Whoever waits looks at the line more often. One that does not has died with its Worker.
const MAX_UNSEEN_MS = 120_000;

export const createWaitingLine = (): WaitingLine => {
  const lines: Record<CallKind, number[]> = { read: [], message: [] };
  const seenAt = new Map<number, number>();
  let last = 0;
  let prunedAt = 0;

  /** Where a number is, or would be. */
  const indexOf = (line: readonly number[], number: number): number => {
    let low = 0;
    let high = line.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((line[middle] ?? Infinity) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const prune = (now: number) => {
    if (now - prunedAt < MAX_UNSEEN_MS) return;
    prunedAt = now;
    for (const kind of ['read', 'message'] as const)
      lines[kind] = lines[kind].filter((number) => now - (seenAt.get(number) ?? 0) < MAX_UNSEEN_MS);
    for (const [number, at] of seenAt) if (now - at >= MAX_UNSEEN_MS) seenAt.delete(number);
  };

  return {
    nextNumber: () => ++last,
    join: (kind, number) => {
      const now = performance.now();
      seenAt.set(number, now);
      prune(now);
      const index = indexOf(lines[kind], number);
      if (lines[kind][index] !== number) lines[kind].splice(index, 0, number);
    },
    leave: (kind, number) => {
      seenAt.delete(number);
      const index = indexOf(lines[kind], number);
      if (lines[kind][index] === number) lines[kind].splice(index, 1);
    },
    ahead: (kind, number) => indexOf(lines[kind], number),
    length: (kind) => lines[kind].length,
  };
};
