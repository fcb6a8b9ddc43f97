import { ownFields, toInvalidInput } from '../invalid-input.js';
import { lagError, type LagError } from '../errors.js';
import { claimDelivery, type Claim } from './claim.js';
import { createMemoryClaimStore, type ClaimStore } from './claim-store.js';
import { isOlderThan } from './event-age.js';
import { notify } from '../pipeline/notify.js';
import { createErrorReporter } from './report-errors.js';
import type { RobotEvent } from '../models/robot-events.js';
import {
  HANDLER_TIMEOUT_MS,
  handlerOf,
  runHandler,
  type OnRobotError,
  type RobotEventHandler,
  type RobotEventHandlers,
} from './run-handler.js';
import { verifyDelivery, type Delivery } from './verify-webhook.js';
import { readRequestBody } from './webhook-body.js';
import { importSecrets, type WebhookSecret } from './webhook-secrets.js';

/** Options of `createWebhookHandler`. */
export interface WebhookHandlerOptions {
  readonly secret: WebhookSecret;
  /** Handlers by type of event, or one for all of them. */
  readonly on: RobotEventHandlers | RobotEventHandler;
  /**
   * Told about failed handlers, refused deliveries (without an event) and a failing `seen` store. Without it, the first
   * failure of each kind is printed with `console.error`.
   */
  readonly onError?: OnRobotError | undefined;
  /**
   * Remembers deliveries, so that each is handled once, whichever instance gets it.
   * @default createMemoryClaimStore()
   */
  readonly seen?: ClaimStore | undefined;
  /** Takes the promise of work that goes on after the response, on Workers: `(work) => context.waitUntil(work)`. */
  readonly waitUntil?: ((work: Promise<unknown>) => unknown) | undefined;
  /** @default 1_048_576 */
  readonly maxBodyBytes?: number | undefined;
  /**
   * How many seconds the time of sending may differ from now.
   * @default 300
   */
  readonly toleranceSeconds?: number | undefined;
  /**
   * The current time in milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined;
  /**
   * How long a handler may take, in milliseconds. After that its `signal` aborts, and the delivery counts as failed.
   * @default 300_000
   */
  readonly handlerTimeoutMs?: number | undefined;
  /** Accepts events that are older than so many milliseconds, by their `timestamp`, without handling them. */
  readonly maxAgeMs?: number | undefined;
  /** Called for each event that `maxAgeMs` skips. What it throws is ignored. */
  readonly onSkip?: ((event: RobotEvent) => unknown) | undefined;
}

const DEFAULT_MAX_BODY_BYTES = 1_048_576;

type Report = (error: LagError, event?: RobotEvent) => void;

/**
 * Makes a handler of Lag's webhook deliveries for every server that uses `Request` and `Response`. It answers 204 when the
 * event was handled, 500 when the handler failed and 503 while another instance is handling the delivery, upon which Lag
 * delivers again, and 400, 401, 405 or 413 to what is not a genuine delivery. Never throws, never rejects.
 *
 * With `waitUntil` it answers 204 before the handler has run. What fails then goes to `onError`, and is not delivered again.
 */
export function createWebhookHandler(options: WebhookHandlerOptions): (request: Request) => Promise<Response> {
  const inMemory = createMemoryClaimStore();
  let report: Report | undefined;
  return async (request) => {
    let status = 500;
    try {
      // Not earlier, because options may throw.
      const settings = readOptions(options, inMemory);
      report ??= createErrorReporter(settings.onError);
      status = await receive(settings, report, request);
    } catch (thrown) {
      report?.(toInvalidInput(thrown));
    }
    return new Response(null, { status, ...(status === 405 && { headers: { allow: 'POST' } }) });
  };
}

const readOptions = (options: WebhookHandlerOptions, inMemory: ClaimStore) => {
  const {
    on = {},
    seen = inMemory,
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
    handlerTimeoutMs = HANDLER_TIMEOUT_MS,
    maxAgeMs = Infinity,
    ...others
  } = ownFields(options);
  return { on, seen, maxBodyBytes, handlerTimeoutMs, maxAgeMs, ...others };
};

type Settings = ReturnType<typeof readOptions>;

/** The status to answer a request with. */
const receive = async (settings: Settings, report: Report, request: Request): Promise<number> => {
  const { secret, toleranceSeconds, now, maxBodyBytes } = settings;
  if (request.method !== 'POST') return 405;
  const keys = await importSecrets(secret);
  const read = await readRequestBody(request, maxBodyBytes);
  if ('failure' in read) {
    report(lagError('invalid_input', `invalid webhook: ${read.failure.message}`));
    return read.failure.status;
  }
  const { headers } = request;
  const delivery = await verifyDelivery(keys, { headers, body: read.bytes, toleranceSeconds, now: now?.() });
  if (delivery.isOk()) return handleOnce(settings, report, delivery.value);
  report(delivery.error);
  return delivery.error.kind === 'invalid_response' ? 400 : 401;
};

/** Handles a genuine delivery, unless it was handled before or is being handled. */
const handleOnce = async (settings: Settings, report: Report, { event, key }: Delivery): Promise<number> => {
  const { on, seen, waitUntil, maxAgeMs, onSkip, now } = settings;
  const handler = handlerOf(on, event);
  if (!handler) return 204;
  if (isOlderThan(event, maxAgeMs, now?.())) {
    notify(onSkip, event);
    return 204;
  }
  const claimed = await claimDelivery(seen, key, (error) => report(error, event));
  if (claimed.kind === 'done') return 204;
  if (claimed.kind === 'busy') return 503;
  if (claimed.kind === 'failed') return 500;
  const handle = () => handleClaimed(settings, report, handler, event, claimed.claim);
  if (!waitUntil) return (await handle()) ? 204 : 500;
  return (await startInBackground(waitUntil, handle, report, event, claimed.claim)) ? 204 : 500;
};

/** Runs the handler of a claimed delivery; tells whether it succeeded. */
const handleClaimed = async (
  { handlerTimeoutMs }: Settings,
  report: Report,
  handler: RobotEventHandler,
  event: RobotEvent,
  claim: Claim,
): Promise<boolean> => {
  const { error } = await runHandler(handler, event, handlerTimeoutMs);
  if (!error) {
    await claim.complete();
    return true;
  }
  report(error, event);
  await claim.release();
  return false;
};

/** Gives work to `waitUntil`, and starts it only when the platform has taken it; tells whether it has. */
const startInBackground = async (
  waitUntil: (work: Promise<unknown>) => unknown,
  work: () => Promise<unknown>,
  report: Report,
  event: RobotEvent,
  claim: Claim,
): Promise<boolean> => {
  let start = () => {};
  const started = new Promise<void>((resolve) => (start = resolve));
  try {
    waitUntil(started.then(work));
  } catch (thrown) {
    report(toInvalidInput(thrown, 'waitUntil failed, pass (work) => context.waitUntil(work)'), event);
    await claim.release();
    return false;
  }
  start();
  return true;
};
