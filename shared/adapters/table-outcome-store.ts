/** Outcomes: partition key is the tenant, row key the mail job's id, so a job is claimed by one insert. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type ErrorCode, errorMeanings } from '../errors.ts';
import type { Outcome, OutcomeStore, StoredOutcome } from '../mail/outcome.ts';
import { storageCall, unless } from './storage-clients.ts';

const codes = Object.keys(errorMeanings) as [ErrorCode, ...ErrorCode[]];

const row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  etag: z.string(),
  state: z.enum(['scheduled', 'sending', 'sent', 'refused', 'failed', 'unknown']),
  fingerprint: z.string(),
  tries: z.number(),
  createdAt: z.number(),
  updatedAt: z.number(),
  code: z.enum(codes).optional(),
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

  async insert(outcome: Outcome): Promise<string | undefined> {
    const written = await storageCall('claim a mail job', () =>
      unless(409, undefined, () => this.#table.createEntity(toEntity(outcome))),
    );
    return written?.etag;
  }

  async read(tenantId: string, id: string): Promise<StoredOutcome | undefined> {
    const found = await storageCall('read an outcome', () =>
      unless(404, undefined, () => this.#table.getEntity(tenantId, id)),
    );
    return found === undefined ? undefined : toStored(found);
  }

  async replace(outcome: Outcome, etag: string): Promise<string | undefined> {
    const written = await storageCall('write an outcome', () =>
      unless(412, undefined, () => this.#table.updateEntity(toEntity(outcome), 'Replace', { etag })),
    );
    return written?.etag;
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
