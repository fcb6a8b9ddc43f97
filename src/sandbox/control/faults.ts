import * as v from 'valibot';
import { fitsPattern, isOperation, operationsOf, ROUTES, type SandboxOperation } from '../http/operations.js';
import { describeIssue, FaultSchema } from './fault-schema.js';
import type { Warn } from './warn.js';

/** Which requests a fault matches. All fields that are given must fit. */
export interface SandboxFaultMatch {
  /** Name of the function whose requests go wrong: `'sendRoomMessage'`. Matches users and robots. */
  readonly operation?: SandboxOperation;
  readonly method?: string;
  /**
   * The whole path without its query, in which a part that starts with `:` stands for any:
   * `/servers/:serverId/rooms`. A regular expression may find any part of it.
   */
  readonly path?: string | RegExp;
}

/** What goes wrong with the requests that it matches. */
export interface SandboxFault {
  /** Which requests. @defaultValue all of them */
  readonly match?: SandboxFaultMatch | ((request: Request) => boolean);
  /** For how many requests. `Infinity` or `'always'` for all until `clear()`. @defaultValue 1 */
  readonly times?: number | 'always';
  /** Answers this status instead, with an error body unless it is a success. */
  readonly status?: number;
  /** `Retry-After` of that response: seconds, or any text. */
  readonly retryAfter?: number | string;
  /** Answers this text instead, with status 200 unless another one is given. */
  readonly body?: string;
  /** Answers the HTML page of a proxy instead, with status 502 unless another one is given. */
  readonly html?: boolean;
  /** Breaks the connection before a response. */
  readonly reset?: boolean;
  /** Carries the operation out all the same, before `status`, `body`, `html` or `reset` hide that. */
  readonly applied?: boolean;
  /** Milliseconds to wait before anything else, on the sandbox's clock. `Infinity` or `'forever'` never answers. */
  readonly delayMs?: number | 'forever';
  /** Sends the response's headers and half of its body, and nothing after. */
  readonly stall?: boolean;
  /** Sends half of the response's body and breaks the connection. */
  readonly truncate?: boolean;
  /** Spreads the response's body over so many milliseconds, on the sandbox's clock. Not that of an event stream. */
  readonly slow?: number;
}

/** The faults that are still to come. */
export interface SandboxFaults {
  /**
   * Queues a fault. Of several that match a request, the first one is taken. A fault that can match no request is told
   * to `onWarning`.
   */
  next(fault: SandboxFault): void;
  /** Forgets the faults that have not come yet. Those that never matched a request are told to `onWarning`. */
  clear(): void;
  readonly pending: readonly SandboxFault[];
  /** The pending faults that have not matched a request so far. */
  readonly unmatched: readonly SandboxFault[];
}

/** A fault without the texts that stand for `Infinity`. */
export interface ActiveFault extends Omit<SandboxFault, 'times' | 'delayMs'> {
  readonly delayMs?: number;
}

export interface FaultQueue extends SandboxFaults {
  /** The fault for a request, if there is one. */
  take(request: Request): ActiveFault | undefined;
  /** Tells of faults that never matched. */
  warnUnmatched(): void;
}

interface Queued {
  /** As it was given. */
  readonly fault: SandboxFault;
  readonly active: ActiveFault;
  left: number;
  isMatched: boolean;
  /** Requests that came instead of the one that it waits for. */
  readonly seen: Set<string>;
}

const MAX_SEEN = 5;
/** Longest name of an operation that is compared with others. */
const MAX_NAME = 50;

export const createFaults = (warn: Warn): FaultQueue => {
  let queue: Queued[] = [];

  const warnUnmatched = () => {
    for (const { fault, isMatched, seen } of queue)
      if (!isMatched) warn(`a fault matched no request: ${print(fault)}${describeSeen(seen)}`);
  };

  return {
    next: (fault) => {
      const parsed = parseFault(fault);
      if (typeof parsed === 'string') return warn(`a fault is ignored: ${parsed}`);
      const { times = 1, ...active } = parsed;
      const advice = adviceForMatch(parsed.match);
      if (advice) warn(`a fault can match no request: ${print(fault)}. ${advice}`);
      if (times > 0) queue.push({ fault, active, left: times, isMatched: false, seen: new Set() });
    },
    clear: () => {
      warnUnmatched();
      queue = [];
    },
    get pending() {
      return queue.map(({ fault }) => fault);
    },
    get unmatched() {
      return queue.filter(({ isMatched }) => !isMatched).map(({ fault }) => fault);
    },
    take: (request) => {
      if (!queue.length) return undefined;
      const { pathname } = new URL(request.url);
      const found = queue.find(({ active }) => matches(active, request, pathname));
      if (!found) {
        for (const { seen } of queue) if (seen.size < MAX_SEEN) seen.add(describeRequest(request.method, pathname));
        return undefined;
      }
      found.isMatched = true;
      found.left -= 1;
      if (found.left <= 0) queue = queue.filter((queued) => queued !== found);
      return found.active;
    },
    warnUnmatched,
  };
};

