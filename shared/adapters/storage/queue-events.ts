/** The events queue, by @azure/storage-queue. */

import { isRestError, type QueueClient } from '@azure/storage-queue';
import { type Events, jobEnded } from '../../mail/events.ts';
import type { Outcome } from '../../mail/outcome.ts';
import { storageCall } from './storage-clients.ts';
import { timeLimitOfCall } from '../time-limit.ts';

/** The service's default is seven days: a consumer that was down for longer would never be told. */
const never = -1;

export class QueueEvents implements Events {
  readonly #queue: QueueClient;

  constructor(queue: QueueClient) {
    this.#queue = queue;
  }

  publish(outcome: Outcome): Promise<void> {
    const text = JSON.stringify(jobEnded(outcome));
    return storageCall('publish the end of a mail job', async () => {
      try {
        await this.#send(text);
      } catch (error) {
        if (!isMissing(error)) throw error;
        // The queue is named by a setting, so nobody may have made it.
        await this.#queue.createIfNotExists(timeLimitOfCall());
        await this.#send(text);
      }
    });
  }

  async #send(text: string): Promise<void> {
    await this.#queue.sendMessage(text, { messageTimeToLive: never, ...timeLimitOfCall() });
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/queue-service-error-codes */
function isMissing(error: unknown): boolean {
  return isRestError(error) && error.code === 'QueueNotFound';
}
