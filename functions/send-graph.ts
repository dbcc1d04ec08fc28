/** The send queue of Graph: one message, one mail. */

import type { StorageQueueFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import { queues, storageConnection } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const sendGraph = ({ sendMail }: Services): StorageQueueFunctionOptions => ({
  connection: storageConnection,
  queueName: queues.mailGraph,
  handler: (item, context) => withTrigger(context, () => sendMail.handle(item)),
});
