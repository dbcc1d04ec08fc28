/**
 * How many messages the queues hold, by @azure/storage-queue: an approximate count, never less than there are, which has those
 * that are hidden for a time as well.
 *
 * https://learn.microsoft.com/rest/api/storageservices/get-queue-metadata
 */

import { isRestError } from '@azure/storage-queue';
import type { QueueDepth, QueueDepths } from '../../checks/overview-sources.ts';
import { storageCall, type StorageClients } from './storage-clients.ts';
import { timeLimitOfCall } from '../time-limit.ts';

export class StorageQueueDepths implements QueueDepths {
  readonly #storage: Pick<StorageClients, 'queue'>;
  readonly #names: readonly string[];

  constructor(storage: Pick<StorageClients, 'queue'>, names: readonly string[]) {
    this.#storage = storage;
    this.#names = names;
  }

  read(): Promise<readonly QueueDepth[]> {
    return Promise.all(this.#names.map(async (name) => ({ name, messages: await this.#depthOf(name) })));
  }

  #depthOf(name: string): Promise<number | undefined> {
    return ifThere(name, async () => {
      return (await this.#storage.queue(name).getProperties(timeLimitOfCall())).approximateMessagesCount ?? 0;
    });
  }
}

/** @returns nothing where there is no such queue: the host makes a poison queue when it first needs one, the app its events queue. */
export function ifThere<T>(name: string, read: () => Promise<T>): Promise<T | undefined> {
  return storageCall(`read queue ${name}`, async () => {
    try {
      return await read();
    } catch (error) {
      if (isRestError(error) && error.code === 'QueueNotFound') return undefined;
      throw error;
    }
  });
}
