/** Tenants that are active, remembered for a little, so that a queue of mail does not ask the table for each message. */

import { type Clock, seconds } from '../clock.ts';
import type { DeliverySettings, Tenant, TenantStore } from './tenant.ts';

/** How long another process may still send for a tenant that was revoked here; its token would fail soon after anyway. */
const rememberedFor = 30 * seconds;

type Rows = Pick<TenantStore, 'find' | 'save' | 'replace' | 'setDelivery'>;

export class RememberedTenants implements Rows {
  readonly #store: Rows;
  readonly #now: Clock;
  readonly #active = new Map<string, { readonly tenant: Tenant; readonly readAt: number }>();

  constructor(store: Rows, now: Clock) {
    this.#store = store;
    this.#now = now;
  }

  async find(id: string): Promise<Tenant | undefined> {
    const held = this.#active.get(id);
    const readAt = this.#now();
    const age = held === undefined ? Infinity : readAt - held.readAt;
    // A clock that was set back must not keep a tenant remembered until it has caught up.
    if (held !== undefined && age >= 0 && age < rememberedFor) return held.tenant;
    const tenant = await this.#store.find(id);
    if (tenant?.state === 'active') this.#active.set(id, { tenant, readAt });
    else this.#active.delete(id);
    return tenant;
  }

  async save(tenant: Tenant): Promise<void> {
    await this.#store.save(tenant);
    // Afterwards: whoever looked while the row was being written may have remembered the former one.
    this.#active.delete(tenant.id);
  }

  async replace(known: Tenant | undefined, next: Tenant): Promise<boolean> {
    const written = await this.#store.replace(known, next);
    this.#active.delete(next.id);
    return written;
  }

  async setDelivery(id: string, settings: DeliverySettings): Promise<boolean> {
    const written = await this.#store.setDelivery(id, settings);
    this.#active.delete(id);
    return written;
  }
}
