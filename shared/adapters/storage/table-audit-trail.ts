/** The audit trail in a table that is only ever inserted into; the newest event of a tenant comes first. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type AuditTrail, type ConsentEvent, consentEventKinds, type ReadAuditTrail } from '../../tenants/audit.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall } from './storage-clients.ts';
import { insertIfAbsent } from './table-own-write.ts';

/** The partition of events whose tenant nobody could tell. */
const unknownTenant = 'unknown';

/** Epoch milliseconds have 13 digits until the year 2286. */
const endOfTime = 9_999_999_999_999;

/** The service takes no more a page: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination. */
const mostRows = 1000;

export class TableAuditTrail implements AuditTrail, ReadAuditTrail {
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
      schema: rowSchemas.consentEvent,
      at: new Date(at),
      ...facts,
    };
    await storageCall('append to the audit trail', () => insertIfAbsent(this.#table, entity));
  }

  async newest(tenantId: string, most: number): Promise<readonly ConsentEvent[]> {
    const queryOptions = { filter: odata`PartitionKey eq ${tenantId}` };
    const events: ConsentEvent[] = [];
    const pages = this.#table.listEntities({ queryOptions }).byPage({ maxPageSize: Math.min(most, mostRows) });
    for (;;) {
      const page = await storageCall('read the audit trail', () => pages.next());
      if (page.done === true || events.length >= most) return events.slice(0, most);
      events.push(...page.value.flatMap((entity) => toEvent(entity) ?? []));
    }
  }
}

const row = z.object({
  partitionKey: z.string(),
  schema: schemaOf('consentEvent'),
  kind: z.enum(consentEventKinds),
  at: z.date(),
  invitationId: z.string().optional(),
  claimedTenant: z.string().optional(),
  code: z.string().optional(),
  description: z.string().optional(),
});

/** What a later version has written, and this one does not know, is passed over. */
function toEvent(entity: object): ConsentEvent | undefined {
  const parsed = row.safeParse(entity);
  if (!parsed.success) return undefined;
  const { partitionKey, kind, at, invitationId, claimedTenant, code, description } = parsed.data;
  return {
    kind,
    at: at.getTime(),
    tenantId: partitionKey,
    ...(invitationId === undefined ? {} : { invitationId }),
    ...(claimedTenant === undefined ? {} : { claimedTenant }),
    ...(code === undefined ? {} : { code }),
    ...(description === undefined ? {} : { description }),
  };
}
