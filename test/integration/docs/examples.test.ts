/** The examples for producers: those that can run here put their jobs on a real queue, the others hold jobs that are right. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { BlobContentStore } from '../../../shared/adapters/storage/blob-content-store.ts';
import { loadContent } from '../../../shared/mail/job/load-content.ts';
import { type MailJob, parseMailJob } from '../../../shared/mail/job/mail-job.ts';
import { decodeMessage, rawMessage } from '../../../shared/mail/sending/raw-message.ts';
import { containers, queues } from '../../../shared/names.ts';
import { vendor } from '../../support/cloud.ts';
import { managedIdentity } from '../../support/managed-identity.ts';
import { startStorageAccounts } from '../../support/storage-accounts.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'docs', 'examples');
const accounts = await startStorageAccounts();
after(() => accounts.stop());
const { cloud } = accounts;
const { azurite, clients } = accounts.byIdentity;
const queue = clients.queue(queues.mailGraph);

const pdf = randomBytes(100_000);
const temporary = mkdtempSync(join(tmpdir(), 'tenantpost-examples-'));
const file = join(temporary, 'invoice.pdf');
writeFileSync(file, pdf);
after(() => rmSync(temporary, { recursive: true, force: true }));

/** Where an example runs in Azure it finds a managed identity; whatever is not Node trusts the local CA by its file. */
async function environment(): Promise<Record<string, string>> {
  const credential = managedIdentity(cloud);
  return {
    PATH: process.env['PATH'] ?? '',
    QUEUE_SERVICE_URI: azurite.urls.queue,
    BLOB_SERVICE_URI: azurite.urls.blob,
    IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
    IDENTITY_HEADER: cloud.identityHeader,
    AZURE_CLIENT_ID: vendor.identityClientId,
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    SSL_CERT_FILE: cloud.caFile,
    STORAGE_TOKEN: (await credential.getToken('https://storage.azure.com/.default')).token,
  };
}

async function run(program: string, argv: readonly string[]): Promise<string> {
  const env = await environment();
  return new Promise((resolve, reject) => {
    execFile(program, argv, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') {
        reject(new Error(`These tests need ${program} on the PATH: apt-get install ${program}`));
      } else if (error) reject(new Error(`${argv.join(' ')} failed:\n${stderr}`));
      else resolve(stdout);
    });
  });
}

/** The one message on the queue, as the app reads it. */
async function queued(): Promise<MailJob> {
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
  assert.equal(receivedMessageItems.length, 1);
  const [message] = receivedMessageItems;
  assert.ok(message);
  await queue.deleteMessage(message.messageId, message.popReceipt);
  // A message that expires is a mail that is lost without a word.
  assert.equal(message.expiresOn.getUTCFullYear(), 9999);
  return parseMailJob(decodeMessage(rawMessage(message.messageText))).job;
}

/** What an example says itself that it queued. */
async function jobOf(program: string, argv: readonly string[]): Promise<MailJob> {
  const said = await run(program, argv);
  const job = await queued();
  assert.equal(said.trim(), `queued ${job.id}`);
  return job;
}

const node = (name: string, ...more: readonly string[]) =>
  jobOf(process.execPath, ['--disable-warning=ExperimentalWarning', join(folder, name), ...more]);
const python = (name: string, ...more: readonly string[]) => jobOf('python3', [join(folder, name), ...more]);

/** By file name. */
const ran = {
  'queue-mail.ts': () => node('queue-mail.ts'),
  'queue_mail.py': () => python('queue_mail.py'),
  'queue-mail-with-file.ts': () => node('queue-mail-with-file.ts', file),
  'queue_mail_with_file.py': () => python('queue_mail_with_file.py', file),
};

describe('an example', () => {
  for (const [name, example] of Object.entries(ran)) {
    test(`puts a mail job on the queue that the app takes, for as long as it takes: ${name}`, async () => {
      const job = await example();
      assert.equal(job.from, 'billing@contoso.example');
      const mail = await loadContent(job, new BlobContentStore(clients.container(containers.mailContent)));
      const attached = await Promise.all(mail.attachments.map(({ content }) => content.whole()));
      assert.deepEqual(attached, /file/.test(name) ? [pdf] : []);
    });
  }

  // What runs these is not to be had everywhere; each says which queue, and that the message must not expire.
  for (const [name, forever] of [
    ['QueueMail.cs', 'timeToLive: TimeSpan.FromSeconds(-1)'],
    ['queue-mail.ps1', 'messagettl=-1'],
    ['queue-mail.sh', '--time-to-live -1'],
  ] as const) {
    test(`holds a mail job that the app takes: ${name}`, () => {
      const text = readFileSync(join(folder, name), 'utf8');
      const [, indent = ''] = /^( *)\{$/m.exec(text) ?? [];
      const [json = ''] = new RegExp(`^${indent}\\{$[^]*?^${indent}\\}$`, 'm').exec(text) ?? [];
      const { job } = parseMailJob(JSON.parse(json) as object);
      assert.equal(job.from, 'billing@contoso.example');
      assert.deepEqual(job.to, [{ address: 'anna@customer.example', name: 'Anna Müller' }]);
      assert.ok(text.includes(queues.mailGraph));
      assert.ok(text.includes(forever));
    });
  }

  test('is in this test, whichever it is', () => {
    const known = [...Object.keys(ran), 'QueueMail.cs', 'queue-mail.ps1', 'queue-mail.sh'];
    assert.deepEqual(readdirSync(folder).sort(), known.sort());
  });
});
