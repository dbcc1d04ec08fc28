/** What the app says became of each job: its rows, read past the front where faults are. */

import { odata } from '@azure/data-tables';
import { z } from 'zod';
import type { LocalStorage } from '../../local/storage.ts';
import { tables } from '../../shared/names.ts';

const row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  state: z.string(),
  code: z.string().optional(),
});

export type OutcomeRow = Pick<z.infer<typeof row>, 'state' | 'code'>;

/** By tenant id and job id, with a space between. */
export async function readOutcomeRows(storage: LocalStorage): Promise<ReadonlyMap<string, OutcomeRow>> {
  const found = new Map<string, OutcomeRow>();
  // Gates and poison stand beside the outcomes, under keys that no id of a job can have.
  const queryOptions = { filter: odata`RowKey ge ${'"'}` };
  for await (const entity of storage.table(tables.mail).listEntities({ queryOptions })) {
    const { partitionKey, rowKey, ...outcome } = row.parse(entity);
    found.set(`${partitionKey} ${rowKey}`, outcome);
  }
  return found;
}
