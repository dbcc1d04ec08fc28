/** The send queues, for new jobs and for those whose turn has come: one message, one mail. */

import type { InvocationContext, StorageQueueFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import { storageConnection } from '../shared/names.ts';
import type { SendMail } from '../shared/mail/sending/send-mail.ts';

export const sendMail = (sender: SendMail, queueName: string): StorageQueueFunctionOptions => ({
  connection: storageConnection,
  queueName,
  handler: (item, context) => withTrigger(context, () => sender.handle(item, dequeuesOf(context))),
});

/** A producer's field of this name would stand in its place (seen on host 4.1037): it must not pass for many failures. */
function dequeuesOf({ triggerMetadata }: InvocationContext): number {
  const count = triggerMetadata?.['dequeueCount'];
  return typeof count === 'number' ? count : 1;
}
