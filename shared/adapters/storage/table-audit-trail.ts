/** The audit trail in a table that is only ever inserted into; the newest event of a tenant comes first. */

import type { TableClient } from '@azure/data-tables';
import type { AuditTrail, ConsentEvent } from '../../tenants/audit.ts';
import { storageCall } from './storage-clients.ts';
import { insertIfAbsent } from './table-own-write.ts';

/** The partition of events whose tenant nobody could tell. */
const unknownTenant = 'unknown';

/** Epoch milliseconds have 13 digits until the year 2286. */
const endOfTime = 9_999_999_999_999;

export class TableAuditTrail implements AuditTrail {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async append(event: ConsentEvent): Promise<void> {
    const { tenantId, at, ...facts } = event;
    const newestFirst = String(endOfTime - at).padStart(13, '0');
    const entity = {
      partitionKey: tenantId ?? unknownTenant,
      rowKey: `${newestFirst}-${crypto.randomUUID()}`,
      at: new Date(at),
      ...facts,
    };
    await storageCall('append to the audit trail', () => insertIfAbsent(this.#table, entity));
  }
}
