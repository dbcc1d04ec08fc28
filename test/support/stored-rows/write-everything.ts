/**
 * Every kind of row and message that this app leaves in its tables and queues, written by its own code: the real adapters, and
 * the use cases that drive them. `npm run rows` keeps what comes of it as the file of a release, which later releases must read.
 */

import { setImmediate } from 'node:timers/promises';
import { QueueJobQueue } from '../../../shared/adapters/storage/queue-job-queue.ts';
import type { StorageClients } from '../../../shared/adapters/storage/storage-clients.ts';
import { TableAuditTrail } from '../../../shared/adapters/storage/table-audit-trail.ts';
import { TableCheckHistory } from '../../../shared/adapters/storage/table-check-history.ts';
import { TableConsoleSessions } from '../../../shared/adapters/storage/table-console-sessions.ts';
import { TableCredentialRecord } from '../../../shared/adapters/storage/table-credential-record.ts';
import { TableInvitationStore } from '../../../shared/adapters/storage/table-invitation-store.ts';
import { TableMailRetention } from '../../../shared/adapters/storage/table-mail-retention.ts';
import { TableMailStore } from '../../../shared/adapters/storage/table-mail-store.ts';
import { TableRenewalClaims } from '../../../shared/adapters/storage/table-renewal-claims.ts';
import { TableTenantStore } from '../../../shared/adapters/storage/table-tenant-store.ts';
import { TableTokenStore } from '../../../shared/adapters/storage/table-token-store.ts';
import { VaultDataKeys } from '../../../shared/adapters/vault/vault-data-keys.ts';
import { hours, minutes } from '../../../shared/clock.ts';
import { TenantpostError } from '../../../shared/errors.ts';
import type { Claimed, SendReceipt } from '../../../shared/mail/carrier.ts';
import { MailboxGate } from '../../../shared/mail/gate/mailbox-gate.ts';
import type { JobQueue } from '../../../shared/mail/job-queue.ts';
import { CancelJob } from '../../../shared/mail/operating/cancel-job.ts';
import { Mailboxes } from '../../../shared/mail/operating/mailboxes.ts';
import { SubmitJobs } from '../../../shared/mail/operating/submit-jobs.ts';
import { noMetrics } from '../../../shared/metrics.ts';
import { queues, tables } from '../../../shared/names.ts';
import { sealing } from '../../../shared/tokens/sealing.ts';
import { noTracing } from '../../../shared/tracing.ts';
import { clientId, contoso, fabrikam } from '../app-identity.ts';
import { noon } from '../clock.ts';
import { aMailJob } from '../mail-job.ts';
import { aMailRoomWith, mailboxLimits } from '../mail-room.ts';
import { recordingLog } from '../recording-log.ts';
import { aTenant } from '../tenant.ts';
import { aToken } from '../unsigned-token.ts';
import { phraseVault } from './phrase-vault.ts';

const log = recordingLog().log;
const days = 24 * hours;

/** What stands in the rows, for whoever reads them. */
export const written = {
  installation: { cloud: 'public', authorityUrl: 'https://login.microsoftonline.com', clientId },
  uploadUrl: 'https://outlook.office365.com/api/v2.0/upload?token=of-the-draft',
  upload: { draftId: 'AAMkAD-draft', step: 'attaching', attached: 1, next: 4_194_304 },
  secondTenant: fabrikam,
} as const;

export function dataKeysIn(clients: StorageClients, now: () => number = () => noon): VaultDataKeys {
  return new VaultDataKeys({ ...phraseVault(), table: clients.table(tables.tokens), now, log });
}

/** The address of an upload is sealed for its tenant and job, as the carrier for Graph does it. */
export const uploadOf = (id: string): string => JSON.stringify([contoso, id, 'upload']);

export async function writeEverything(clients: StorageClients): Promise<void> {
  await writeTenants(clients);
  await writeTokens(clients);
  await writeRecords(clients);
  await writeMail(clients);
}

