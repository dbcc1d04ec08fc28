/**
 * Puts a mail job on the queue.
 *
 *     npm install @azure/identity @azure/storage-queue
 *     QUEUE_SERVICE_URI=https://contosomail.queue.core.windows.net node queue-mail.ts
 *
 * Whoever runs it needs the role Storage Queue Data Message Sender on the queue: your own sign-in by `az login`, or the managed
 * identity of where it runs.
 */

import { DefaultAzureCredential } from '@azure/identity';
import { QueueClient } from '@azure/storage-queue';

const { QUEUE_SERVICE_URI } = process.env;
if (QUEUE_SERVICE_URI === undefined) throw new Error('QUEUE_SERVICE_URI is not set.');

const job = {
  version: 1,
  id: 'invoice-4711',
  tenant: '11111111-aaaa-4aaa-8aaa-111111111111',
  from: 'billing@contoso.example',
  to: [{ address: 'anna@customer.example', name: 'Anna Müller' }],
  subject: 'Your invoice',
  text: 'Thank you for your order.',
  html: '<p>Thank you for your <b>order</b>.</p>',
};

const queue = new QueueClient(`${QUEUE_SERVICE_URI}/mail-graph`, new DefaultAzureCredential());
// The queue throws a message away after seven days unless it is told that this one never expires.
await queue.sendMessage(JSON.stringify(job), { messageTimeToLive: -1 });
console.log(`queued ${job.id}`);
