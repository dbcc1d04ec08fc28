/** Reads what became of the mail jobs, for the viewer and the demo: straight from the table, as an operator would. */

import { z } from 'zod';
import { errorCodes, errorMeanings } from '../shared/errors.ts';
import { tables } from '../shared/names.ts';
import type { JobOutcome } from './cloud/viewer/viewer.ts';
import type { LocalStorage } from './storage.ts';

const row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  state: z.string(),
  tries: z.number(),
  updatedAt: z.number(),
  code: z.enum(errorCodes).optional(),
});

export async function readOutcomes(storage: LocalStorage): Promise<JobOutcome[]> {
  const found: JobOutcome[] = [];
  for await (const entity of storage.table(tables.outcomes).listEntities()) {
    const { partitionKey, rowKey, state, tries, updatedAt, code } = row.parse(entity);
    const explained = code === undefined ? {} : { code, remedy: errorMeanings[code].remedy };
    found.push({ id: rowKey, tenantId: partitionKey, state, tries, updatedAt, ...explained });
  }
  return found;
}
