import type { OwnBytes } from '../pipeline/transport.js';
import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { invalidInput, ownFields, toInvalidInput } from '../invalid-input.js';
import { lagError, type LagError } from '../errors.js';
import type { LagResult } from '../pipeline/types.js';
import type { RobotEvent } from '../models/robot-events.js';
import { toRobotEvent } from './robot-event.js';
import { READ_BEFORE, toBodyBytes, type WebhookBody } from './webhook-body.js';
import { importSecrets, type WebhookSecret, type SigningKey } from './webhook-secrets.js';

/** Headers in any common shape: `Headers`, pairs, or the plain object of Node and of the serverless platforms. */
export type WebhookHeaders =
  // Named, because with `lib: ["DOM"]` alone TypeScript before 6 does not know that it can be iterated.
  Headers | Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What `verifyWebhook` takes. */
export interface VerifyWebhookOptions {
  readonly secret: WebhookSecret;
  readonly headers: WebhookHeaders;
  /** The body as it came, to the last byte: not parsed, and not written out again. */
  readonly body: WebhookBody;
  /**
   * How many seconds the time of sending may differ from now.
   * @default 300
   */
  readonly toleranceSeconds?: number | undefined;
  /**
   * Milliseconds since 1970.
   * @default Date.now()
   */
  readonly now?: number | undefined;
}

/** A delivery that is genuine. */
export interface Delivery {
  readonly event: RobotEvent;
  /** The same for each attempt of the delivery, and for no other delivery. */
  readonly key: string;
}

const DEFAULT_TOLERANCE_SECONDS = 300;

const WRONG_SECRET = 'the secret is another, or the body was parsed and written out again';

// During a rotation there are two. Each costs a comparison only, but a header may hold thousands.
const MAX_SIGNATURES = 20;

/**
 * Checks that a webhook delivery comes from Lag, is unchanged, and was sent just now; returns its event.
 *
 * Follows the Standard Webhooks specification. A delivery that is not genuine is an `invalid_input`, a genuine one that is
 * not JSON an `invalid_response`. Within the tolerance a delivery can be replayed: `createWebhookHandler` also remembers
 * the deliveries that were handled.
 */
export function verifyWebhook(options: VerifyWebhookOptions): LagResult<RobotEvent> {
  return new ResultAsync(verify(options));
}

const verify = async (options: VerifyWebhookOptions): Promise<Result<RobotEvent, LagError>> => {
  try {
    const { secret, headers = {}, body, toleranceSeconds, now } = ownFields(options);
    const keys = await importSecrets(secret);
    const bytes = await toBodyBytes(body);
    if (!bytes) throw invalidInput(`invalid webhook: ${READ_BEFORE}`);
    const delivery = await verifyDelivery(keys, { headers, body: bytes, toleranceSeconds, now });
    return delivery.map(({ event }) => event);
  } catch (thrown) {
    return err(toInvalidInput(thrown));
  }
};

interface ReadDelivery {
  readonly headers: WebhookHeaders;
  readonly body: OwnBytes;
  readonly toleranceSeconds: number | undefined;
  readonly now: number | undefined;
}

/** Checks a delivery: an `invalid_input` if it is not genuine, an `invalid_response` if it is genuine and not JSON. */
export const verifyDelivery = async (
  keys: readonly SigningKey[],
  { headers, body, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = Date.now() }: ReadDelivery,
): Promise<Result<Delivery, LagError>> => {
  try {
    const { id, sentAt, signatures } = readSignedHeaders(headers, toleranceSeconds, now);
    const key = await findKey(keys, concatenate(`${id}.${sentAt}.`, body), signatures);
    if (!key)
      throw invalidInput(`invalid webhook: no signature fits: ${body.length === 0 ? READ_BEFORE : WRONG_SECRET}`);
    const payload = parseBody(body);
    if (payload.isErr()) return err(payload.error);
    const event = toRobotEvent(payload.value, id);
    return ok({ event, key: await deliveryKey(key, event, body) });
  } catch (thrown) {
    return err(toInvalidInput(thrown));
  }
};

