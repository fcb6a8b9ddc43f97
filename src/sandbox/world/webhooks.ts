import { iso } from '../views/views.js';
import type { Delivery, RobotEvent, RobotRow, World } from './world.js';

type Webhook = Extract<Delivery, { kind: 'webhook' }>;

// When the ten attempts are due, counted from the event.
const attemptsAtMs = [0, 5, 25, 120, 600, 1800, 3600, 10_800, 28_800, 86_400].map((seconds) => seconds * 1000);

const answerWithinMs = 15_000;

/** Posts an event to the robot's webhook until it answers 2xx or the attempts are used up; 410 disables the robot. */
export const deliver = (world: World, robot: RobotRow, webhook: Webhook, event: RobotEvent): void => {
  const start = world.clock.now();
  const body = JSON.stringify(event.payload);
  const isOver = () => !robot.active || world.robots.get(robot.id) !== robot;

  const attempt = async (index: number): Promise<void> => {
    const at = iso(world.clock.now());
    const status = await post(world, webhook, event.id, body);
    if (isOver()) return;
    const { id: eventId, eventType } = event;
    world.deliveries.push({ robotId: robot.id, eventId, eventType, attempt: index + 1, at, status });
    if (status === 410) robot.active = false;
    else if (status === null || status < 200 || status > 299) schedule(index + 1);
  };
  const schedule = (index: number): void => {
    const due = attemptsAtMs[index];
    if (due !== undefined) world.clock.setTimeout(() => run(index), start + due - world.clock.now(), true);
  };
  const run = (index: number): void => {
    if (isOver()) return;
    const running = attempt(index).finally(() => world.posting.delete(running));
    world.posting.add(running);
  };
  run(0);
};

/** Ends when no webhook is being called. */
export const settled = async (world: World): Promise<void> => {
  while (world.posting.size) await Promise.all(world.posting);
};

/** What the webhook answered; null where it did not, or not in time. */
const post = async (world: World, webhook: Webhook, id: string, body: string): Promise<number | null> => {
  const abort = new AbortController();
  const late = new Promise<null>((resolve) => abort.signal.addEventListener('abort', () => resolve(null)));
  const cancel = world.clock.setTimeout(() => abort.abort(), answerWithinMs, true);
  try {
    const timestamp = String(Math.floor(world.clock.now() / 1000));
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
    cancel();
  }
};

const sign = async (secret: string, text: string): Promise<string> => {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
};
