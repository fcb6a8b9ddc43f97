import type { RobotEvent, RobotRow, WebhookTarget } from './rows.js';
import { HOUR_MS, MINUTE_MS, SECOND_MS, toIso } from './time.js';
import type { World } from './world.js';

/** Delays of the ten attempts: from the event, or from the attempt before. */
const ATTEMPT_DELAYS_MS = [
  0,
  5 * SECOND_MS,
  25 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  8 * HOUR_MS,
  24 * HOUR_MS,
];

const ANSWER_WITHIN_MS = 15 * SECOND_MS;

/** Posts an event to the robot's webhook until it answers 2xx or all attempts have failed. A 410 disables the robot. */
export const deliverToWebhook = (world: World, robot: RobotRow, webhook: WebhookTarget, event: RobotEvent): void => {
  const { webhookIdPerAttempt, webhookDelaysFromAttempt } = world.settings.quirks;
  const happenedAt = world.clock.now();
  const body = JSON.stringify(event.payload);
  const isRobotGone = () => !robot.active || world.robots.get(robot.id) !== robot;

  const attempt = async (index: number): Promise<void> => {
    const startedAt = world.clock.now();
    const id = webhookIdPerAttempt ? world.unique.id() : event.id;
    const status = await postToWebhook(world, webhook, id, body);
    if (isRobotGone()) return;
    const { id: eventId, eventType } = event;
    world.deliveries.push({ robotId: robot.id, eventId, eventType, attempt: index + 1, at: toIso(startedAt), status });
    if (status === 410) robot.active = false;
    else if (status === null || status < 200 || status > 299)
      scheduleAttempt(index + 1, webhookDelaysFromAttempt ? startedAt : happenedAt);
  };
  const scheduleAttempt = (index: number, from: number): void => {
    const delayMs = ATTEMPT_DELAYS_MS[index];
    if (delayMs === undefined) return;
    world.clock.setTimeout(() => startAttempt(index), from + delayMs - world.clock.now(), true);
  };
  const startAttempt = (index: number): void => {
    if (isRobotGone()) return;
    const call = attempt(index).finally(() => world.webhookCalls.delete(call));
    world.webhookCalls.add(call);
  };
  startAttempt(0);
};

/** Resolves when no webhook is being called. */
export const settled = async (world: World): Promise<void> => {
  while (world.webhookCalls.size) await Promise.all(world.webhookCalls);
};

/** Status of the webhook's response; `null` if there was none in time. */
const postToWebhook = async (
  world: World,
  webhook: WebhookTarget,
  id: string,
  body: string,
): Promise<number | null> => {
  const abort = new AbortController();
  const late = new Promise<null>((resolve) => abort.signal.addEventListener('abort', () => resolve(null)));
  const cancelTimeout = world.clock.setTimeout(() => abort.abort(), ANSWER_WITHIN_MS, true);
  try {
    const timestamp = String(Math.floor(world.clock.now() / SECOND_MS));
    const signatures = await Promise.all(
      webhook.secrets.map(async (secret) => `v1,${await sign(secret, `${id}.${timestamp}.${body}`)}`),
    );
    const request = new Request(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Lag-Webhooks/1.0',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures.join(' '),
      },
      body,
      redirect: 'manual',
      signal: abort.signal,
    });
    const response = await Promise.race([webhook.post(request), late]);
    void response?.body?.cancel().catch(() => {});
    return response?.status ?? null;
  } catch {
    return null;
  } finally {
    cancelTimeout();
  }
};

const sign = async (secret: string, text: string): Promise<string> => {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
};
