/**
 * A transaction of one partition whose writes know their own first attempt again, as those of table-own-write.ts do: all of
 * its rows carry the mark of the attempt.
 *
 * https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
 */

import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { unless } from './storage-clients.ts';

interface Entity {
  partitionKey: string;
  rowKey: string;
}

export interface RowWrite {
  readonly entity: Entity;
  /** `insert`: the row is to be new. `replace`: it is to be at that version. `put`: whatever was there. */
  readonly as: { readonly kind: 'insert' | 'put' } | { readonly kind: 'replace'; readonly etag: string };
}

/** Another writer has made, changed or removed a row. The message then begins with the row's place in the transaction. */
const conflicts = ['EntityAlreadyExists', 'UpdateConditionNotSatisfied', 'ResourceNotFound'] as const;

/** A version that no row has any more. */
const pastVersion = `W/"datetime'1601-01-01T00%3A00%3A00.0000000Z'"`;

const refusal = z.object({ code: z.enum(conflicts), message: z.string() });
const marked = z.object({ writeId: z.string().optional(), etag: z.string() });

/** @returns the new version of each row; nothing when one of them was another writer's, and then none is written. */
export async function writeTogether(
  table: TableClient,
  writes: readonly RowWrite[],
): Promise<readonly string[] | undefined> {
  const writeId = crypto.randomUUID();
  try {
    const { subResponses } = await table.submitTransaction(writes.map((write) => actionOf(write, writeId)));
    return subResponses.map(({ etag = '' }) => etag);
  } catch (error) {
    const { success, data } = refusal.safeParse(error);
    if (!success) throw error;
    // The service goes by their order, so our own first attempt is met at the first row that has a condition.
    const place = /^(\d+):/.exec(data.message)?.[1];
    const first = writes.findIndex(({ as }) => as.kind !== 'put');
    if (place !== undefined && Number(place) !== first) return undefined;
    return ownVersions(table, writes, first, writeId);
  }
}

function actionOf({ entity, as }: RowWrite, writeId: string): TransactionAction {
  const row = { ...entity, writeId };
  switch (as.kind) {
    case 'insert':
      return ['create', row];
    case 'put':
      return ['upsert', row, 'Replace'];
    case 'replace':
      return ['update', row, 'Replace', { etag: as.etag }];
  }
}

/** One row with our mark shows that all were written; another of them may have been changed again since. */
async function ownVersions(
  table: TableClient,
  writes: readonly RowWrite[],
  first: number,
  writeId: string,
): Promise<readonly string[] | undefined> {
  const ownVersion = async ({ entity: { partitionKey, rowKey } }: RowWrite): Promise<string> => {
    const queryOptions = { select: ['writeId'] };
    const found = marked.safeParse(
      await unless('ResourceNotFound', undefined, () => table.getEntity(partitionKey, rowKey, { queryOptions })),
    );
    return found.success && found.data.writeId === writeId ? found.data.etag : pastVersion;
  };
  const [met] = writes.slice(first);
  if (met === undefined || (await ownVersion(met)) === pastVersion) return undefined;
  return Promise.all(writes.map(ownVersion));
}
