/** Rows of the table `mail` that are over, and where a run of the retention left off. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { MailTenants } from '../../mail/operating/list-poison.ts';
import { terminalStates } from '../../mail/outcome.ts';
import type { OldRows, RetentionPart, RetentionPositions, RowAges, Sweep } from '../../mail/operating/retention.ts';
import { removeAll } from './remove-all.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';

/** '!' stands in no tenant id and in no job's, and sorts before everything that does: nobody takes these rows for outcomes. */
const ownPartition = '!retention';
const positionKey = (part: RetentionPart): string => `!${part}`;

/** An entry in poison has 64 KiB of text, and comes whole: a version, without which nothing is removed, comes with no selection. */
const pageSize = 200;

/** What a newer release has written is left to it. */
const row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  etag: z.string(),
  schema: z.int().default(1),
  holdBy: z.string().optional(),
  holdUntil: z.date().optional(),
  lastTurn: z.date().optional(),
});
type Row = z.infer<typeof row>;

const kept = z.object({ schema: schemaOf('retentionPosition'), position: z.string() });

export class TableMailRetention implements OldRows, RetentionPositions, MailTenants {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async sweep(ages: RowAges, position: string | undefined): Promise<Sweep> {
    const page = await storageCall('list rows of mail that are over', async () => {
      const pages = this.#table
        .listEntities({ queryOptions: { filter: filterOf(ages) } })
        .byPage({ maxPageSize: pageSize, ...(position === undefined ? {} : { continuationToken: position }) });
      return (await pages.next()).value;
    });
    const listed = z.array(z.unknown()).parse(page ?? []);
    const rows = listed.flatMap((one) => row.safeParse(one).data ?? []).filter(isKnown);
    const unreadable = listed.length - rows.length;
    const old = rows.filter((one) => !isGateInUse(one, ages.gatesIdleSince));
    const done = await removeAll(old, (one) => this.#remove(one));
    return { removed: done.removed, failed: done.failed + unreadable, position: page?.continuationToken };
  }

  async read(part: RetentionPart): Promise<string | undefined> {
    const found = await storageCall('read where retention left off', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(ownPartition, positionKey(part))),
    );
    // One of another release is none of this one's places: the run begins anew.
    return kept.safeParse(found).data?.position || undefined;
  }

  async write(part: RetentionPart, position = ''): Promise<void> {
    const schema = rowSchemas.retentionPosition;
    const entity = { partitionKey: ownPartition, rowKey: positionKey(part), schema, position };
    await storageCall('write where retention left off', () => this.#table.upsertEntity(entity, 'Replace'));
  }

  async after(tenantId: string): Promise<string | undefined> {
    const filter = odata`PartitionKey gt ${tenantId === '' ? ownPartition : tenantId}`;
    const rows = this.#table.listEntities({ queryOptions: { filter, select: ['PartitionKey'] } });
    const pages = rows.byPage({ maxPageSize: 1 });
    // A page may be empty and not be the last.
    for (;;) {
      const page = await storageCall('find the next tenant with mail', () => pages.next());
      if (page.done === true) return undefined;
      const [first] = page.value;
      if (first !== undefined) return first.partitionKey;
    }
  }

  /** Only as it was listed: a job that failed may have been replayed since. */
  async #remove({ partitionKey, rowKey, etag }: Row): Promise<boolean> {
    const removed = await unless('UpdateConditionNotSatisfied', undefined, () =>
      unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(partitionKey, rowKey, { etag })),
    );
    return removed !== undefined;
  }
}

function isKnown({ rowKey, schema }: Row): boolean {
  if (rowKey.startsWith('!gate ')) return schema <= rowSchemas.gate;
  return schema <= (rowKey.startsWith('!poison ') ? rowSchemas.poisonEntry : rowSchemas.outcome);
}

/** No index helps but that of the keys: the service reads the whole table, and answers with what fits. */
function filterOf({ endedBefore, gatesIdleSince }: RowAges): string {
  const ended = terminalStates.map((state) => odata`state eq ${state}`).join(' or ');
  const before = new Date(endedBefore);
  return [
    `(${odata`updatedAt lt ${before}`} and (${ended}))`,
    odata`(RowKey ge ${'!poison '} and RowKey lt ${'!poison!'} and at lt ${before})`,
    odata`(RowKey ge ${'!gate '} and RowKey lt ${'!gate!'} and Timestamp lt ${new Date(gatesIdleSince)})`,
  ].join(' or ');
}

/** A mailbox that is held, or has given turns for days to come, is not idle. */
function isGateInUse({ rowKey, holdBy, holdUntil, lastTurn }: Row, idleSince: number): boolean {
  if (!rowKey.startsWith('!gate ')) return false;
  const isHeld = holdBy !== undefined && (holdUntil === undefined || holdUntil.getTime() > idleSince);
  return isHeld || (lastTurn !== undefined && lastTurn.getTime() > idleSince);
}
