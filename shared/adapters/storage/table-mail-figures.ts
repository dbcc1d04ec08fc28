/**
 * Gates and poison of one tenant, for figures: a range of keys in one partition, in front of the outcomes, so that what is read
 * grows with mailboxes and failures and never with the mail that was sent. The messages in poison are left where they are.
 */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Failure, MailboxGateState, MailFigures, TenantMail } from '../../checks/overview-sources.ts';
import type { MailTenants } from '../../mail/operating/list-poison.ts';
import { gateColumns, gatePrefix, mailboxOf, readGateRow } from './gate-row.ts';
import { failureColumns, poisonPrefix, readFailureRow } from './poison-row.ts';
import { storageCall } from './storage-clients.ts';

/** The service gives no more at a time: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination. */
const mostOfPage = 1000;

/** A page may be short and have a continuation; more of them than this are no answer to somebody who waits. */
const mostPages = 20;

const select = ['PartitionKey', 'RowKey', 'schema', ...new Set([...gateColumns, ...failureColumns])];

const key = z.looseObject({ partitionKey: z.string(), rowKey: z.string() });

export class TableMailFigures implements MailFigures {
  readonly #table: TableClient;
  readonly #tenants: MailTenants;

  constructor(table: TableClient, tenants: MailTenants) {
    this.#table = table;
    this.#tenants = tenants;
  }

  after(tenantId: string): Promise<string | undefined> {
    return this.#tenants.after(tenantId);
  }

  async read(tenantId: string, mostRows: number): Promise<TenantMail> {
    // '!' sorts before every outcome, and '"' is the next character: see table-mail-store.ts.
    const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${'!'} and RowKey lt ${'"'}`;
    const pages = this.#table
      .listEntities({ queryOptions: { filter, select } })
      .byPage({ maxPageSize: Math.min(mostRows, mostOfPage) });
    const found: TenantMail & { gates: MailboxGateState[]; failures: Failure[] } = {
      ...{ gates: [], failures: [], complete: true },
    };
    let rows = 0;
    for (let count = 0; count < mostPages; count += 1) {
      const page = await storageCall('read gates and poison', () => pages.next());
      if (page.done === true) return found;
      for (const row of page.value) this.#take(row, found);
      rows += page.value.length;
      if (page.value.continuationToken === undefined) return found;
      if (rows >= mostRows) break;
    }
    return { ...found, complete: false };
  }

  /** A row that another version has written is passed over: figures that are a little low are better than none. */
  #take(row: object, found: { gates: MailboxGateState[]; failures: Failure[] }): void {
    try {
      const known = key.parse(present(row));
      const { partitionKey: tenantId, rowKey } = known;
      if (rowKey.startsWith(poisonPrefix)) found.failures.push(readFailureRow(known));
      // With a selection the service gives no version.
      if (!rowKey.startsWith(gatePrefix)) return;
      const { gate } = readGateRow({ ...known, etag: '' });
      found.gates.push({ tenantId, mailbox: mailboxOf(rowKey), gate });
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
    }
  }
}

/** A column that a row does not have comes as null when it is selected. */
function present(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
