import { DurableObject } from 'cloudflare:workers';
import type { ClaimStore } from 'lagclient/robots';

interface Entry {
  readonly value: string;
  readonly endsAt: number;
}

/** Remembers one delivery. An object answers one call after the other, which makes a claim atomic. */
export class SeenDelivery extends DurableObject {
  async read(): Promise<string | null> {
    const entry = await this.ctx.storage.get<Entry>('entry');
    return entry && entry.endsAt > Date.now() ? entry.value : null;
  }

  async writeIfAbsent(value: string, ttlSeconds: number): Promise<boolean> {
    if ((await this.read()) !== null) return false;
    await this.write(value, ttlSeconds);
    return true;
  }

  async write(value: string, ttlSeconds: number): Promise<void> {
    const endsAt = Date.now() + ttlSeconds * 1000;
    await this.ctx.storage.put<Entry>('entry', { value, endsAt });
    await this.ctx.storage.setAlarm(endsAt);
  }

  async remove(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  override alarm(): Promise<void> {
    return this.remove();
  }
}

/** Remembers deliveries in Durable Objects, one for each. */
export const createDurableObjectSeen = (deliveries: DurableObjectNamespace<SeenDelivery>): ClaimStore => {
  const delivery = (key: string) => deliveries.get(deliveries.idFromName(key));
  return {
    get: (key) => delivery(key).read(),
    setIfAbsent: (key, value, ttlSeconds) => delivery(key).writeIfAbsent(value, ttlSeconds),
    set: (key, value, ttlSeconds) => delivery(key).write(value, ttlSeconds),
    delete: (key) => delivery(key).remove(),
  };
};
