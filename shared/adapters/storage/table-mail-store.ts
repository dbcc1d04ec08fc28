/** A tenant's outcomes, poison and gates: one partition of one table, so that what belongs together is written together. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Change, MailStore, OutcomeQuery, Page, StoredGate, StoredPoison } from '../../mail/mail-store.ts';
import type { Outcome, StoredOutcome } from '../../mail/outcome.ts';
import type { PoisonEntry } from '../../mail/poison.ts';
import { gateColumns, gateKey, gateRow, readGateRow } from './gate-row.ts';
import { LaterColumns } from './later-columns.ts';
import { outcomeColumns, outcomeRow, readOutcome } from './outcome-row.ts';
import { poisonPrefix, poisonRow, readPoisonRow } from './poison-row.ts';
import { readRow, readRows } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent, replaceIfUnchanged } from './table-own-write.ts';
import { readPage } from './table-pages.ts';
import { type RowWrite, writeTogether } from './table-transaction.ts';

/** Above every row that is no outcome: those begin with '!'. */
const firstOutcome = '"';

export class TableMailStore implements MailStore {
  readonly #table: TableClient;
  readonly #later = new LaterColumns();

  constructor(table: TableClient) {
    this.#table = table;
  }

  async read(tenantId: string, id: string): Promise<StoredOutcome | undefined> {
    const found = await this.#get('read an outcome', tenantId, id);
    if (found === undefined) return undefined;
    const stored = readRow('outcome', found, readOutcome);
    this.#later.met(keysOf(found), outcomeColumns);
    return stored;
  }

  async readGate(tenantId: string, mailbox: string): Promise<StoredGate | undefined> {
    const found = await this.#get("read a mailbox's gate", tenantId, gateKey(mailbox));
    if (found === undefined) return undefined;
    const stored = readRow('gate', found, readGateRow);
    this.#later.met(keysOf(found), gateColumns);
    return stored;
  }

  async readPoison(tenantId: string, id: string): Promise<StoredPoison | undefined> {
    const found = await this.#get('read a poison entry', tenantId, poisonPrefix + id);
    return found && readRow('poisonEntry', found, (row) => ({ entry: readPoisonRow(row), etag: keysOf(row).etag }));
  }

  async list(tenantId: string, { state, from, to, ...paging }: OutcomeQuery): Promise<Page<Outcome>> {
    const conditions = [odata`PartitionKey eq ${tenantId} and RowKey ge ${firstOutcome}`];
    if (state !== undefined) conditions.push(odata`state eq ${state}`);
    if (from !== undefined) conditions.push(odata`updatedAt ge ${new Date(from)}`);
    if (to !== undefined) conditions.push(odata`updatedAt lt ${new Date(to)}`);
    const query = { attempted: 'list outcomes', partition: tenantId, filter: conditions.join(' and '), ...paging };
    const { rows, ...more } = await readPage(this.#table, query);
    return { ...readRows('outcome', rows, (row) => readOutcome(row).outcome), ...more };
  }

  async listPoison(
    tenantId: string,
    paging: Pick<OutcomeQuery, 'pageSize' | 'continuation'>,
  ): Promise<Page<PoisonEntry>> {
    const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${poisonPrefix} and RowKey lt ${'!poison!'}`;
    const query = { attempted: 'list poison', partition: tenantId, filter, ...paging };
    const { rows, ...more } = await readPage(this.#table, query);
    return { ...readRows('poisonEntry', rows, readPoisonRow), ...more };
  }

  async commit(tenantId: string, changes: readonly Change[]): Promise<readonly string[] | undefined> {
    // A version that is none would be no condition, and "*" would fit every row.
    if (changes.some((change) => 'etag' in change && change.etag !== undefined && !/^W\/".+"$/.test(change.etag))) {
      return undefined;
    }
    const [only, ...others] = changes;
    if (only === undefined) return [];
    if (others.length === 0) {
      const etag = await storageCall('write a row of mail', () => this.#writeOne(tenantId, only));
      return etag === undefined ? undefined : [etag];
    }
    const writes = changes.map((change) => this.#writeOf(tenantId, change));
    const etags = await storageCall('write rows of mail', () => writeTogether(this.#table, writes));
    etags?.forEach((etag, place) => this.#written(writes[place], etag));
    return etags;
  }

  async #writeOne(tenantId: string, change: Change): Promise<string | undefined> {
    if (change.kind === 'no-poison') {
      const key = poisonPrefix + change.id;
      const { etag = '*' } = change;
      await unless('UpdateConditionNotSatisfied', undefined, () =>
        unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(tenantId, key, { etag })),
      );
      return '';
    }
    const write = this.#writeOf(tenantId, change);
    const { entity, as } = write;
    switch (as.kind) {
      case 'insert':
        return insertIfAbsent(this.#table, entity);
      case 'put':
        return (await this.#table.upsertEntity(entity, 'Replace')).etag;
      case 'replace': {
        const etag = await unless('ResourceNotFound', undefined, () =>
          replaceIfUnchanged(this.#table, entity, as.etag),
        );
        if (etag !== undefined) this.#written(write, etag);
        return etag;
      }
    }
  }

  /** With what a newer release has written in a row that is replaced as a whole. */
  #writeOf(tenantId: string, change: Change): RowWrite {
    const { entity, as } = writeOf(tenantId, change);
    return as.kind === 'replace' ? { entity: { ...this.#later.of(entity, as.etag), ...entity }, as } : { entity, as };
  }

  #written(write: RowWrite | undefined, etag: string): void {
    if (write?.as.kind === 'replace') this.#later.replaced(write.entity, write.as.etag, etag);
  }

  #get(attempted: string, partition: string, key: string): Promise<object | undefined> {
    return storageCall(attempted, () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(partition, key)),
    );
  }
}

const keys = z.looseObject({ partitionKey: z.string(), rowKey: z.string(), etag: z.string() });
const keysOf = (row: object) => keys.parse(row);

function writeOf(tenantId: string, change: Change): RowWrite {
  switch (change.kind) {
    case 'outcome':
      return { entity: outcomeRow(change.outcome), as: condition(change.etag) };
    case 'gate':
      return { entity: gateRow(tenantId, change.mailbox, change.gate), as: condition(change.etag) };
    case 'poison':
      return { entity: poisonRow(change.entry), as: { kind: 'put' } };
    case 'no-poison':
      throw new TypeError('A poison entry is removed by itself.');
  }
}

const condition = (etag: string | undefined): RowWrite['as'] =>
  etag === undefined ? { kind: 'insert' } : { kind: 'replace', etag };
