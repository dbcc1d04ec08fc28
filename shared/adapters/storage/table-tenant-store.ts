/** Tenants, one row each: partition and row key are both the tenant id, so that look-ups spread over all partitions. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { errorCodes, TenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Shard } from '../../shard.ts';
import { inOrder, isRight, type Right } from '../../tenants/rights.ts';
import {
  deliveries,
  type DeliverySettings,
  isSameTenant,
  onUnknowns,
  type Tenant,
  type TenantPage,
  type TenantPages,
  type TenantQuery,
  type TenantStore,
  tenantStates,
} from '../../tenants/tenant.ts';
import { readRow, readRows, rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent, mergeIfUnchanged } from './table-own-write.ts';
import { readPage } from './table-pages.ts';
import { textList } from './text-list.ts';

/** A merge, with which two writers of one row leave each other's columns alone, takes no column away: empty stands for none. */
const none = '';

const row = z.object({
  rowKey: z.string(),
  schema: schemaOf('tenant'),
  state: z.enum(tenantStates),
  since: z.number(),
  objectId: z.string().optional(),
  // A later version may have written a value that this one does not know.
  code: z.enum(errorCodes).optional().catch(undefined),
  delivery: z.enum(deliveries).optional().catch(undefined),
  onUnknown: z.enum(onUnknowns).optional().catch(undefined),
  rights: z.string().default(none),
  granted: z.string().default(none),
  domain: z.string().default(none),
  mailboxes: textList,
  scoped: z.boolean().default(false),
  claimed: z.boolean().default(false),
});

/** Writers of one row meet now and then; more often than this in a row they do not. */
const mostRaces = 10;

export class TableTenantStore implements TenantStore, TenantPages {
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
    return found && readRow('tenant', found, toTenant);
  }

  async save(tenant: Tenant): Promise<void> {
    // What a newer release has written must not be written over, nor pass for a row of this one.
    await this.find(tenant.id);
    await storageCall('write a tenant', () => this.#table.upsertEntity(toEntity(tenant), 'Merge'));
  }

  /** What `known` was is compared here, and the service compares the version: whoever sets the delivery meanwhile changes that too. */
  async replace(known: Tenant | undefined, next: Tenant): Promise<boolean> {
    const entity = toEntity(next);
    if (known === undefined) {
      return (await storageCall('write a tenant', () => insertIfAbsent(this.#table, entity))) !== undefined;
    }
    for (let races = 0; races < mostRaces; races += 1) {
      const found = await storageCall('read a tenant', () =>
        unless('ResourceNotFound', undefined, () => this.#table.getEntity(next.id, next.id)),
      );
      if (found === undefined || !isSameTenant(readRow('tenant', found, toTenant), known)) return false;
      const written = await storageCall('write a tenant', () => mergeIfUnchanged(this.#table, entity, found.etag));
      if (written !== undefined) return true;
    }
    throw new TenantpostError('STORAGE_UNAVAILABLE', 'The row of a tenant is being written by too many at once.');
  }

  async page({ state, limit = 100, continuation }: TenantQuery): Promise<TenantPage> {
    const { rows, ...next } = await readPage(this.#table, {
      attempted: 'list tenants',
      partition: `tenants ${state ?? ''}`,
      filter: state === undefined ? '' : odata`state eq ${state}`,
      pageSize: limit,
      continuation,
    });
    const { items, ...others } = readRows('tenant', rows, toTenant);
    return { tenants: items, ...others, ...next };
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

function toEntity(tenant: Tenant) {
  const { id, state, since, objectId = none, code = none, domain = none, scoped = false, claimed = false } = tenant;
  const { rights = [], granted = [], mailboxes = [] } = tenant;
  return {
    ...{
      partitionKey: id,
      rowKey: id,
      schema: rowSchemas.tenant,
      state,
      since,
      objectId,
      code,
      domain,
      scoped,
      claimed,
    },
    ...{ rights: rights.join(' '), granted: granted.join(' '), mailboxes: JSON.stringify(mailboxes) },
  };
}

function toTenant(entity: object): Tenant {
  const { rowKey, state, since, objectId = none, code, delivery, onUnknown, ...asked } = row.parse(entity);
  const { domain, mailboxes, scoped, claimed } = asked;
  const [rights, granted] = [rightsIn(asked.rights), rightsIn(asked.granted)];
  return {
    id: rowKey,
    state,
    since,
    ...(objectId === none ? {} : { objectId }),
    ...(code === undefined ? {} : { code }),
    ...(delivery === undefined ? {} : { delivery }),
    ...(onUnknown === undefined ? {} : { onUnknown }),
    ...(rights.length === 0 ? {} : { rights }),
    ...(granted.length === 0 ? {} : { granted }),
    ...(domain === none ? {} : { domain }),
    ...(mailboxes.length === 0 ? {} : { mailboxes }),
    ...(scoped ? { scoped } : {}),
    ...(claimed ? { claimed } : {}),
  };
}

/** A later version may have written a name that this one does not know. */
function rightsIn(text: string): readonly Right[] {
  return inOrder(text.split(' ').filter(isRight));
}