async function writeTenants(clients: StorageClients): Promise<void> {
  const tenants = new TableTenantStore(clients.table(tables.tenants), log);
  await tenants.save(
    aTenant({
      rights: ['Mail.Send', 'SMTP.SendAsApp'],
      granted: ['Mail.Send'],
      domain: 'contoso.example',
      mailboxes: ['billing@contoso.example'],
      scoped: true,
    }),
  );
  await tenants.setDelivery(contoso, { delivery: 'exactly-once', onUnknown: 'resend' });
  await tenants.replace(undefined, {
    id: fabrikam,
    state: 'degraded',
    since: noon,
    code: 'APP_BLOCKED',
    claimed: true,
  });

  const invitations = new TableInvitationStore(clients.table(tables.invitations));
  const id = 'aaaaaaaa-0000-4000-8000-000000000001';
  await invitations.insert({
    id,
    createdAt: noon,
    expiresAt: noon + 72 * hours,
    tenantId: contoso,
    domain: 'contoso.example',
    rights: ['Mail.Send'],
    mailboxes: ['billing@contoso.example'],
    returnUrl: 'https://vendor.example/done',
    scoped: true,
  });
  await invitations.bind(id, contoso);
  const open = 'aaaaaaaa-0000-4000-8000-000000000002';
  await invitations.insert({ id: open, createdAt: noon, expiresAt: noon + 72 * hours });
  await invitations.revoke(open, noon + 1 * hours);
  await invitations.consumeState('state-1', noon + 1 * hours);

  const audit = new TableAuditTrail(clients.table(tables.consents));
  await audit.append({ kind: 'tenant-active', at: noon, tenantId: contoso, invitationId: id });
  await audit.append({
    kind: 'consent-declined',
    at: noon,
    claimedTenant: fabrikam,
    code: 'CONSENT_DECLINED',
    description: 'access_denied: AADSTS65004',
  });
  await new TableConsoleSessions(clients.table(tables.invitations)).insert({ id: 'session-1', startedAt: noon });
}

async function writeTokens(clients: StorageClients): Promise<void> {
  const table = clients.table(tables.tokens);
  const tokens = new TableTokenStore(table, dataKeysIn(clients), written.installation);
  await tokens.write(aToken());
  const claims = new TableRenewalClaims(table, () => noon);
  await claims.claim(contoso, 'graph', noon + 15_000);
  await claims.claim(contoso, 'outlook', noon + 15_000);
  await claims.release(contoso, 'outlook', { code: 'ENTRA_THROTTLED', aadsts: 90055, retryAfterSeconds: 60 });
}

async function writeRecords(clients: StorageClients): Promise<void> {
  const record = new TableCredentialRecord(clients.table(tables.credentials));
  const expiresAt = noon + 30 * days;
  await record.noteUse({ proofId: 'a1b2', kind: 'certificate', usedAt: noon, expiresAt, registeredAs: 'A1B2' });
  await record.firstWarning({ proofId: 'a1b2', expiresAt, days: 30 });
  const failing = { key: 'storage', code: 'STORAGE_UNAVAILABLE', since: noon, seenAt: noon + 1 * hours } as const;
  await new TableCheckHistory(clients.table(tables.checks)).write(contoso, { kept: [failing], gone: [] });
  await new TableMailRetention(clients.table(tables.mail)).write('rows', 'where-it-left-off');
}

