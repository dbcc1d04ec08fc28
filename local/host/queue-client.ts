/** From what a binding says to the client of its queue. */

import type { QueueClient } from '@azure/storage-queue';
import { ConfigurationError } from './describe-issues.ts';
import type { Settings } from './settings.ts';
import type { StorageConnections } from './storage.ts';

/**
 * `%NAME%` expressions are resolved, and names are put into lower case (seen on host 4.1037).
 *
 * @throws MissingSettingError, ConfigurationError
 */
export function queueOf(
  binding: { queueName: string; connection: string },
  { settings, storage }: { settings: Settings; storage: StorageConnections },
): QueueClient {
  const name = settings.resolve(binding.queueName).toLowerCase();
  // https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata
  if (!/^(?!.*--)[a-z\d][a-z\d-]{1,61}[a-z\d]$/.test(name)) {
    throw new ConfigurationError(`"${name}" is no queue name: 3 to 63 letters, digits and single dashes between them.`);
  }
  return storage.queues(settings.resolve(binding.connection)).getQueueClient(name);
}
