import { err, ok, type Result } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import { sleep } from '../pipeline/sleep.js';
import { abortedError } from '../pipeline/end-reason.js';
import type { LagRequest, LagMiddleware } from '../pipeline/types.js';
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
 * for their turn, first come first served; only a message that waits for the second lets other calls pass. When the
 * server says 429 all the same, all wait as long as it asks for. Give one to all contexts of a robot.
 *
 * A call that waits still ends with its `signal` and its `deadlineMs`. A `store` is read and written without a lock:
 * instances that act in the same moment may overdraw a limit, and the 429 that follows sets them right.
 */
export function robotRateLimit(options?: RobotRateLimitOptions): LagMiddleware {
  let queue: Queue | undefined;
  return (next) => async (request) => {
    // Not before, because options may throw.
    queue ??= createQueue(options);
    const isMessage = request.method === 'POST' && /^[^?]*\/messages(\?|$)/.test(request.path);
    for (let retriesLeft = request.maxRetries, isRetry = false; ; isRetry = true) {
      const place = await queue.wait(request, isMessage, isRetry);
      if (place.isErr()) return err(place.error);
      const { attempts } = request.trace;
      // What the server asks to wait for comes back at once, so that all may wait, not this call alone.
      const result = await next({ ...request, maxRetries: retriesLeft, maxRetryAfterMs: 0 });
      const made = request.trace.attempts - attempts;
      place.value.settle(made);
      if (result.isOk()) return result;
      const { kind, retryAfterSeconds = 0 } = result.error as LagError & { readonly retryAfterSeconds?: number };
      const askedMs = retryAfterSeconds * 1000;
      if (kind === 'rate_limit') queue.pause(isMessage, askedMs || 1000);
      retriesLeft -= made;
      if (
        !askedMs ||
        retriesLeft < 0 ||
        !(kind === 'rate_limit' || request.idempotent || request.retry === 'always') ||
        askedMs > request.maxRetryAfterMs ||
        performance.now() + askedMs >= request.deadlineAt
      )
        return result;
      if (kind !== 'rate_limit') await sleep(askedMs, request.signal);
    }
  };
}

interface Queue {
  /** Waits for a place; a retry before all others. */
  wait(request: LagRequest, isMessage: boolean, isRetry: boolean): Promise<Result<Place, LagError>>;
  /** Lets no message, or no call that is none, through for so long. */
  pause(isMessage: boolean, ms: number): void;
}

interface Place {
  /** Says that it was answered, and how many requests were made of it. */
  settle(requests: number): void;
}

interface Waiter {
  readonly request: LagRequest;
  readonly isMessage: boolean;
  readonly end: (result: Result<Place, LagError>) => void;
}

/** When it was sent, or, once its answer came, when that was: the server counted it somewhere in between. */
interface Sent {
  at: number;
  readonly isMessage: boolean;
  isOpen: boolean;
}

/** What the store holds: what each instance sent, and how long nothing, and no message, is to be sent. */
interface State {
  readonly sent: Readonly<Record<string, readonly (readonly [at: number, isMessage: boolean])[]>>;
  readonly pausedUntil: readonly [number, number];
}

// Of all requests, and of messages.
const LIMITS = [
  { most: 100, windowMs: 60_000 },
  { most: 10, windowMs: 10_000 },
] as const;

