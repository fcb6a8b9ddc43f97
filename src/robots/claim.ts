import type { LagError } from '../errors.js';
import { toInvalidInput } from '../invalid-input.js';
import { sleep } from '../pipeline/sleep.js';
import type { ClaimStore, ClaimStoreAnswer } from './claim-store.js';

// How long a claim holds if its process dies.
const CLAIM_SECONDS = 60;

// A claim is renewed this often, so that a slow handler keeps it.
const RENEW_EVERY_MS = 20_000;

// Lag delivers an event again for about 37 hours.
const DONE_SECONDS = 172_800;

// A store that does not answer must not hold up a delivery for longer than Lag waits.
const STORE_TIMEOUT_MS = 5000;

const DONE = 'done';
const MAX_DONE_ATTEMPTS = 3;
const FIRST_DONE_RETRY_MS = 100;

/** The right to handle a delivery, held by one instance at a time. */
export interface Claim {
  /** Remembers that the delivery was handled. */
  complete(): Promise<void>;
  /** Lets another attempt of the delivery be handled. */
  release(): Promise<void>;
}

/** What came of the attempt to claim a delivery. */
export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  /** It was handled before. */
  | { readonly kind: 'done' }
  /** Another instance, or another call of this one, is handling it. */
  | { readonly kind: 'busy' }
  /** The store failed. */
  | { readonly kind: 'failed' };

/** Claims a delivery, and renews the claim until it is completed or released. Failures of the store go to `onError`. */
export const claimDelivery = async (
  store: ClaimStore,
  key: string,
  onError: (error: LagError) => void,
): Promise<ClaimOutcome> => {
  const mine = `claimed ${crypto.randomUUID()}`;
  try {
    // A claim may end between the two questions: then the first is asked again.
    for (let round = 0; round < 2; round++) {
      const isSet = await bounded(() => store.setIfAbsent(key, mine, CLAIM_SECONDS));
      const value = isSet ? mine : await bounded(() => store.get(key));
      if (value === mine) return { kind: 'claimed', claim: holdClaim(store, key, mine, onError) };
      if (value === DONE) return { kind: 'done' };
      if (value !== null && value !== undefined) break;
    }
    return { kind: 'busy' };
  } catch (thrown) {
    onError(toStoreError('claim a delivery', thrown));
    return { kind: 'failed' };
  }
};

const holdClaim = (store: ClaimStore, key: string, mine: string, onError: (error: LagError) => void): Claim => {
  const ending = new AbortController();

  const renew = async (): Promise<void> => {
    const value = await bounded(() => store.get(key));
    if (value === mine) return void (await bounded(() => store.set(key, mine, CLAIM_SECONDS)));
    const isFree = value === null || value === undefined;
    if (isFree && (await bounded(() => store.setIfAbsent(key, mine, CLAIM_SECONDS)))) return;
    throw new Error('another instance has claimed the delivery meanwhile, and may handle it a second time');
  };

  const keepRenewing = async (): Promise<void> => {
    for (;;) {
      await sleep(RENEW_EVERY_MS, ending.signal);
      if (ending.signal.aborted) return;
      await renew().catch((thrown: unknown) => onError(toStoreError('renew the claim of a delivery', thrown)));
    }
  };

  void keepRenewing();
  return {
    complete: async () => {
      for (let attempts = 1; ; attempts++) {
        try {
          await bounded(() => store.set(key, DONE, DONE_SECONDS));
          break;
        } catch (thrown) {
          if (attempts >= MAX_DONE_ATTEMPTS) {
            onError(toStoreError('remember a handled delivery, which may be handled again', thrown));
            break;
          }
          await sleep(FIRST_DONE_RETRY_MS * 2 ** attempts);
        }
      }
      ending.abort();
    },
    release: async () => {
      ending.abort();
      try {
        // Only the own claim: another instance may have one by now.
        if ((await bounded(() => store.get(key))) === mine) await bounded(() => store.delete(key));
      } catch (thrown) {
        onError(toStoreError(`release a delivery, whose claim ends in ${CLAIM_SECONDS} s`, thrown));
      }
    },
  };
};

const toStoreError = (what: string, thrown: unknown): LagError =>
  toInvalidInput(thrown, `the seen store failed to ${what}`);

/** Asks the store; rejects if it does not answer in time. */
const bounded = async <T>(ask: () => ClaimStoreAnswer<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      ask(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`the seen store did not answer within ${STORE_TIMEOUT_MS} ms`)),
          STORE_TIMEOUT_MS,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
};
