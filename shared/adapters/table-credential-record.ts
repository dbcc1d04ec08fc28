/** The record of the credential's proofs in the `credentials` table. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { CredentialRecord, ProofUse } from '../tokens/credential-record.ts';
import { storageCall } from './storage-clients.ts';
import { insertIfAbsent } from './table-own-write.ts';

const row = z.object({
  rowKey: z.string(),
  kind: z.enum(['certificate', 'managed-identity', 'secret']),
  usedAt: z.date(),
});

const uses = 'use';
const warnings = 'warning';

export class TableCredentialRecord implements CredentialRecord {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async noteUse({ proofId, kind, usedAt }: ProofUse): Promise<void> {
    const entity = { partitionKey: uses, rowKey: proofId, kind, usedAt: new Date(usedAt) };
    await storageCall('note the use of a credential', () => this.#table.upsertEntity(entity, 'Replace'));
  }

  async uses(): Promise<readonly ProofUse[]> {
    const queryOptions = { filter: `PartitionKey eq '${uses}'` };
    return storageCall('read the uses of the credential', async () => {
      const found: ProofUse[] = [];
      for await (const entity of this.#table.listEntities({ queryOptions })) {
        const { rowKey, kind, usedAt } = row.parse(entity);
        found.push({ proofId: rowKey, kind, usedAt: usedAt.getTime() });
      }
      return found;
    });
  }

  async firstWarning(proofId: string, days: number): Promise<boolean> {
    const entity = { partitionKey: warnings, rowKey: `${proofId} ${days}` };
    const written = await storageCall('note a warning', () => insertIfAbsent(this.#table, entity));
    return written !== undefined;
  }
}
