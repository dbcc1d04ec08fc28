/** A send queue and its poison queue, by @azure/storage-queue. */

import type { ContainerClient } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import type { JobQueue, PoisonEntry } from '../mail/job-queue.ts';
import { storageCall } from './storage-clients.ts';

/** A message that waits must not expire: the service's default is seven days, after which it is silently gone. */
const never = -1;

/** https://learn.microsoft.com/azure/storage/queues/storage-queues-introduction */
const mostMessageBytes = 64 * 1024;
const mostDelaySeconds = 7 * 24 * 60 * 60;

export class QueueJobQueue implements JobQueue {
  readonly #queue: QueueClient;
  readonly #poison: QueueClient;
  readonly #overflow: ContainerClient;

  /** @param overflow where the text of a poison entry goes that does not fit a message together with its reason. */
  constructor(queue: QueueClient, poison: QueueClient, overflow: ContainerClient) {
    this.#queue = queue;
    this.#poison = poison;
    this.#overflow = overflow;
  }

  async putBack(text: string, delayMilliseconds: number): Promise<void> {
    const visibilityTimeout = Math.min(Math.ceil(delayMilliseconds / 1000), mostDelaySeconds);
    await storageCall('put a mail job back', () =>
      this.#queue.sendMessage(text, { visibilityTimeout, messageTimeToLive: never }),
    );
  }

  async poison({ reason, text }: PoisonEntry): Promise<void> {
    const whole = JSON.stringify({ reason, message: text });
    const message =
      Buffer.byteLength(whole) <= mostMessageBytes ? whole : JSON.stringify({ reason, blob: await this.#keep(text) });
    await storageCall('move a mail job to poison', () =>
      this.#poison.sendMessage(message, { messageTimeToLive: never }),
    );
  }

  async #keep(text: string): Promise<string> {
    const name = `poison/${crypto.randomUUID()}.txt`;
    await storageCall('keep a poisoned mail job', () =>
      this.#overflow.getBlockBlobClient(name).upload(text, Buffer.byteLength(text)),
    );
    return name;
  }
}
