import { MESSAGE_LIMIT, MESSAGES_PER_REQUEST_WINDOW, REQUEST_LIMIT, type CallKind, type Limit } from './limits.js';

// Every field is a plain value. On Workers, requests that share a limiter may share nothing else: a timer, signal or
// promise belongs to the request that made it.

/** A call that counts against the limits. */
export interface Place {
  readonly kind: CallKind;
  /** Whether a shared budget is being asked, the request was sent, or its response came. */
  state: 'asking' | 'sent' | 'answered';
  /** When that began. The server counts a request somewhere between `sent` and `answered`. */
  at: number;
}

/** What this process may still send, by what it has sent. */
export interface OwnBudget {
  /** How long a call has to wait at least, before which so many of its kind go. */
  waitMs(kind: CallKind, ahead: number, waitingMessages: number): number;
  take(kind: CallKind, state: 'asking' | 'sent'): Place;
  /** Gives a place back that was not used. */
  giveBack(place: Place): void;
  /** Says that the response came, and how many requests were sent for it. */
  settle(place: Place, requests: number): void;
  /** How many calls of a kind are asking a shared budget. */
  asking(kind: CallKind): number;
  /** Lets no call of a kind go for so long. */
  pause(kind: CallKind, ms: number): void;
  pausedMs(kind: CallKind): number;
  /** Uses a part of the limits only: others use the rest, unseen. */
  setShare(share: number): void;
}

// A server that asks for more is asked again after an hour.
const MAX_PAUSE_MS = 3_600_000;

// How soon a read that leaves room for messages looks again; those behind it look less often.
const ROOM_RECHECK_MS = 1000;
const ROOM_RECHECK_MS_PER_CALL = 50;

// A call that died with its Worker is never answered: its place is free again after so long.
const MAX_OPEN_MS = 300_000;
const MAX_ASKING_MS = 10_000;

/** How reads and messages share the limit of all requests. */
export type ReadLimit = (sentMessages: number, waitingMessages: number) => number;

/** Reads leave room for the messages that wait: as many as the other limit lets go within the same time. */
export const leaveRoomForMessages: ReadLimit = (sentMessages, waitingMessages) =>
  REQUEST_LIMIT.calls - Math.min(MESSAGES_PER_REQUEST_WINDOW, sentMessages + waitingMessages);

export const createOwnBudget = (readLimit: ReadLimit): OwnBudget => {
  let places: Place[] = [];
  const pausedUntil: Record<CallKind, number> = { read: 0, message: 0 };
  let share = 1;

  const now = () => performance.now();

  /** When a place no longer counts; of one that is not answered yet, the earliest time. */
  const endOf = ({ state, at }: Place, windowMs: number): number => {
    if (state === 'answered') return at + windowMs;
    const isLost = now() - at > (state === 'sent' ? MAX_OPEN_MS : MAX_ASKING_MS);
    return isLost ? 0 : now() + windowMs;
  };

  /** The ends of the places that count, the first one first. */
  const endsOf = (windowMs: number, kind?: CallKind): number[] =>
    places
      .filter((place) => kind === undefined || place.kind === kind)
      .map((place) => endOf(place, windowMs))
      .filter((end) => end > now())
      .sort((a, b) => a - b);

  const scale = (calls: number): number => Math.max(1, Math.floor(calls * share));

  const prune = () => {
    places = places.filter((place) => endOf(place, REQUEST_LIMIT.windowMs) > now());
  };

  return {
    waitMs: (kind, ahead, waitingMessages) => {
      prune();
      const forRequest = waitFor(scaled(REQUEST_LIMIT, scale), endsOf(REQUEST_LIMIT.windowMs), ahead, now());
      if (kind === 'message') {
        const forMessage = waitFor(
          scaled(MESSAGE_LIMIT, scale),
          endsOf(MESSAGE_LIMIT.windowMs, 'message'),
          ahead,
          now(),
        );
        return Math.max(forRequest, forMessage);
      }
      const sentMessages = endsOf(REQUEST_LIMIT.windowMs, 'message').length;
      const reads = { calls: readLimit(sentMessages, waitingMessages), windowMs: REQUEST_LIMIT.windowMs };
      const forMessages = waitFor(scaled(reads, scale), endsOf(reads.windowMs, 'read'), ahead, now());
      // It may be over sooner: when the messages have left the line.
      return Math.max(forRequest, Math.min(forMessages, ROOM_RECHECK_MS + ahead * ROOM_RECHECK_MS_PER_CALL));
    },
    take: (kind, state) => {
      const place: Place = { kind, state, at: now() };
      places.push(place);
      return place;
    },
    giveBack: (place) => {
      places = places.filter((each) => each !== place);
    },
    settle: (place, requests) => {
      places = places.filter((each) => each !== place);
      for (let count = 0; count < requests; count++) places.push({ kind: place.kind, state: 'answered', at: now() });
    },
    asking: (kind) => {
      prune();
      return places.filter((place) => place.kind === kind && place.state === 'asking').length;
    },
    pause: (kind, ms) => {
      pausedUntil[kind] = Math.max(pausedUntil[kind], now() + Math.min(ms, MAX_PAUSE_MS));
    },
    pausedMs: (kind) => Math.max(0, pausedUntil[kind] - now()),
    setShare: (value) => {
      share = value;
    },
  };
};

const scaled = ({ calls, windowMs }: Limit, scale: (calls: number) => number): Limit => ({
  calls: scale(calls),
  windowMs,
});

/**
 * How long a call has to wait at least that goes after `ahead` others, given the ends of the places that count.
 * Others that wait may leave, so this is asked again.
 */
const waitFor = ({ calls, windowMs }: Limit, ends: readonly number[], ahead: number, now: number): number => {
  // Whole groups of calls that go before take a window each.
  const windows = Math.floor(ahead / calls);
  const firstEnd = ends[ends.length + (ahead % calls) - calls];
  return Math.max(0, (firstEnd ?? now) - now) + windows * windowMs;
};