/** The fault with numbers for its texts, or what is wrong with it. */
const parseFault = (fault: unknown): (ActiveFault & { readonly times?: number }) | string => {
  try {
    const result = v.safeParse(FaultSchema, fault, { abortEarly: true });
    if (!result.success) return describeIssue(result.issues[0]);
    const known = definedOnly(result.output);
    return known as ActiveFault & { readonly times?: number }; // `adviceForMatch` checks the names of operations next.
  } catch {
    return 'it cannot be read';
  }
};

const definedOnly = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const matches = ({ match }: ActiveFault, request: Request, pathname: string): boolean => {
  if (!match) return true;
  if (typeof match === 'function') return isTruthy(() => match(request));
  const { operation, method, path } = match;
  if (operation !== undefined && !operationsOf(request.method, pathname).includes(operation)) return false;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (path === undefined) return true;
  return typeof path === 'string'
    ? fitsPattern(path.split('/'), pathname.split('/'))
    : // `search` ignores where a global expression stopped before.
      pathname.search(path) >= 0;
};

/** A condition of the user's that throws does not match. */
const isTruthy = (check: () => unknown): boolean => {
  try {
    return Boolean(check());
  } catch {
    return false;
  }
};

/** What to write instead of a match that no request can have; `undefined` if some can. */
export const adviceForMatch = (match: SandboxFault['match']): string | undefined => {
  if (!match || typeof match === 'function') return undefined;
  const { path } = match;
  // As it was given, before anybody has checked it.
  const operation: string | undefined = match.operation;
  if (operation !== undefined && !isOperation(operation))
    return `No operation has that name. ${closest(operation.slice(0, MAX_NAME))}`;
  const method = match.method?.toUpperCase();
  const possible = ROUTES.filter(
    (route) =>
      (operation === undefined || route.operation === operation) &&
      (method === undefined || route.method === method) &&
      (typeof path !== 'string' || couldFit(path.split('/'), route.segments)),
  );
  const hasQuery = typeof path === 'string' && path.includes('?');
  if (hasQuery) return 'A path is matched without its query';
  if (possible.length || path instanceof RegExp) return undefined;
  return 'The API has no such route: match an operation by its name instead, as in { operation: "listServers" }';
};

/** Whether a path exists that fits both patterns. */
const couldFit = (pattern: readonly string[], route: readonly string[]): boolean =>
  pattern.length === route.length &&
  pattern.every(
    (segment, index) => segment.startsWith(':') || route[index]?.startsWith(':') || segment === route[index],
  );

/** The known names that differ least from a wrong one. */
const closest = (wrong: string): string => {
  const names = [...new Set(ROUTES.map(({ operation }) => operation))]
    .map((name) => ({ name, edits: editDistance(wrong, name) }))
    .sort((a, b) => a.edits - b.edits);
  return `Did you mean ${names
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}?`;
};

/** How many characters to add, remove or replace to turn one text into the other. */
const editDistance = (from: string, to: string): number => {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, char] of Array.from(from).entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (char === to[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const added = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, added));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
};

const describeRequest = (method: string, pathname: string): string => {
  const operations = operationsOf(method, pathname);
  return `${method} ${pathname}${operations.length ? ` (${operations.join(', ')})` : ''}`;
};

const describeSeen = (seen: ReadonlySet<string>): string => (seen.size ? `; there were ${[...seen].join(', ')}` : '');

/** A fault as JSON, with expressions and functions in it. */
const print = (fault: SandboxFault): string =>
  JSON.stringify(fault, (_, value: unknown) =>
    value instanceof RegExp || typeof value === 'function' || value === Infinity ? String(value) : value,
  );
