/** Tenants in a map. */

import type { Shard } from '../../shared/shard.ts';
import {
  type DeliverySettings,
  isSameTenant,
  type Tenant,
  type TenantPage,
  type TenantPages,
  type TenantQuery,
  type TenantStore,
} from '../../shared/tenants/tenant.ts';

export class MemoryTenantStore implements TenantStore, TenantPages {
  readonly rows = new Map<string, Tenant>();
  /** Each row that was ever written, in order. */
  readonly saved: Tenant[] = [];

  constructor(...tenants: readonly Tenant[]) {
    for (const tenant of tenants) this.rows.set(tenant.id, tenant);
  }

  find(id: string): Promise<Tenant | undefined> {
    return Promise.resolve(this.rows.get(id));
  }

  save(tenant: Tenant): Promise<void> {
    const { delivery: _, onUnknown: __, ...facts } = tenant;
    const { delivery, onUnknown } = this.rows.get(tenant.id) ?? {};
    this.rows.set(tenant.id, { ...facts, ...(delivery && { delivery }), ...(onUnknown && { onUnknown }) });
    this.saved.push(tenant);
    return Promise.resolve();
  }

  async replace(known: Tenant | undefined, next: Tenant): Promise<boolean> {
    if (!isSameTenant(this.rows.get(next.id), known)) return false;
    await this.save(next);
    return true;
  }

  /** All on one page. */
  page({ state }: TenantQuery): Promise<TenantPage> {
    const tenants = [...this.rows.values()].filter((one) => state === undefined || one.state === state);
    return Promise.resolve({ tenants });
  }

  setDelivery(id: string, { delivery, onUnknown }: DeliverySettings): Promise<boolean> {
    const known = this.rows.get(id);
    if (known === undefined) return Promise.resolve(false);
    const { delivery: _, onUnknown: __, ...facts } = known;
    this.rows.set(id, { ...facts, ...(delivery && { delivery }), ...(onUnknown && { onUnknown }) });
    return Promise.resolve(true);
  }

  async *list({ from, before }: Shard): AsyncIterable<Tenant> {
    for (const tenant of [...this.rows.values()]) {
      await Promise.resolve();
      if (tenant.id >= from && tenant.id < before) yield tenant;
    }
  }
}
