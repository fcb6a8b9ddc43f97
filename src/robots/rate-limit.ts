import { err, ok, type Result } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import { sleep } from '../pipeline/sleep.js';
import { aborted } from '../pipeline/timeout.js';
import type { LagRequest, Middleware } from '../pipeline/types.js';
import type { RobotStore } from './store.js';

/** Options of `robotRateLimit`. */
export interface RobotRateLimitOptions {
  /** Keeps what was used of the limits, so that several instances of one robot share them. */
  readonly store?: RobotStore | undefined;
  /** Where in the store; one for each robot: `'lag-rate-limit'`. */
  readonly key?: string | undefined;
}

/**
 * Makes middleware that keeps a robot under its limits, 100 requests a minute and 10 messages in 10 seconds: calls wait
 * for their turn, first come first served. When the server says 429 all the same, everybody waits as long as it asks
 * for. Give one to all contexts of a robot.
 *
 * A call that waits still ends with its `signal` and its `deadlineMs`. A `store` is read and written without a lock:
 * instances that act in the same moment may overdraw a limit, and the 429 that follows sets them right.
 */
export function robotRateLimit(options?: RobotRateLimitOptions): Middleware {
  let all: readonly [messages: Gate, requests: Gate] | undefined;
  return (next) => async (request) => {
    // Not before, because options may throw.
    all ??= [createGate(10, 10_000, 'messages', options), createGate(100, 60_000, 'requests', options)];
    const isMessage = request.method === 'POST' && /^[^?]*\/messages(\?|$)/.test(request.path);
    const gates = isMessage ? all : all.slice(1);
    for (let retriesLeft = request.maxRetries, again = false; ; again = true) {
      const slots: Slot[] = [];
      const { attempts } = request.trace;
      try {
        for (const gate of gates) {
          const slot = await gate.take(request, again);
          if (slot.isErr()) return err(slot.error);
          slots.push(slot.value);
        }
        // What the server asks to wait for comes back at once, so that all may wait, not this call alone.
        const result = await next({ ...request, maxRetries: retriesLeft, maxRetryAfterMs: 0 });
        if (result.isOk()) return result;
        const { kind, retryAfterSeconds } = result.error as LagError & { readonly retryAfterSeconds?: number };
        const isLimit = kind === 'rate_limit';
        const askedMs = (retryAfterSeconds ?? (isLimit ? 1 : 0)) * 1000;
        if (isLimit) gates[0]!.pause(askedMs);
        retriesLeft -= request.trace.attempts - attempts;
        if (
          !retryAfterSeconds ||
          retriesLeft < 0 ||
          !(isLimit || request.idempotent || request.retry === 'always') ||
          askedMs > request.maxRetryAfterMs ||
          performance.now() + askedMs >= request.deadlineAt
        )
          return result;
        if (!isLimit) await sleep(askedMs, request.signal);
      } finally {
        for (const slot of slots) slot.settle(request.trace.attempts - attempts);
      }
    }
  };
}

/** One of a limit's places. */
interface Slot {
  /** Says how many requests were made of it, and that they were answered. */
  settle(requests: number): void;
}

interface Gate {
  /** Waits for a place; `first` before all others. */
  take(request: LagRequest, first: boolean): Promise<Result<Slot, LagError>>;
  /** Lets nobody through for so long. */
  pause(ms: number): void;
}

interface Waiter {
  readonly request: LagRequest;
  readonly end: (result: Result<Slot, LagError>) => void;
}

const createGate = (most: number, windowMs: number, name: string, options: RobotRateLimitOptions | undefined): Gate => {
  const { store, key = 'lag-rate-limit' } = options ?? {};
  const storeKey = `${key}:${name}`;
  // Only the wall clock means the same to several instances.
  const now = () => (store ? Date.now() : performance.now());
  // When each request was sent; from its answer on, when that came: the server counted it somewhere in between.
  let sent: number[] = [];
  let pausedUntil = 0;
  const waiters: Waiter[] = [];
  let updates: Promise<unknown> = Promise.resolve();
  let isPumping = false;
  let alarm = new AbortController();

  /** Changes what was used, one change after the other. Never rejects. */
  const update = <T>(change: () => T): Promise<T> => {
    const done = updates.then(async () => {
      if (!store) return change();
      try {
        const kept = await store.getItem(storeKey);
        const state = (typeof kept === 'string' ? JSON.parse(kept) : kept) as { sent: number[]; pausedUntil: number };
        sent = state.sent.filter(Number.isFinite);
        pausedUntil = Number(state.pausedUntil) || 0;
      } catch {
        // Without the store each instance counts for itself.
      }
      const result = change();
      try {
        await store.setItem(storeKey, JSON.stringify({ sent, pausedUntil }));
      } catch {
        // The same.
      }
      return result;
    });
    updates = done;
    return done;
  };

  const wake = () => {
    alarm.abort();
    alarm = new AbortController();
  };

  /** Takes a place, or says how many milliseconds there is none. */
  const take = (): { readonly at: number } | { readonly waitMs: number } => {
    const at = now();
    sent = sent.filter((time) => Math.abs(at - time) < windowMs).sort((a, b) => a - b);
    const freeAt = Math.max(pausedUntil, sent.length < most ? at : sent[sent.length - most]! + windowMs);
    if (freeAt > at) return { waitMs: freeAt - at };
    sent.push(at);
    return { at };
  };

  const slotOf = (at: number): Slot => ({
    settle: (requests) => {
      void update(() => {
        const index = sent.indexOf(at);
        if (index >= 0) sent.splice(index, 1);
        for (let made = 0; made < requests; made++) sent.push(now());
        wake();
      });
    },
  });

  const pump = async () => {
    if (isPumping) return;
    isPumping = true;
    while (waiters.length) {
      const { signal } = alarm;
      const place = await update(take);
      if ('at' in place) {
        const waiter = waiters.shift();
        if (waiter) waiter.end(ok(slotOf(place.at)));
        else slotOf(place.at).settle(0);
        continue;
      }
      const pausedMs = pausedUntil - now();
      for (const waiter of waiters.filter(({ request }) => pausedMs > request.maxRetryAfterMs)) {
        waiters.splice(waiters.indexOf(waiter), 1);
        waiter.end(
          err(
            lagError('rate_limit', 'wait for longer than allowed', { status: 429, retryAfterSeconds: pausedMs / 1000 }),
          ),
        );
      }
      if (waiters.length) await sleep(place.waitMs, signal);
    }
    isPumping = false;
  };

  return {
    take: (request, first) =>
      new Promise((resolve) => {
        const { signal } = request;
        const leave = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          resolve(err(aborted(signal!)));
          wake();
        };
        const waiter: Waiter = {
          request,
          end: (result) => {
            signal?.removeEventListener('abort', leave);
            resolve(result);
          },
        };
        if (signal?.aborted) return resolve(err(aborted(signal)));
        signal?.addEventListener('abort', leave, { once: true });
        waiters[first ? 'unshift' : 'push'](waiter);
        void pump();
      }),
    pause: (ms) => {
      void update(() => {
        pausedUntil = Math.max(pausedUntil, now() + ms);
        wake();
      });
    },
  };
};
