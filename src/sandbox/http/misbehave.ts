import type { SandboxClock } from '../control/clock.js';
import type { ActiveFault } from '../control/faults.js';
import { errorResponse } from './responses.js';

/** What a fault acts on. */
interface Exchange {
  readonly clock: SandboxClock;
  readonly signal: AbortSignal;
  /** Carries the request out. */
  readonly respond: () => Promise<Response>;
}

/** Responds as the fault says. Rejects if the connection is to break before a response. */
export const misbehave = async (fault: ActiveFault, exchange: Exchange): Promise<Response> => {
  const { clock, signal, respond } = exchange;
  if (fault.delayMs) await wait(clock, fault.delayMs, signal);
  const isReplaced = fault.reset || fault.html || fault.status !== undefined || fault.body !== undefined;
  const real = !isReplaced || fault.applied ? await respond() : undefined;
  if (fault.reset) throw brokenConnection();
  return corrupt(fault, exchange, isReplaced || !real ? replacement(fault) : real);
};

const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** The response that a fault gives instead of the real one. */
const replacement = ({ status, retryAfter, html, body }: ActiveFault): Response => {
  const wanted = status ?? (html ? 502 : 200);
  const code = Number.isInteger(wanted) && wanted >= 200 && wanted <= 599 ? wanted : 500;
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (NULL_BODY_STATUSES.has(code)) return new Response(null, { status: code, headers });
  if (html) {
    const page = `<html><head><title>${code}</title></head><body><h1>${code}</h1><hr>proxy</body></html>`;
    return new Response(body ?? page, { status: code, headers: { 'content-type': 'text/html', ...headers } });
  }
  if (body === undefined && code >= 400) return errorResponse(code, 'A fault of the sandbox', headers);
  return new Response(body ?? '{}', { status: code, headers: { 'content-type': 'application/json', ...headers } });
};

/** Delays, stalls or cuts the response's body, if the fault says so. */
const corrupt = async (
  { truncate, stall, slow }: ActiveFault,
  { clock, signal }: Exchange,
  response: Response,
): Promise<Response> => {
  if (!response.body || !(truncate || stall || slow)) return response;
  // An event stream has no half: it stalls or breaks off before its first event.
  const isEventStream = response.headers.has('transfer-encoding');
  if (isEventStream && slow) return response;
  if (isEventStream) void response.body.cancel();
  const bytes = isEventStream ? new Uint8Array() : new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set('transfer-encoding', 'chunked');
  const firstHalf = bytes.subarray(0, Math.floor(bytes.length / 2));
  const body = slow
    ? throttled(bytes, slow, signal, clock)
    : brokenOff(firstHalf, async () => (stall ? wait(clock, Infinity, signal) : undefined));
  return new Response(body, { status: response.status, headers });
};

const THROTTLE_STEPS = 10;

/** The bytes, spread over `durationMs`. */
const throttled = (
  bytes: Uint8Array,
  durationMs: number,
  signal: AbortSignal,
  clock: SandboxClock,
): ReadableStream<Uint8Array> => {
  const offsetAfter = (step: number) => Math.floor((bytes.length * step) / THROTTLE_STEPS);
  let step = 0;
  return new ReadableStream({
    pull: async (controller) => {
      let part;
      do {
        await wait(clock, durationMs / THROTTLE_STEPS, signal);
        part = bytes.subarray(offsetAfter(step), offsetAfter(step + 1));
        step += 1;
      } while (!part.length && step < THROTTLE_STEPS);
      if (part.length) controller.enqueue(part);
      if (step === THROTTLE_STEPS) controller.close();
    },
  });
};

/** The bytes, then a broken connection once `beforeBreak` has resolved. */
const brokenOff = (bytes: Uint8Array, beforeBreak: () => Promise<void>): ReadableStream<Uint8Array> => {
  let isSent = false;
  return new ReadableStream({
    pull: async (controller) => {
      if (!isSent) {
        isSent = true;
        return controller.enqueue(bytes);
      }
      await beforeBreak();
      throw brokenConnection();
    },
  });
};

const brokenConnection = () => new TypeError('The sandbox broke the connection, as a fault told it to');

/** Waits on the sandbox's clock. Rejects when the client has gone. */
const wait = (clock: SandboxClock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancelTimer = ms === Infinity ? () => {} : clock.setTimeout(() => finish(resolve), ms);
    const abandon = () => finish(() => reject(signal.reason));
    const finish = (settle: () => void) => {
      cancelTimer();
      signal.removeEventListener('abort', abandon);
      settle();
    };
    signal.addEventListener('abort', abandon);
    if (signal.aborted) abandon();
  });
