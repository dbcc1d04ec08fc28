/** The whole app over ports in memory: what `buildServices` makes, without a network, a vault or a table. */

import { reportCredential } from '../../shared/checks/credential-report.ts';
import { Health } from '../../shared/checks/health.ts';
import { hours, minutes } from '../../shared/clock.ts';
import { log } from '../../shared/host/log.ts';
import { CollectPoison } from '../../shared/mail/operating/collect-poison.ts';
import { noEvents } from '../../shared/mail/events.ts';
import { MailApi } from '../../shared/mail/operating/mail-api.ts';
import { MailboxGate } from '../../shared/mail/gate/mailbox-gate.ts';
import { buildPages } from '../../shared/page-services.ts';
import { Retention } from '../../shared/mail/operating/retention.ts';
import { shards } from '../../shared/shard.ts';
import type { Services } from '../../shared/services.ts';
import { Links } from '../../shared/tenants/links.ts';
import { WarmTokens } from '../../shared/tenants/warm-tokens.ts';
import { CredentialWatch } from '../../shared/tokens/credential-watch.ts';
import { TokenSource } from '../../shared/tokens/token-source.ts';
import { noTracing } from '../../shared/tracing.ts';
import { clientId } from './app-identity.ts';
import { noon, settableClock } from './clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from './credential.ts';
import { aDoctor } from './doctor.ts';
import { FakeTokenIssuer } from './fake-token-issuer.ts';
import { fixedDataKeys } from './fixed-data-keys.ts';
import { MemoryAuditTrail } from './memory-audit-trail.ts';
import { memoryConsole } from './memory-console.ts';
import { MemoryInvitationStore } from './memory-invitation-store.ts';
import { MemoryJobQueue } from './memory-job-queue.ts';
import { aMailRoom, mailboxLimits } from './mail-room.ts';
import { MemoryContentStore } from './memory-content-store.ts';
import { MemoryMailStore } from './memory-mail-store.ts';
import { memoryTenants } from './memory-tenants.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { MemoryTokenStore } from './memory-token-store.ts';
import { recordingMetrics } from './recording-metrics.ts';
import { tokenSourceOptions } from './token-source.ts';

export function memoryServices(publicUrl = 'https://mail.example.com') {
  const { now, advance } = settableClock();
  const tenants = new MemoryTenantStore();
  const tokenStore = new MemoryTokenStore();
  const invitationStore = new MemoryInvitationStore();
  const audit = new MemoryAuditTrail();
  const store = new MemoryMailStore();
  const queue = new MemoryJobQueue();
  const content = new MemoryContentStore();
  const issuer = new FakeTokenIssuer();
  const parts = {
    askStorage: (): Promise<void> => Promise.resolve(),
    askVault: (): Promise<void> => Promise.resolve(),
    credential: aCredential([aProof('print', { expiresAt: noon + 365 * 24 * hours })]),
    record: new MemoryCredentialRecord(),
  };
  const credentialParts = { credential: parts.credential, record: parts.record, refreshSeconds: 600, now };
  const nothing = { sweep: () => Promise.resolve({ removed: 0, failed: 0 }) };
  const mail = {
    ...{ store, tenants, queue, content, now, log },
    queues: { graph: queue },
    gate: new MailboxGate(store, now, () => Promise.resolve()),
    limits: mailboxLimits,
    events: noEvents,
    times: { messageLock: 10 * minutes, settle: 5 * minutes },
    mailTenants: { after: () => Promise.resolve(undefined) },
    metrics: recordingMetrics(),
    tracing: noTracing,
  };

  const tokens = new TokenSource(tokenSourceOptions({ issuer, store: tokenStore, now, log }));
  const links = new Links(fixedDataKeys(), now);
  const memory = memoryTenants({ publicUrl, tenants, invitationStore, audit, links, tokens, now, log });
  const { proof, outside } = memory;
  const watching = memoryConsole({
    ...{ tenants, invitations: invitationStore, links, store, now, log },
    credentials: () => reportCredential(credentialParts),
  });
  const services: Services = {
    publicUrl,
    checkStart: () => Promise.resolve(),
    telemetry: { isOn: false, capabilities: {}, start: () => Promise.resolve(), stop: () => Promise.resolve() },
    shards: shards(1),
    warmSchedule: () => '0 */5 * * * *',
    rotateDataKey: () => Promise.resolve(),
    ...memory.services,
    ...buildPages(
      { vendor: { name: 'Mailworks', support: undefined }, clientId, publicUrl },
      { links, tenants, invitations: invitationStore, proof, now, log },
    ),
    tokens,
    warm: new WarmTokens({
      tenants,
      tokens,
      index: tokenStore,
      proof,
      resources: ['graph'],
      warmEverySeconds: 300,
      now,
      wait: () => Promise.resolve(),
      log,
      metrics: recordingMetrics(),
    }),
    ...watching.services,
    mail: { graph: { send: aMailRoom().sendMail, collectPoison: new CollectPoison({ ...mail, transport: 'graph' }) } },
    mailApi: new MailApi(mail),
    retention: new Retention({
      ...{ rows: nothing, content: nothing, now, log, retentionDays: 30 },
      positions: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() },
    }),
    retentionSchedule: '0 0 * * * *',
    // The parts are looked up when they are asked, so that a test can break one.
    health: new Health({
      askStorage: () => parts.askStorage(),
      askVault: () => parts.askVault(),
      ...credentialParts,
    }),
    doctor: aDoctor(),
    credentialReport: () => reportCredential(credentialParts),
    figuresWatch: undefined,
    credentialWatch: new CredentialWatch({ ...credentialParts, metrics: recordingMetrics(), log }),
  };
  return {
    services,
    advance,
    now,
    tenants,
    tokenStore,
    invitationStore,
    audit,
    store,
    queue,
    content,
    issuer,
    parts,
    outside,
    figures: watching.figures,
  };
}
