/** What the Functions host took from a send queue after five failures: it gets its entry in poison like everything else. */

import type { StorageQueueFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import type { CollectPoison } from '../shared/mail/operating/collect-poison.ts';
import { storageConnection } from '../shared/names.ts';

export const collectPoison = (collector: CollectPoison, queueName: string): StorageQueueFunctionOptions => ({
  connection: storageConnection,
  queueName,
  // Such a queue has no poison queue of its own: what fails here comes again when its lock ends (seen on host 4.1037).
  handler: (item, context) => withTrigger(context, () => collector.handle(item)),
});
