/** The send queues: one message, one mail. */

import type { InvocationContext, StorageQueueFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import { queues, storageConnection } from '../shared/names.ts';
import type { SendMail } from '../shared/mail/sending/send-mail.ts';

export const sendGraph = (graph: SendMail): StorageQueueFunctionOptions => ({
  connection: storageConnection,
  queueName: queues.mailGraph,
  handler: (item, context) => withTrigger(context, () => graph.handle(item, dequeuesOf(context))),
});

export const sendSmtp = (smtp: SendMail): StorageQueueFunctionOptions => ({
  connection: storageConnection,
  queueName: queues.mailSmtp,
  handler: (item, context) => withTrigger(context, () => smtp.handle(item, dequeuesOf(context))),
});

/** A producer's field of this name would stand in its place (seen on host 4.1037): it must not pass for many failures. */
function dequeuesOf({ triggerMetadata }: InvocationContext): number {
  const count = triggerMetadata?.['dequeueCount'];
  return typeof count === 'number' ? count : 1;
}
