/** Tenants, one row each: partition and row key are both the tenant id, so that look-ups spread over all partitions. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import type { Tenant, TenantState, TenantStore } from '../tenants/tenant.ts';
import { storageCall, unless } from './storage-clients.ts';

const row = z.object({
  rowKey: z.string(),
  state: z.enum(['pending', 'active', 'revoked']),
  since: z.number(),
  objectId: z.string().optional(),
  code: z.enum(errorCodes).optional(),
});

export class TableTenantStore implements TenantStore {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async find(id: string): Promise<Tenant | undefined> {
    const found = await storageCall('read a tenant', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(id, id)),
    );
    return found === undefined ? undefined : toTenant(found);
  }

  async save(tenant: Tenant): Promise<void> {
    const { id, ...facts } = tenant;
    const entity = { partitionKey: id, rowKey: id, ...facts };
    await storageCall('write a tenant', () => this.#table.upsertEntity(entity, 'Replace'));
  }

  async *list(states: readonly TenantState[]): AsyncIterable<Tenant> {
    if (states.length === 0) return;
    const filter = states.map((state) => odata`state eq ${state}`).join(' or ');
    const rows = this.#table.listEntities({ queryOptions: { filter } })[Symbol.asyncIterator]();
    for (;;) {
      const next = await storageCall('list tenants', () => rows.next());
      if (next.done === true) return;
      yield toTenant(next.value);
    }
  }
}

function toTenant(entity: object): Tenant {
  const { rowKey, state, since, objectId, code } = row.parse(entity);
  return {
    id: rowKey,
    state,
    since,
    ...(objectId === undefined ? {} : { objectId }),
    ...(code === undefined ? {} : { code }),
  };
}