const parseBody = (body: Uint8Array): Result<unknown, LagError> => {
  try {
    return ok(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    const message = 'the body is not JSON';
    return err(lagError('invalid_response', message, { issues: [{ path: '', message }] }));
  }
};

/**
 * Identifies a delivery. `webhook-id` may be another for each attempt, but the body with its timestamp is the same. Events
 * without a timestamp may have the same body: the id tells those apart.
 */
const deliveryKey = async (key: SigningKey, event: RobotEvent, body: Uint8Array): Promise<string> => {
  const prefix = event.timestamp === undefined ? `lag delivery ${event.id}.` : 'lag delivery.';
  // Keyed by the secret, because two robots on one server get the same body.
  return `lag-delivery:${await sign(key, concatenate(prefix, body))}`;
};

interface SignedHeaders {
  readonly id: string;
  /** Unix time in seconds. */
  readonly sentAt: string;
  readonly signatures: readonly string[];
}

const readSignedHeaders = (headers: WebhookHeaders, toleranceSeconds: number, now: number): SignedHeaders => {
  const found = new Map<string, string>();
  for (const [name, value] of Symbol.iterator in headers ? headers : Object.entries(headers))
    if (value !== undefined) found.set(name.toLowerCase(), [value].flat().join(' '));
  const requireHeader = (name: string): string => {
    const value = found.get(name);
    if (!value) throw invalidInput(`invalid webhook: the header ${name} is missing`);
    return value;
  };
  const id = requireHeader('webhook-id');
  const sentAt = requireHeader('webhook-timestamp').trim();
  const signatures = requireHeader('webhook-signature').split(' ', MAX_SIGNATURES);
  if (!/^\d{1,15}$/.test(sentAt))
    throw invalidInput('invalid webhook: webhook-timestamp is not a Unix time in seconds');
  const ageSeconds = Math.floor(now / 1000) - Number(sentAt);
  // Not `> toleranceSeconds`, which a tolerance of NaN would pass.
  if (!(Math.abs(ageSeconds) <= toleranceSeconds))
    throw invalidInput(`invalid webhook: ${describeAge(ageSeconds, toleranceSeconds)}`);
  return { id, sentAt, signatures };
};

const describeAge = (ageSeconds: number, toleranceSeconds: number): string =>
  ageSeconds > 0
    ? `it was sent ${ageSeconds} s ago, and toleranceSeconds is ${toleranceSeconds}`
    : `it was sent ${-ageSeconds} s in the future, and toleranceSeconds is ${toleranceSeconds}; check the clock`;

/** The key that one of the signatures was made with. */
const findKey = async (
  keys: readonly SigningKey[],
  content: OwnBytes,
  signatures: readonly string[],
): Promise<SigningKey | undefined> => {
  let found: SigningKey | undefined;
  for (const key of keys) {
    const expected = `v1,${await sign(key, content)}`;
    for (const signature of signatures) {
      // A comma follows where several headers were joined.
      const [version, base64] = signature.split(',', 2);
      if (isSame(expected, `${version},${base64}`)) found ??= key;
    }
  }
  return found;
};

const concatenate = (prefix: string, body: Uint8Array): OwnBytes => {
  const start = new TextEncoder().encode(prefix);
  const content = new Uint8Array(start.length + body.length);
  content.set(start);
  content.set(body, start.length);
  return content;
};

const sign = async (key: SigningKey, content: OwnBytes): Promise<string> => {
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, content));
  return btoa(String.fromCharCode(...signature));
};

/** Compares in a time that does not depend on where the difference is. */
const isSame = (expected: string, given: string): boolean => {
  let difference = Math.abs(expected.length - given.length);
  for (let at = 0; at < expected.length; at++)
    // Beyond the end there is no code, which makes the difference NaN.
    difference += Math.abs(expected.charCodeAt(at) - given.charCodeAt(at));
  return difference === 0;
};
