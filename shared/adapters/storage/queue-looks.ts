/**
 * How many messages queues hold, and since when the next one waits, by @azure/storage-queue. A peek shows what is due and
 * changes nothing: https://learn.microsoft.com/rest/api/storageservices/peek-messages
 */

import type { QueueLook, QueueLooks } from '../../checks/figures-watch.ts';
import { timeLimitOfCall } from '../time-limit.ts';
import { ifThere } from './queue-depths.ts';
import type { StorageClients } from './storage-clients.ts';

export class StorageQueueLooks implements QueueLooks {
  readonly #storage: Pick<StorageClients, 'queue'>;
  readonly #names: readonly string[];

  constructor(storage: Pick<StorageClients, 'queue'>, names: readonly string[]) {
    this.#storage = storage;
    this.#names = names;
  }

  async read(): Promise<readonly QueueLook[]> {
    const looks = await Promise.all(this.#names.map((name) => this.#look(name)));
    return looks.filter((one) => one !== undefined);
  }

  #look(name: string): Promise<QueueLook | undefined> {
    return ifThere(name, async () => {
      const queue = this.#storage.queue(name);
      const [{ approximateMessagesCount = 0 }, { peekedMessageItems }] = await Promise.all([
        queue.getProperties(timeLimitOfCall()),
        queue.peekMessages({ numberOfMessages: 1, ...timeLimitOfCall() }),
      ]);
      const [next] = peekedMessageItems;
      return { name, messages: approximateMessagesCount, oldestAt: next?.insertedOn.getTime() };
    });
  }
}
