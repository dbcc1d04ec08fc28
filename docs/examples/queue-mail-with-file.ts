/**
 * Puts a mail job on the queue whose attachment is too large for a queue message: the file goes into a blob, and the job has its
 * name, size and hash (claim check).
 *
 *     npm install @azure/identity @azure/storage-blob @azure/storage-queue
 *     QUEUE_SERVICE_URI=https://contosomail.queue.core.windows.net \
 *     BLOB_SERVICE_URI=https://contosomail.blob.core.windows.net node queue-mail-with-file.ts invoice.pdf
 *
 * Whoever runs it needs the roles Storage Queue Data Message Sender on the queue and Storage Blob Data Contributor on the
 * container mail-content.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DefaultAzureCredential } from '@azure/identity';
import { BlockBlobClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';

const { QUEUE_SERVICE_URI, BLOB_SERVICE_URI } = process.env;
const file = process.argv[2];
if (QUEUE_SERVICE_URI === undefined || BLOB_SERVICE_URI === undefined || file === undefined) {
  throw new Error('Set QUEUE_SERVICE_URI and BLOB_SERVICE_URI, and name a file.');
}
const credential = new DefaultAzureCredential();
const id = 'invoice-4712';

// Content first: a job whose blob is not there yet is refused. Below jobs/, with letters, digits and . _ = + @ ~ - in its name.
const content = readFileSync(file);
const blob = `jobs/${id}/invoice.pdf`;
await new BlockBlobClient(`${BLOB_SERVICE_URI}/mail-content/${blob}`, credential).uploadData(content);

const job = {
  version: 1,
  id,
  tenant: '11111111-aaaa-4aaa-8aaa-111111111111',
  from: 'billing@contoso.example',
  to: ['anna@customer.example'],
  subject: 'Your invoice',
  text: 'It is attached.',
  attachments: [
    {
      name: 'invoice.pdf',
      contentType: 'application/pdf',
      content: { blob, sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length },
    },
  ],
};

const queue = new QueueClient(`${QUEUE_SERVICE_URI}/mail-graph`, credential);
await queue.sendMessage(JSON.stringify(job), { messageTimeToLive: -1 });
console.log(`queued ${job.id}`);
