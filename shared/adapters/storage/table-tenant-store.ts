/** Tenants, one row each: partition and row key are both the tenant id, so that look-ups spread over all partitions. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { errorCodes } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Shard } from '../../shard.ts';
import {
  deliveries,
  type DeliverySettings,
  onUnknowns,
  type Tenant,
  type TenantStore,
  tenantStates,
} from '../../tenants/tenant.ts';
import { storageCall, unless } from './storage-clients.ts';

/** A merge, with which two writers of one row leave each other's columns alone, takes no column away: empty stands for none. */
const none = '';

const row = z.object({
  rowKey: z.string(),
  state: z.enum(tenantStates),
  since: z.number(),
  objectId: z.string().optional(),
  // A later version may have written a value that this one does not know.
  code: z.enum(errorCodes).optional().catch(undefined),
  delivery: z.enum(deliveries).optional().catch(undefined),
  onUnknown: z.enum(onUnknowns).optional().catch(undefined),
});

export class TableTenantStore implements TenantStore {
  readonly #table: TableClient;
  readonly #log: Log;

  constructor(table: TableClient, log: Log) {
    this.#table = table;
    this.#log = log;
  }

  async find(id: string): Promise<Tenant | undefined> {
    const found = await storageCall('read a tenant', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(id, id)),
    );
    return found === undefined ? undefined : toTenant(found);
  }

  async save(tenant: Tenant): Promise<void> {
    const { id, state, since, objectId = none, code = none } = tenant;
    const entity = { partitionKey: id, rowKey: id, state, since, objectId, code };
    await storageCall('write a tenant', () => this.#table.upsertEntity(entity, 'Merge'));
  }

  async setDelivery(id: string, { delivery, onUnknown }: DeliverySettings): Promise<boolean> {
    const entity = { partitionKey: id, rowKey: id, delivery: delivery ?? none, onUnknown: onUnknown ?? none };
    const written = await storageCall("write a tenant's delivery", () =>
      unless('ResourceNotFound', undefined, () => this.#table.updateEntity(entity, 'Merge', { etag: '*' })),
    );
    return written !== undefined;
  }

  async *list({ from, before }: Shard): AsyncIterable<Tenant> {
    const filter = odata`PartitionKey ge ${from} and PartitionKey lt ${before}`;
    const rows = this.#table.listEntities({ queryOptions: { filter } })[Symbol.asyncIterator]();
    for (;;) {
      const next = await storageCall('list tenants', () => rows.next());
      if (next.done === true) return;
      const tenant = this.#readable(next.value);
      if (tenant) yield tenant;
    }
  }

  /** One row that is no tenant is told and passed over: the others are not to wait for it. */
  #readable(entity: { partitionKey?: string }): Tenant | undefined {
    try {
      return toTenant(entity);
    } catch {
      this.#log('error', 'tenant.row-unreadable', { tenantId: entity.partitionKey });
      return undefined;
    }
  }
}

function toTenant(entity: object): Tenant {
  const { rowKey, state, since, objectId = none, code, delivery, onUnknown } = row.parse(entity);
  return {
    id: rowKey,
    state,
    since,
    ...(objectId === none ? {} : { objectId }),
    ...(code === undefined ? {} : { code }),
    ...(delivery === undefined ? {} : { delivery }),
    ...(onUnknown === undefined ? {} : { onUnknown }),
  };
}
