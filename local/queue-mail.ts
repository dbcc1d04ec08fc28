/** Puts one mail job on the send queue of a running `npm start`: the smallest producer there is. */

import { QueueClient } from '@azure/storage-queue';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { queues } from '../shared/names.ts';
import { help, readArguments } from './arguments.ts';
import { customers } from './cloud/seed.ts';
import { connectionFile, startCaFile } from './start-files.ts';
import { trust } from './trust.ts';

const { contoso } = customers;
const usage = `npm run mail -- [--tenant GUID] [--from ADDRESS] [--to ADDRESS] [--subject TEXT] [--text TEXT]

Puts one mail job on the queue of a running npm start. What is left out is Contoso's.`;

const values = readArguments(usage, () =>
  parseArgs({
    options: {
      tenant: { type: 'string', default: contoso.id },
      from: { type: 'string', default: `post@${contoso.domain}` },
      to: { type: 'string', default: 'ada@customer.example' },
      subject: { type: 'string', default: 'Hello' },
      text: { type: 'string', default: 'It works.' },
      help,
    },
  }),
);
if (!existsSync(connectionFile)) {
  console.error('There is no local storage to put a mail job into. Run npm start first, in another terminal.');
  process.exit(1);
}

trust(readFileSync(startCaFile, 'utf8'));
const queue = new QueueClient(readFileSync(connectionFile, 'utf8'), queues.mailGraph);
const job = {
  version: 1,
  id: crypto.randomUUID(),
  tenant: values.tenant,
  from: values.from,
  to: [values.to],
  subject: values.subject,
  text: values.text,
};
try {
  await queue.sendMessage(JSON.stringify(job));
  console.log(`queued mail job ${job.id} on ${queues.mailGraph}`);
} catch (error) {
  console.error(`The mail job could not be queued: ${error instanceof Error ? error.message : String(error)}`);
  console.error('Is npm start still running?');
  process.exit(1);
}
