/** Tenants in a map. */

import type { Shard } from '../../shared/shard.ts';
import type { Tenant, TenantStore } from '../../shared/tenants/tenant.ts';

export class MemoryTenantStore implements TenantStore {
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
    this.rows.set(tenant.id, tenant);
    this.saved.push(tenant);
    return Promise.resolve();
  }

  async *list({ from, before }: Shard): AsyncIterable<Tenant> {
    for (const tenant of [...this.rows.values()]) {
      await Promise.resolve();
      if (tenant.id >= from && tenant.id < before) yield tenant;
    }
  }
}
