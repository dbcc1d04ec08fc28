/** Sessions of the console that are open, one row each; whoever removes the row ends the session. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { ConsoleSession, ConsoleSessionStore } from '../../checks/console-sessions.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';

/** Beside invitations, whose rows are short-lived leaves as well. */
const partition = 'console-session';

const row = z.object({ rowKey: z.string() });
const session = row.extend({ schema: schemaOf('consoleSession') });

export class TableConsoleSessions implements ConsoleSessionStore {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async insert({ id, startedAt }: ConsoleSession): Promise<void> {
    const entity = {
      ...{ partitionKey: partition, rowKey: id, schema: rowSchemas.consoleSession },
      startedAt: new Date(startedAt),
    };
    // An id is random and nobody's else, so that writing it again is writing it.
    await storageCall('write a session of the console', () => this.#table.upsertEntity(entity, 'Replace'));
  }

  async has(id: string): Promise<boolean> {
    const found = await storageCall('read a session of the console', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(partition, id)),
    );
    // One that a newer release has opened may mean something else; its holder opens another.
    return session.safeParse(found).success;
  }

  async remove(id: string): Promise<void> {
    await storageCall('end a session of the console', () =>
      unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(partition, id)),
    );
  }

  async removeAll(startedBefore?: number): Promise<number> {
    const filter =
      startedBefore === undefined
        ? odata`PartitionKey eq ${partition}`
        : odata`PartitionKey eq ${partition} and startedAt lt ${new Date(startedBefore)}`;
    const rows = this.#table.listEntities({ queryOptions: { filter } })[Symbol.asyncIterator]();
    const found: z.infer<typeof row>[] = [];
    for (;;) {
      const next = await storageCall('list sessions of the console', () => rows.next());
      if (next.done === true) break;
      found.push(row.parse(next.value));
    }
    for (const { rowKey } of found) await this.remove(rowKey);
    return found.length;
  }
}
