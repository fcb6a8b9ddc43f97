/** What goes wrong with the requests that it matches. */
export interface SandboxFault {
  /**
   * Which requests; all of them without it. A path is compared whole and without its query;
   * a part of it that starts with `:` stands for any: `/servers/:serverId/rooms`.
   */
  readonly match?: { readonly method?: string; readonly path?: string | RegExp } | ((request: Request) => boolean);
  /** For how many requests: 1. `Infinity` for all until `clear()`. */
  readonly times?: number;
  /** Answers this status instead, in the error envelope where it is no success. */
  readonly status?: number;
  /** `Retry-After` of that answer: seconds, or any text. */
  readonly retryAfter?: number | string;
  /** Answers this text instead, with status 200 where no other is given. */
  readonly body?: string;
  /** Answers a proxy's HTML page instead, with status 502 where no other is given. */
  readonly html?: boolean;
  /** Breaks the connection before anything is answered. */
  readonly reset?: boolean;
  /** Carries the operation out all the same, before `status`, `body`, `html` or `reset` hide that. */
  readonly applied?: boolean;
  /** Waits before anything else, on the sandbox's clock. `Infinity` never answers. */
  readonly delayMs?: number;
  /** Sends the answer's headers and half of its body, and nothing after. */
  readonly stall?: boolean;
  /** Sends half of the answer's body and breaks the connection. */
  readonly truncate?: boolean;
  /** Spreads the answer's body over so many milliseconds, on the sandbox's clock. Not the body of an event stream. */
  readonly slow?: number;
}

/** The faults that are still to come. */
export interface SandboxFaults {
  /** Queues a fault; of those that match a request the first one is taken. */
  next(fault: SandboxFault): void;
  /** Forgets those that have not come yet. */
  clear(): void;
  readonly pending: readonly SandboxFault[];
}

export interface FaultQueue extends SandboxFaults {
  take(request: Request): SandboxFault | undefined;
}

export const createFaults = (): FaultQueue => {
  let queue: { fault: SandboxFault; left: number }[] = [];
  return {
    next: (fault) => {
      const { times = 1 } = fault;
      if (times > 0) queue.push({ fault, left: times });
    },
    clear: () => {
      queue = [];
    },
    get pending() {
      return queue.map(({ fault }) => fault);
    },
    take: (request) => {
      const found = queue.find(({ fault }) => matches(fault, request));
      if (found) found.left -= 1;
      queue = queue.filter(({ left }) => left > 0);
      return found?.fault;
    },
  };
};

const matches = ({ match }: SandboxFault, request: Request): boolean => {
  if (!match) return true;
  if (typeof match === 'function') return match(request);
  const { method, path } = match;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  const { pathname } = new URL(request.url);
  if (typeof path !== 'string') return !path || pathname.search(path) >= 0;
  const [wanted, parts] = [path.split('/'), pathname.split('/')];
  return wanted.length === parts.length && wanted.every((part, at) => part.startsWith(':') || part === parts[at]);
};
