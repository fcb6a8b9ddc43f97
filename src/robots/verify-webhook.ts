import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import { invalidInput, toInvalidInput } from '../invalid-input.js';
import type { LagResult } from '../pipeline/types.js';
import type { RobotEvent } from '../models/robot-events.js';
import { toRobotEvent } from './robot-event.js';

/** Headers in any common shape: `Headers`, pairs, or the plain object that Node and the serverless platforms give. */
export type WebhookHeaders =
  // Named, because with `lib: ["DOM"]` alone TypeScript before 6 does not know that it can be iterated.
  Headers | Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Secrets as Lag shows them, `whsec_…`; several while one replaces the other. */
export type WebhookSecret = string | readonly string[];

/** What `verifyWebhook` takes. */
export interface VerifyWebhookOptions {
  readonly secret: WebhookSecret;
  readonly headers: WebhookHeaders;
  /** As it came, to the last byte: not parsed, not written out again. */
  readonly body: string | Uint8Array | ArrayBuffer;
  /** How far the time of sending may be off: 300. */
  readonly toleranceSeconds?: number | undefined;
  /** Milliseconds since 1970, instead of the current time. */
  readonly now?: number | undefined;
}

/**
 * Checks that a webhook delivery comes from Lag, is as it was sent, and was sent just now; gives the event in it, whose
 * `id` is the same when it is delivered again.
 *
 * Follows the Standard Webhooks specification. A delivery that is not genuine is an `invalid_input`, a genuine one
 * without JSON in it an `invalid_response`. Remember the ids that you took, or `createWebhookHandler` does it for you:
 * within the tolerance a delivery can be replayed.
 */
export function verifyWebhook(options: VerifyWebhookOptions): LagResult<RobotEvent> {
  return new ResultAsync(verify(options));
}

const verify = async (options: VerifyWebhookOptions): Promise<Result<RobotEvent, LagError>> => {
  try {
    const { secret, headers, body, toleranceSeconds = 300, now = Date.now() } = options;
    const found: Record<string, string> = {};
    for (const [name, value] of Symbol.iterator in headers ? headers : Object.entries(headers))
      found[name.toLowerCase()] = [value].flat().join(' ');
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = found;
    const sentAt = parseInt(timestamp!, 10);
    if (!id || !signatures || !(Math.abs(Math.floor(now / 1000) - sentAt) <= toleranceSeconds))
      throw invalidInput('invalid webhook: its headers are missing, or it was not sent just now');

    const encoder = new TextEncoder();
    const prefix = encoder.encode(`${id}.${sentAt}.`);
    const bytes = typeof body === 'string' ? encoder.encode(body) : new Uint8Array(Object(body) as ArrayBuffer);
    const content = new Uint8Array(prefix.length + bytes.length);
    content.set(prefix);
    content.set(bytes, prefix.length);
    let isGenuine = false;
    for (const one of [secret].flat()) {
      const expected = await sign(one, content);
      // Where several headers were joined, a comma follows.
      for (const given of signatures.split(' ')) if (isSame(expected, given.split(',', 2).join())) isGenuine = true;
    }
    if (!isGenuine) throw invalidInput('invalid webhook: no signature fits');

    try {
      return ok(toRobotEvent(JSON.parse(new TextDecoder().decode(bytes)), id));
    } catch {
      const message = 'not JSON';
      return err(lagError('invalid_response', message, { issues: [{ path: '', message }] }));
    }
  } catch (thrown) {
    return err(toInvalidInput(thrown));
  }
};

const sign = async (secret: string, content: Uint8Array<ArrayBuffer>): Promise<string> => {
  let key: CryptoKey;
  try {
    const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (char) => char.charCodeAt(0));
    key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  } catch {
    throw invalidInput('invalid webhook secret');
  }
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, content));
  return `v1,${btoa(String.fromCharCode(...signature))}`;
};

/** Takes as long whatever is given. */
const isSame = (expected: string, given: string): boolean => {
  let difference = expected.length ^ given.length;
  for (let at = 0; at < expected.length; at++) difference |= expected.charCodeAt(at) ^ given.charCodeAt(at);
  return !difference;
};
