/** Tables, queues and containers of one test in an account that several share: they have its name before or behind theirs. */

import type { StorageClients } from '../../../shared/adapters/storage/storage-clients.ts';
import { containers, queues, tables } from '../../../shared/names.ts';

/** @param only the one table that is looked at, where nothing else is. */
export async function ownAccount(shared: StorageClients, name: string, only?: string): Promise<StorageClients> {
  const own: StorageClients = {
    table: (table) => shared.table(`${name}${table}`),
    queue: (queue) => shared.queue(`${name}-${queue}`),
    container: (container) => shared.container(`${name}-${container}`),
  };
  if (only !== undefined) {
    await own.table(only).createTable();
    return own;
  }
  await Promise.all([
    ...Object.values(tables).map((table) => own.table(table).createTable()),
    ...Object.values(queues).map((queue) => own.queue(queue).create()),
    ...Object.values(containers).map((container) => own.container(container).create()),
  ]);
  return own;
}
