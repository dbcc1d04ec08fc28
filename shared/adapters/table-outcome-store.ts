/** Outcomes: partition key is the tenant, row key the mail job's id, so a job is claimed by one insert. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import type { Outcome, OutcomeStore, StoredOutcome } from '../mail/outcome.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent, replaceIfUnchanged } from './table-own-write.ts';

const row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  etag: z.string(),
  state: z.enum(['scheduled', 'sending', 'sent', 'refused', 'failed', 'unknown']),
  fingerprint: z.string(),
  tries: z.number(),
  createdAt: z.number(),
  updatedAt: z.number(),
  // A later version may have written a code that this one does not know.
  code: z.enum(errorCodes).optional().catch(undefined),
  field: z.string().optional(),
  expected: z.string().optional(),
  notBefore: z.number().optional(),
  requestId: z.string().optional(),
  graphCode: z.string().optional(),
});

export class TableOutcomeStore implements OutcomeStore {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  insert(outcome: Outcome): Promise<string | undefined> {
    return storageCall('claim a mail job', () => insertIfAbsent(this.#table, toEntity(outcome)));
  }

  async read(tenantId: string, id: string): Promise<StoredOutcome | undefined> {
    const found = await storageCall('read an outcome', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(tenantId, id)),
    );
    return found === undefined ? undefined : toStored(found);
  }

  replace(outcome: Outcome, etag: string): Promise<string | undefined> {
    return storageCall('write an outcome', () => replaceIfUnchanged(this.#table, toEntity(outcome), etag));
  }
}

function toEntity({ tenantId, id, ...facts }: Outcome): { partitionKey: string; rowKey: string } {
  return { partitionKey: tenantId, rowKey: id, ...facts };
}

function toStored(entity: object): StoredOutcome {
  const { partitionKey, rowKey, etag, ...facts } = row.parse(entity);
  const present = Object.entries(facts).filter(([, value]) => value !== undefined);
  const outcome = { tenantId: partitionKey, id: rowKey, ...Object.fromEntries(present) } as Outcome;
  return { outcome, etag };
}
