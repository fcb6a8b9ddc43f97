import { envelope } from '../http/requests.js';
import type { SandboxClock } from './clock.js';

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

/** Answers as the fault says; rejects where the connection is to break before an answer. */
export const misbehave = async (
  fault: SandboxFault,
  request: Request,
  clock: SandboxClock,
  answer: () => Promise<Response>,
): Promise<Response> => {
  if (fault.delayMs) await wait(clock, fault.delayMs, request.signal);
  const isMadeUp = fault.reset || fault.html || fault.status !== undefined || fault.body !== undefined;
  const real = !isMadeUp || fault.applied ? await answer() : undefined;
  if (fault.reset) throw brokenConnection();
  return spoil(fault, request.signal, clock, isMadeUp || !real ? madeUp(fault) : real);
};

const madeUp = ({ status, retryAfter, html, body }: SandboxFault): Response => {
  const wanted = status ?? (html ? 502 : 200);
  const code = Number.isInteger(wanted) && wanted >= 200 && wanted <= 599 ? wanted : 500;
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if ([204, 205, 304].includes(code)) return new Response(null, { status: code, headers });
  if (html) {
    const page = `<html><head><title>${code}</title></head><body><h1>${code}</h1><hr>proxy</body></html>`;
    return new Response(body ?? page, { status: code, headers: { 'content-type': 'text/html', ...headers } });
  }
  if (body === undefined && code >= 400) return envelope(code, 'A fault of the sandbox', headers);
  return new Response(body ?? '{}', { status: code, headers: { 'content-type': 'application/json', ...headers } });
};

const spoil = async (
  { truncate, stall, slow }: SandboxFault,
  signal: AbortSignal,
  clock: SandboxClock,
  response: Response,
): Promise<Response> => {
  if (!response.body || !(truncate || stall || slow)) return response;
  // An event stream has no half: it stalls or breaks off before its first event.
  const isEndless = response.headers.has('transfer-encoding');
  if (isEndless && slow) return response;
  if (isEndless) void response.body.cancel();
  const bytes = isEndless ? new Uint8Array() : new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set('transfer-encoding', 'chunked');
  const body = slow ? drip(bytes, slow, signal, clock) : breakOff(bytes, stall ?? false, signal, clock);
  return new Response(body, { status: response.status, headers });
};

const drip = (bytes: Uint8Array, ms: number, signal: AbortSignal, clock: SandboxClock): ReadableStream<Uint8Array> => {
  const steps = 10;
  const upTo = (step: number) => Math.floor((bytes.length * step) / steps);
  let step = 0;
  return new ReadableStream({
    pull: async (controller) => {
      let part;
      do {
        await wait(clock, ms / steps, signal);
        part = bytes.subarray(upTo(step), upTo(++step));
      } while (!part.length && step < steps);
      if (part.length) controller.enqueue(part);
      if (step === steps) controller.close();
    },
  });
};

const breakOff = (
  bytes: Uint8Array,
  stall: boolean,
  signal: AbortSignal,
  clock: SandboxClock,
): ReadableStream<Uint8Array> => {
  let hasSent = false;
  return new ReadableStream({
    pull: async (controller) => {
      if (hasSent) {
        if (stall) await wait(clock, Infinity, signal);
        throw brokenConnection();
      }
      hasSent = true;
      controller.enqueue(bytes.subarray(0, bytes.length >> 1));
    },
  });
};

const brokenConnection = () => new TypeError('The sandbox broke the connection, as a fault told it to');

/** Waits on the sandbox's clock; rejects when the client has gone. */
export const wait = (clock: SandboxClock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = ms === Infinity ? () => {} : clock.setTimeout(() => finish(resolve), ms);
    const leave = () => finish(() => reject(signal.reason));
    const finish = (then: () => void) => {
      end();
      signal.removeEventListener('abort', leave);
      then();
    };
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
  });
