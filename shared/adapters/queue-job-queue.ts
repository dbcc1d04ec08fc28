/** A send queue and its poison queue, by @azure/storage-queue. */

import type { ContainerClient } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import type { JobQueue, PoisonEntry } from '../mail/job-queue.ts';
import { storageCall } from './storage-clients.ts';
import { timeLimitOfCall } from './time-limit.ts';

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
      this.#queue.sendMessage(writable(text), { visibilityTimeout, messageTimeToLive: never, ...timeLimitOfCall() }),
    );
  }

  async poison({ reason, text }: PoisonEntry): Promise<void> {
    const whole = writable(JSON.stringify({ reason, message: text }));
    const message =
      Buffer.byteLength(whole) <= mostMessageBytes ? whole : JSON.stringify({ reason, blob: await this.#keep(text) });
    await storageCall('move a mail job to poison', () =>
      this.#poison.sendMessage(message, { messageTimeToLive: never, ...timeLimitOfCall() }),
    );
  }

  async #keep(text: string): Promise<string> {
    const name = `poison/${crypto.randomUUID()}.txt`;
    await storageCall('keep a poisoned mail job', () =>
      this.#overflow.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), timeLimitOfCall()),
    );
    return name;
  }
}

/**
 * The queue service takes messages as XML 1.0, which has no place for these characters, escaped or not. JSON has: inside of a
 * JSON text they can only stand in a string, where an escape means the same.
 */
function writable(json: string): string {
  return json.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
