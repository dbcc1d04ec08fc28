/** One cheap read of each table, queue and container: whether they are there, and whether the identity may read them. */

import { odata } from '@azure/data-tables';
import { containers, queues, tables } from '../../names.ts';
import { timeLimitOfCall } from '../time-limit.ts';
import { StorageQueueDepths } from './queue-depths.ts';
import { type StorageClients, storageCall } from './storage-clients.ts';

/** A partition that no row is in: the answer is empty, however large the table is. */
const queryOptions = { filter: odata`PartitionKey eq ${'!'}` };

/**
 * @param eventsQueue may be missing: the app makes it with the first event.
 * @throws TenantpostError `STORAGE_UNAVAILABLE` of the first of them that cannot be read.
 */
export async function askStorage(storage: StorageClients, eventsQueue: string | undefined): Promise<void> {
  const asked = await Promise.allSettled([
    ...Object.values(tables).map((name) =>
      storageCall(`read table ${name}`, () => storage.table(name).listEntities({ queryOptions }).byPage().next()),
    ),
    ...Object.values(queues).map((name) =>
      storageCall(`read queue ${name}`, () => storage.queue(name).getProperties(timeLimitOfCall())),
    ),
    ...Object.values(containers).map((name) =>
      storageCall(`read container ${name}`, () => storage.container(name).getProperties(timeLimitOfCall())),
    ),
    ...(eventsQueue === undefined ? [] : [new StorageQueueDepths(storage, [eventsQueue]).read()]),
  ]);
  const failed = asked.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
