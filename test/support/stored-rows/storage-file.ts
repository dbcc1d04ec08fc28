/** Everything that lies in tables and queues, as one file: columns with their types, messages as texts. */

import { z } from 'zod';
import type { StorageClients } from '../../../shared/adapters/storage/storage-clients.ts';
import { queues, tables } from '../../../shared/names.ts';

const column = z.strictObject({
  type: z.enum(['String', 'Boolean', 'Int32', 'Int64', 'Double', 'DateTime', 'Binary']),
  value: z.union([z.string(), z.boolean()]),
});

export const storageFile = z.strictObject({
  /** Of package.json, of the code that wrote all of it. */
  release: z.string(),
  rows: z.array(
    z.strictObject({
      table: z.enum(tables),
      partitionKey: z.string(),
      rowKey: z.string(),
      etag: z.string(),
      columns: z.record(z.string(), column),
    }),
  ),
  messages: z.array(z.strictObject({ queue: z.enum(queues), text: z.string() })),
});
export type StorageFile = z.infer<typeof storageFile>;
export type StoredRow = StorageFile['rows'][number];

const keysOfService = ['partitionKey', 'rowKey', 'etag', 'timestamp', 'odata.metadata'];
const own = z.object({ partitionKey: z.string(), rowKey: z.string(), etag: z.string() });

export async function readStorage(clients: StorageClients, release: string): Promise<StorageFile> {
  const file: StorageFile = { release, rows: [], messages: [] };
  for (const table of Object.values(tables)) {
    for await (const entity of clients.table(table).listEntities({ disableTypeConversion: true })) {
      const columns = Object.entries(entity).filter(([name]) => !keysOfService.includes(name));
      file.rows.push({ table, ...own.parse(entity), columns: z.record(z.string(), column).parse(inOrder(columns)) });
    }
  }
  for (const queue of Object.values(queues)) {
    const { peekedMessageItems } = await clients.queue(queue).peekMessages({ numberOfMessages: 32 });
    const texts = peekedMessageItems.map(({ messageText }) => messageText).sort();
    file.messages.push(...texts.map((text) => ({ queue, text })));
  }
  return file;
}

/** Into empty tables and queues. Versions of rows that stand in messages become those that the rows have now. */
export async function writeStorage(clients: StorageClients, { rows, messages }: StorageFile): Promise<void> {
  const versions: [before: string, now: string][] = [];
  for (const { table, partitionKey, rowKey, etag, columns } of rows) {
    const written = await clients.table(table).createEntity({ partitionKey, rowKey, ...columns });
    versions.push([etag, written.etag ?? '']);
  }
  for (const { queue, text } of messages) {
    let sent = text;
    for (const [before, now] of versions) {
      sent = sent.replaceAll(encodeURIComponent(before), encodeURIComponent(now));
      sent = sent.replaceAll(JSON.stringify(before), JSON.stringify(now));
    }
    await clients.queue(queue).sendMessage(sent);
  }
}

function inOrder(columns: [string, unknown][]): object {
  return Object.fromEntries(columns.sort(([one], [other]) => (one < other ? -1 : 1)));
}
