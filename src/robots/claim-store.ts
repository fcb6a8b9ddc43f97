/**
 * Remembers which deliveries are being handled or were handled, for all instances that share it. Each method may return
 * its result or a promise of it.
 */
export interface ClaimStore {
  /** The value of a key; `null` or `undefined` if it has none, or if its time is over. */
  get(key: string): ClaimStoreAnswer<string | null | undefined>;
  /**
   * Sets a value that is gone after `ttlSeconds`, but only if the key has none; tells whether it did. Of several calls at
   * the same time only one may get `true`: this is what makes an instance the only one to handle a delivery.
   */
  setIfAbsent(key: string, value: string, ttlSeconds: number): ClaimStoreAnswer<boolean>;
  /** Sets a value that is gone after `ttlSeconds`, whether or not the key has one. */
  set(key: string, value: string, ttlSeconds: number): ClaimStoreAnswer<unknown>;
  delete(key: string): ClaimStoreAnswer<unknown>;
}

/** A result, or a promise of it. */
export type ClaimStoreAnswer<T> = T | PromiseLike<T>;

interface Entry {
  readonly value: string;
  readonly endsAt: number;
}

// Entries that are over are looked for when so many have been set.
const FIRST_SWEEP_SIZE = 1000;

// More than a robot gets in the two days that an entry lives.
const MAX_ENTRIES = 100_000;

/** A `ClaimStore` in the memory of this process. */
export const createMemoryClaimStore = (): ClaimStore => {
  const entries = new Map<string, Entry>();
  let sweepAt = FIRST_SWEEP_SIZE;

  const valueOf = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry && entry.endsAt > performance.now() ? entry.value : undefined;
  };
  const set = (key: string, value: string, ttlSeconds: number): void => {
    entries.set(key, { value, endsAt: performance.now() + ttlSeconds * 1000 });
    if (entries.size < sweepAt) return;
    for (const each of entries.keys())
      if (valueOf(each) === undefined || entries.size > MAX_ENTRIES) entries.delete(each);
    sweepAt = Math.min(MAX_ENTRIES + 1, Math.max(FIRST_SWEEP_SIZE, entries.size * 2));
  };
  return {
    get: valueOf,
    set,
    setIfAbsent: (key, value, ttlSeconds) => {
      if (valueOf(key) !== undefined) return false;
      set(key, value, ttlSeconds);
      return true;
    },
    delete: (key) => entries.delete(key),
  };
};
