/** What is kept of a tenant beside its own row: everything in the partition that has its id, in each of some tables. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Erased, TenantData } from '../../tenants/offboarding.ts';
import { removeAll } from './remove-all.ts';
import { storageCall, unless } from './storage-clients.ts';

/** https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
const mostTogether = 100;

/** Whoever waits for the answer is cut off by the Functions host's front after 230 seconds. */
const longestMilliseconds = 120_000;

const row = z.object({ partitionKey: z.string(), rowKey: z.string() });

interface Place {
  readonly table: TableClient;
  /** What a row is, for the count; by its key, since nothing else is read. */
  readonly kindOf: (rowKey: string) => string;
}

export class TableTenantData implements TenantData {
  readonly #places: readonly Place[];
  readonly #now: Clock;

  constructor(places: readonly Place[], now: Clock) {
    this.#places = places;
    this.#now = now;
  }

  async erase(tenantId: string): Promise<Erased> {
    const ends = this.#now() + longestMilliseconds;
    const deleted: Record<string, number> = {};
    for (const { table, kindOf } of this.#places) {
      for (;;) {
        const keys = await pageOf(table, tenantId);
        if (keys.length === 0) break;
        if (this.#now() > ends) return { deleted, isWhole: false };
        if (!(await deleteTogether(table, keys))) await deleteEach(table, keys);
        for (const { rowKey } of keys) deleted[kindOf(rowKey)] = (deleted[kindOf(rowKey)] ?? 0) + 1;
      }
    }
    return { deleted, isWhole: true };
  }
}

type Key = z.infer<typeof row>;

async function pageOf(table: TableClient, tenantId: string): Promise<readonly Key[]> {
  const queryOptions = { filter: odata`PartitionKey eq ${tenantId}`, select: ['PartitionKey', 'RowKey'] };
  const pages = table.listEntities({ queryOptions }).byPage({ maxPageSize: mostTogether });
  for (;;) {
    const page = await storageCall('list what is kept of a tenant', () => pages.next());
    if (page.done === true) return [];
    // A page may be empty and not be the last.
    if (page.value.length > 0) return z.array(row).parse(page.value);
  }
}

/** @returns false when one of them is gone meanwhile: none is deleted then. */
async function deleteTogether(table: TableClient, keys: readonly Key[]): Promise<boolean> {
  return storageCall('delete what is kept of a tenant', async () => {
    const answer = await transaction(() => table.submitTransaction(keys.map((key) => ['delete', key])));
    return answer !== 'gone';
  });
}

const gone = z.object({ code: z.literal('ResourceNotFound') });

async function transaction<T>(call: () => Promise<T>): Promise<T | 'gone'> {
  try {
    return await call();
  } catch (error) {
    if (gone.safeParse(error).success) return 'gone';
    throw error;
  }
}

async function deleteEach(table: TableClient, keys: readonly Key[]): Promise<void> {
  await removeAll(keys, async ({ partitionKey, rowKey }) => {
    await unless('ResourceNotFound', undefined, () => table.deleteEntity(partitionKey, rowKey));
    return true;
  });
}