const createQueue = (options: RobotRateLimitOptions | undefined): Queue => {
  const { store, key = 'lag-rate-limit' } = options ?? {};
  // Only the wall clock means the same to several instances.
  const now = () => (store ? Date.now() : performance.now());
  const me = `${Math.random()}`;
  let own: Sent[] = [];
  let others: State['sent'] = {};
  let pausedUntil: [number, number] = [0, 0];
  const waiters: Waiter[] = [];
  let updates: Promise<unknown> = Promise.resolve();
  let isPumping = false;
  let alarm = new AbortController();

  // Neither what is long ago nor what lies ahead, where a clock was put back.
  const isRecent = (at: unknown, windowMs: number): boolean =>
    typeof at === 'number' && Math.abs(now() - at) < windowMs;

  /** Makes changes, one after the other, to what all instances know. Never rejects. */
  const update = <T>(change: () => T): Promise<T> => {
    const done = updates.then(async () => {
      if (!store) return change();
      try {
        const kept = await store.getItem(key);
        const state = (typeof kept === 'string' ? JSON.parse(kept) : kept) as State;
        others = Object.fromEntries(
          Object.entries(state.sent)
            .map(([instance, sent]) => [instance, sent.filter(([at]) => isRecent(at, LIMITS[0].windowMs))] as const)
            .filter(([instance, sent]) => instance !== me && sent.length),
        );
        pausedUntil = [0, 1].map((limit) =>
          Math.max(pausedUntil[limit]!, Number(state.pausedUntil[limit]) || 0),
        ) as never;
      } catch {
        // Empty or out of order: each instance counts what it knows.
      }
      const result = change();
      try {
        // An instance writes all of its own each time: what another has overwritten comes back.
        const sent = { ...others, [me]: own.map(({ at, isMessage }) => [at, isMessage] as const) };
        await store.setItem(key, JSON.stringify({ sent, pausedUntil } satisfies State));
      } catch {
        // Out of order.
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

  /** When a limit has a place. */
  const freeAt = (limit: 0 | 1): number => {
    const { most, windowMs } = LIMITS[limit];
    const times = [
      ...own.filter(({ at, isOpen }) => isOpen || isRecent(at, windowMs)),
      ...Object.values(others).flatMap((sent) =>
        sent.filter(([at]) => isRecent(at, windowMs)).map(([at, isMessage]) => ({ at, isMessage, isOpen: false })),
      ),
    ]
      .filter(({ isMessage }) => !limit || isMessage)
      .map(({ at, isOpen }) => (isOpen ? Infinity : at + windowMs))
      .sort((a, b) => a - b);
    return times[times.length - most] ?? 0;
  };

  /** Gives a place to the first that may have one, or says for how many milliseconds nobody may. */
  const admit = (): number => {
    own = own.filter(({ at, isOpen }) => isOpen || isRecent(at, LIMITS[0].windowMs));
    const requestAt = freeAt(0);
    const placeAt = {
      read: Math.max(pausedUntil[0], requestAt),
      message: Math.max(pausedUntil[1], requestAt, freeAt(1)),
    };
    const at = now();
    let soonest = Infinity;
    const first = waiters.find(({ isMessage }) => {
      const mine = isMessage ? placeAt.message : placeAt.read;
      soonest = Math.min(soonest, mine);
      return mine <= at;
    });
    if (!first) return soonest - at;
    waiters.splice(waiters.indexOf(first), 1);
    const sent = { at, isMessage: first.isMessage, isOpen: true };
    own.push(sent);
    first.end(ok({ settle: (requests) => settle(sent, requests) }));
    return 0;
  };

  const settle = (sent: Sent, requests: number) => {
    void update(() => {
      own = own.filter((other) => other !== sent);
      for (let made = 0; made < requests; made++) own.push({ ...sent, at: now(), isOpen: false });
      wake();
    });
  };

  /** Sends away who may not wait for as long as the server asks. */
  const refuse = () => {
    const pausedMs = (isMessage: boolean) => pausedUntil[isMessage ? 1 : 0] - now();
    for (const waiter of waiters.filter(({ request, isMessage }) => pausedMs(isMessage) > request.maxRetryAfterMs)) {
      waiters.splice(waiters.indexOf(waiter), 1);
      const retryAfterSeconds = pausedMs(waiter.isMessage) / 1000;
      waiter.end(err(lagError('rate_limit', 'too long to wait', { status: 429, retryAfterSeconds })));
    }
  };

  const pump = async () => {
    if (isPumping) return;
    isPumping = true;
    while (waiters.length) {
      const { signal } = alarm;
      const waitMs = await update(admit);
      refuse();
      if (waitMs > 0 && waiters.length) await sleep(waitMs, signal);
    }
    isPumping = false;
  };

  return {
    wait: (request, isMessage, isRetry) =>
      new Promise((resolve) => {
        const { signal } = request;
        const leave = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          resolve(err(abortedError(signal!)));
          wake();
        };
        const waiter: Waiter = {
          request,
          isMessage,
          end: (result) => {
            signal?.removeEventListener('abort', leave);
            resolve(result);
          },
        };
        if (signal?.aborted) return resolve(err(abortedError(signal)));
        signal?.addEventListener('abort', leave);
        waiters[isRetry ? 'unshift' : 'push'](waiter);
        wake();
        void pump();
      }),
    pause: (isMessage, ms) => {
      void update(() => {
        const limit = isMessage ? 1 : 0;
        pausedUntil[limit] = Math.max(pausedUntil[limit], now() + ms);
        wake();
      });
    },
  };
};
