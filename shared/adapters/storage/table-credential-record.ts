/**
 * The record of the credential's proofs in the `credentials` table: a row for each proof under `use`, and one for each
 * warning under `warning`. They are few, so one query reads all.
 */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { minutes } from '../../clock.ts';
import type { CredentialRecord, ProofUse, RememberedUse, Warning } from '../../tokens/credential-record.ts';
import { readRow, rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent, replaceIfUnchanged } from './table-own-write.ts';

const uses = 'use';
const warnings = 'warning';

const useRow = z.object({
  partitionKey: z.literal(uses),
  rowKey: z.string(),
  etag: z.string(),
  schema: schemaOf('credentialUse'),
  kind: z.enum(['certificate', 'managed-identity', 'secret']),
  usedAt: z.date(),
  firstUsedAt: z.date(),
  expiresAt: z.date().optional(),
  registeredAs: z.string().optional(),
});
const warningRow = z.object({
  partitionKey: z.literal(warnings),
  schema: schemaOf('expiryWarning'),
  proofId: z.string(),
  expiresAt: z.date(),
  days: z.number(),
});

/** What another instance noted so shortly before is good enough: at a switch all of them would write the same row at once. */
const closeEnough = 1 * minutes;

/** Each is lost to an instance that wrote in between, mostly something close enough. */
const mostTries = 5;

export class TableCredentialRecord implements CredentialRecord {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async noteUse(use: ProofUse): Promise<void> {
    await storageCall('note the use of a credential', async () => {
      for (let tries = 0; tries < mostTries; tries += 1) if (await this.#noted(use)) return;
    });
  }

  async read(): Promise<{ uses: readonly RememberedUse[]; warnings: readonly Warning[] }> {
    return storageCall('read the record of the credential', async () => {
      const found = { uses: [] as RememberedUse[], warnings: [] as Warning[] };
      for await (const entity of this.#table.listEntities()) {
        // None is passed over: whether an old certificate may go is asked of this record.
        if (entity.partitionKey === warnings) found.warnings.push(readRow('expiryWarning', entity, toWarning));
        else found.uses.push(readRow('credentialUse', entity, toUse));
      }
      return found;
    });
  }

  async firstWarning({ proofId, expiresAt: end, days }: Warning): Promise<boolean> {
    const expiresAt = new Date(end);
    const rowKey = `${proofId} ${expiresAt.toISOString()} ${days}`;
    const entity = { partitionKey: warnings, rowKey, schema: rowSchemas.expiryWarning, proofId, expiresAt, days };
    const written = await storageCall('note a warning', () => insertIfAbsent(this.#table, entity));
    return written !== undefined;
  }

  /** @returns false when another instance wrote in between. */
  async #noted({ proofId, kind, usedAt, expiresAt, registeredAs }: ProofUse): Promise<boolean> {
    const there = await unless('ResourceNotFound', undefined, () => this.#table.getEntity(uses, proofId));
    const found = there && readRow('credentialUse', there, (one) => useRow.parse(one));
    if (found !== undefined && usedAt - found.usedAt.getTime() < closeEnough) return true;
    const entity = {
      partitionKey: uses,
      rowKey: proofId,
      schema: rowSchemas.credentialUse,
      kind,
      usedAt: new Date(usedAt),
      firstUsedAt: found?.firstUsedAt ?? new Date(usedAt),
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      ...(registeredAs !== undefined && { registeredAs }),
    };
    const written =
      found === undefined
        ? await insertIfAbsent(this.#table, entity)
        : await replaceIfUnchanged(this.#table, entity, found.etag);
    return written !== undefined;
  }
}

function toWarning(entity: object): Warning {
  const { proofId, expiresAt, days } = warningRow.parse(entity);
  return { proofId, expiresAt: expiresAt.getTime(), days };
}

function toUse(entity: object): RememberedUse {
  const { rowKey, kind, usedAt, firstUsedAt, expiresAt, registeredAs } = useRow.parse(entity);
  return {
    proofId: rowKey,
    kind,
    usedAt: usedAt.getTime(),
    firstUsedAt: firstUsedAt.getTime(),
    ...(expiresAt !== undefined && { expiresAt: expiresAt.getTime() }),
    ...(registeredAs !== undefined && { registeredAs }),
  };
}
