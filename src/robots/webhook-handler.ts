import { toInvalidInput } from '../invalid-input.js';
import { handle, tell, type OnRobotError, type RobotEventHandlers } from './handle.js';
import type { RobotStore } from './store.js';
import { verifyWebhook, type WebhookSecret } from './verify-webhook.js';

/** Options of `createWebhookHandler`. */
export interface WebhookHandlerOptions {
  readonly secret: WebhookSecret;
  readonly on: RobotEventHandlers;
  /** Told of deliveries that were refused, too; those come without an event. */
  readonly onError?: OnRobotError | undefined;
  /** Remembers the deliveries that were taken, so that one that comes again is not handled again. */
  readonly seen?: RobotStore | undefined;
  /** Takes the promise of work that goes on after the answer, as in workers: `(work) => context.waitUntil(work)`. */
  readonly waitUntil?: ((work: Promise<unknown>) => unknown) | undefined;
  /** 1 048 576. */
  readonly maxBodyBytes?: number | undefined;
}

// How long a delivery that is being handled is not handled again. Lag waits 15 s for an answer.
const CLAIM_MS = 60_000;

/**
 * Makes a handler of Lag's webhook deliveries for any server that speaks `Request` and `Response`. It answers 204 to
 * what was handled; 500 where a handler failed and 503 where another instance is at it, upon which Lag delivers again;
 * 401, 400, 405 or 413 to what is no genuine delivery. Never throws, never rejects.
 *
 * With `waitUntil` it answers 204 as soon as the event is taken. What fails then comes to `onError` and not again.
 */
export function createWebhookHandler(options: WebhookHandlerOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    let status = 500;
    let onError: OnRobotError | undefined;
    try {
      ({ onError } = options);
      status = await receive(options, request);
    } catch (thrown) {
      tell(onError, toInvalidInput(thrown));
    }
    return new Response(null, { status, ...(status === 405 && { headers: { allow: 'POST' } }) });
  };
}

const receive = async (
  { secret, on, onError, seen, waitUntil, maxBodyBytes = 1_048_576 }: WebhookHandlerOptions,
  request: Request,
): Promise<number> => {
  if (request.method !== 'POST') return 405;
  const body = await readBody(request, maxBodyBytes);
  if (typeof body === 'number') return body;
  const delivery = await verifyWebhook({ secret, headers: request.headers, body });
  if (delivery.isErr()) {
    tell(onError, delivery.error);
    return delivery.error.kind === 'invalid_response' ? 400 : 401;
  }
  const event = delivery.value;
  if (seen) {
    const state = await seen.getItem(event.id);
    if (state === 'taken') return 204;
    // A claim is the time of it.
    if (Date.now() - Number(state) < CLAIM_MS) return 503;
    await seen.setItem(event.id, waitUntil ? 'taken' : `${Date.now()}`);
  }
  const work = handle(on, event).then(async (error) => {
    if (error) tell(onError, error, event);
    try {
      if (!waitUntil) await seen?.setItem(event.id, error ? '0' : 'taken');
    } catch (thrown) {
      tell(onError, toInvalidInput(thrown), event);
    }
    return error ? 500 : 204;
  });
  if (!waitUntil) return work;
  waitUntil(work);
  return 204;
};

/** The body's bytes, or the status to answer with. */
const readBody = async ({ headers, body }: Request, most: number): Promise<ArrayBuffer | number> => {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let left = most;
  if (Number(headers.get('content-length')) > most) return 413;
  const reader = body?.getReader();
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk?.value) break;
      left -= chunk.value.length;
      // Not `left < 0`, which NaN would pass.
      if (!(left >= 0)) return 413;
      chunks.push(chunk.value);
    }
  } catch {
    return 400;
  } finally {
    reader?.cancel().catch(() => {});
  }
  return new Blob(chunks).arrayBuffer();
};
