/** A send queue, by @azure/storage-queue. */

import type { QueueClient } from '@azure/storage-queue';
import type { JobQueue } from '../../mail/job-queue.ts';
import { storageCall } from './storage-clients.ts';
import { timeLimitOfCall } from '../time-limit.ts';

/** A message that waits must not expire: the service's default is seven days, after which it is silently gone. */
const never = -1;

/** https://learn.microsoft.com/rest/api/storageservices/put-message */
const mostDelaySeconds = 7 * 24 * 60 * 60;

export class QueueJobQueue implements JobQueue {
  readonly #queue: QueueClient;

  constructor(queue: QueueClient) {
    this.#queue = queue;
  }

  async put(text: string, delayMilliseconds: number): Promise<void> {
    const visibilityTimeout = Math.max(0, Math.min(Math.ceil(delayMilliseconds / 1000), mostDelaySeconds));
    await storageCall('put a mail job on its queue', () =>
      this.#queue.sendMessage(writable(text), { visibilityTimeout, messageTimeToLive: never, ...timeLimitOfCall() }),
    );
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
