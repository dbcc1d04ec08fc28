/**
 * Writes on a condition that know their own first attempt again. The SDK asks once more when an answer is lost or is a 5xx;
 * the second request then fails on the row that the first one wrote, and a claim that is ours would look like another's.
 */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { unless } from './storage-clients.ts';

interface Entity {
  partitionKey: string;
  rowKey: string;
}

const mark = z.object({ writeId: z.string().optional(), etag: z.string() });

/** @returns the row's version, or nothing when somebody else's row is there. */
export async function insertIfAbsent(table: TableClient, entity: Entity): Promise<string | undefined> {
  const writeId = crypto.randomUUID();
  const written = await unless('EntityAlreadyExists', undefined, () => table.createEntity({ ...entity, writeId }));
  return written?.etag ?? ownVersion(table, entity, writeId);
}

/** @returns the new version, or nothing when somebody else has changed the row since `etag`. */
export function replaceIfUnchanged(table: TableClient, entity: Entity, etag: string): Promise<string | undefined> {
  return updateIfUnchanged(table, entity, 'Replace', etag);
}

/** The same, and leaves columns alone that it does not name. A row that is gone has been changed. */
export function mergeIfUnchanged(table: TableClient, entity: Entity, etag: string): Promise<string | undefined> {
  return unless('ResourceNotFound', undefined, () => updateIfUnchanged(table, entity, 'Merge', etag));
}

async function updateIfUnchanged(
  table: TableClient,
  entity: Entity,
  mode: 'Merge' | 'Replace',
  etag: string,
): Promise<string | undefined> {
  const writeId = crypto.randomUUID();
  const written = await unless('UpdateConditionNotSatisfied', undefined, () =>
    table.updateEntity({ ...entity, writeId }, mode, { etag }),
  );
  return written?.etag ?? ownVersion(table, entity, writeId);
}

async function ownVersion(
  table: TableClient,
  { partitionKey, rowKey }: Entity,
  writeId: string,
): Promise<string | undefined> {
  const found = mark.safeParse(
    await unless('ResourceNotFound', undefined, () => table.getEntity(partitionKey, rowKey)),
  );
  return found.success && found.data.writeId === writeId ? found.data.etag : undefined;
}