/** One job for each way in which one can stand. */
async function writeMail(clients: StorageClients): Promise<void> {
  const store = new TableMailStore(clients.table(tables.mail));
  const [intake, due] = [onQueue(clients, queues.mailGraph), onQueue(clients, queues.mailGraphDue)];
  const gate = new MailboxGate(
    store,
    () => noon,
    () => Promise.resolve(),
  );
  const room = aMailRoomWith({ store, gate, queue: due, wait: () => Promise.resolve() });
  const { sendMail, carrier, content, clock, events } = room;
  const answers: Record<string, (claimed: Claimed) => Promise<SendReceipt>> = {
    failed: () => Promise.reject(refusal('MAILBOX_NOT_FOUND')),
    unknown: () => Promise.reject(refusal('SEND_UNCONFIRMED')),
    resend: () => Promise.reject(refusal('SEND_UNCONFIRMED')),
    throttled: () => Promise.reject(refusal('SEND_THROTTLED')),
    upload: beginUpload,
    killed: async (claimed) => {
      await beginUpload(claimed).catch(() => undefined);
      underWay.resolve();
      return new Promise(() => {});
    },
  };
  const underWay = Promise.withResolvers<void>();
  const seal = sealing(dataKeysIn(clients), 'seal uploads');
  async function beginUpload({ mail, record }: Claimed): Promise<never> {
    const { next, ...progress } = written.upload;
    await record({
      ...progress,
      upload: { sealedUrl: await seal.seal(written.uploadUrl, uploadOf(mail.job.id)), next },
    });
    throw refusal('MAILBOX_PACED');
  }
  carrier.answer = (claimed) =>
    (answers[claimed.mail.job.id] ?? (() => Promise.resolve({ requestId: 'request-1' })))(claimed);
  const aJob = (id: string, more: Record<string, unknown> = {}) =>
    aMailJob({ id, from: `${id}@contoso.example`, ...more });
  const take = (id: string, more: Record<string, unknown> = {}) => sendMail.handle(JSON.stringify(aJob(id, more)));

  await take('sent');
  await take('failed');
  await take('unknown', { onUnknown: 'hold' });
  await take('resend', { onUnknown: 'resend' });
  await take('throttled');
  await take('upload', { delivery: 'exactly-once' });
  await take('refused', { tenant: written.secondTenant });
  await take('later', { notBefore: new Date(noon + 2 * hours).toISOString() });
  await sendMail.handle('no job at all');
  // Four go at once; the others are given a turn.
  const blast = Array.from({ length: 6 }, (_, at) => `blast-${at + 1}`);
  await Promise.all(blast.map((id) => take(id, { from: 'blast@contoso.example' })));
  const killed = JSON.stringify(aJob('killed', { delivery: 'exactly-once' }));
  await intake.put(killed, 0);
  void sendMail.handle(killed);
  await underWay.promise;
  await setImmediate();

  const measuring = { metrics: noMetrics, tracing: noTracing };
  const others = { store, gate, limits: mailboxLimits, now: clock.now, log, ...measuring };
  const submit = new SubmitJobs({ ...others, queues: { graph: intake }, content });
  await submit.submit(aJob('submitted'), 'graph');
  await submit.submit(aJob('cancelled'), 'graph');
  await new CancelJob({ ...others, events }).cancel(contoso, 'cancelled');
  await new CancelJob({ ...others, events }).cancel(contoso, 'cancelled-before');
  const until = noon + 90 * minutes;
  await new Mailboxes(others).hold(contoso, 'held@contoso.example', { until, reason: 'A wrong template' });

  // Producers write JSON, or base64 of it.
  await intake.put(JSON.stringify(aJob('plain')), 0);
  await intake.put(Buffer.from(JSON.stringify(aJob('base64'))).toString('base64'), 0);
  await onQueue(clients, queues.mailGraphPoison).put(JSON.stringify(aJob('given-up')), 0);
  events.publish = () => Promise.reject(new TenantpostError('STORAGE_UNAVAILABLE', 'The queue of events is away.'));
  await take('untold');
}

/** Whatever is put there is there at once: what is hidden for a time cannot be looked at. */
function onQueue(clients: StorageClients, name: string): JobQueue {
  const queue = new QueueJobQueue(clients.queue(name));
  return { put: (text) => queue.put(text, 0) };
}

function refusal(code: 'MAILBOX_NOT_FOUND' | 'SEND_UNCONFIRMED' | 'SEND_THROTTLED' | 'MAILBOX_PACED'): TenantpostError {
  const detail = { serviceCode: `Service${code}`, requestId: 'request-2', retryAfterSeconds: 600 };
  return new TenantpostError(code, 'As the service answered.', { detail });
}
