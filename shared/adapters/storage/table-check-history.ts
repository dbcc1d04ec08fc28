/** Since when checks have been failing, in the `checks` table: a partition a tenant, a row each. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { CheckHistory, FailingCheck } from '../../checks/ports.ts';
import { errorCodes } from '../../errors.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';

const row = z.object({
  rowKey: z.string(),
  schema: schemaOf('failingCheck'),
  // One of a later version is none that this one could compare with.
  code: z.enum(errorCodes),
  since: z.date(),
  seenAt: z.date(),
});

export class TableCheckHistory implements CheckHistory {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  read(tenantId: string): Promise<readonly FailingCheck[]> {
    return storageCall('read since when checks have failed', async () => {
      const found: FailingCheck[] = [];
      const queryOptions = { filter: odata`PartitionKey eq ${tenantId}` };
      for await (const entity of this.#table.listEntities({ queryOptions })) {
        const parsed = row.safeParse(entity);
        if (!parsed.success) continue;
        const { rowKey, code, since, seenAt } = parsed.data;
        found.push({ key: rowKey, code, since: since.getTime(), seenAt: seenAt.getTime() });
      }
      return found;
    });
  }

  /** Two runs at the same time may each write: whichever is last, its `since` is right to the length of a run. */
  write(tenantId: string, { kept, gone }: Parameters<CheckHistory['write']>[1]): Promise<void> {
    return storageCall('note since when checks have failed', async () => {
      await Promise.all([
        ...kept.map(({ key, code, since, seenAt }) =>
          this.#table.upsertEntity(
            {
              ...{ partitionKey: tenantId, rowKey: key, schema: rowSchemas.failingCheck, code },
              ...{ since: new Date(since), seenAt: new Date(seenAt) },
            },
            'Replace',
          ),
        ),
        ...gone.map((key) => unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(tenantId, key))),
      ]);
    });
  }
}
