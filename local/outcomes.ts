/** Reads what became of the mail jobs, for the viewer and the demo: straight from the table, as an operator would. */

import { odata } from '@azure/data-tables';
import { readOutcome } from '../shared/adapters/storage/outcome-row.ts';
import { errorMeanings } from '../shared/errors.ts';
import { tables } from '../shared/names.ts';
import type { JobOutcome } from './cloud/viewer/viewer.ts';
import type { LocalStorage } from './storage.ts';

/** What stands beside the outcomes, gates and poison, has keys that begin with '!', as no id of a job does. */
const firstOutcome = '"';

export async function readOutcomes(storage: LocalStorage): Promise<JobOutcome[]> {
  const found: JobOutcome[] = [];
  const queryOptions = { filter: odata`RowKey ge ${firstOutcome}` };
  for await (const entity of storage.table(tables.mail).listEntities({ queryOptions })) {
    const { id, tenantId, state, tries, updatedAt, code } = readOutcome(entity).outcome;
    const explained = code === undefined ? {} : { code, remedy: errorMeanings[code].remedy };
    found.push({ id, tenantId, state, tries, updatedAt, ...explained });
  }
  return found;
}
