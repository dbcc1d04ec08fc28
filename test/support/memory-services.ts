/** The whole app over ports in memory: what `buildServices` makes, without a network, a vault or a table. */

import { reportCredential } from '../../shared/checks/credential-report.ts';
import { Health } from '../../shared/checks/health.ts';
import { hours } from '../../shared/clock.ts';
import { log } from '../../shared/host/log.ts';
import type { MailJob } from '../../shared/mail/mail-job.ts';
import { SendMail } from '../../shared/mail/send-mail.ts';
import type { SendReceipt } from '../../shared/mail/transport.ts';
import { routePrefix, routes } from '../../shared/names.ts';
import { shards } from '../../shared/shard.ts';
import type { Services } from '../../shared/services.ts';
import { Consent } from '../../shared/tenants/consent.ts';
import { Invitations } from '../../shared/tenants/invitation.ts';
import { Links } from '../../shared/tenants/links.ts';
import { ConsentProof } from '../../shared/tenants/prove-consent.ts';
import { WarmTokens } from '../../shared/tenants/warm-tokens.ts';
import { CredentialWatch } from '../../shared/tokens/credential-watch.ts';
import { TokenSource } from '../../shared/tokens/token-source.ts';
import { clientId, graphResource } from './app-identity.ts';
import { noon, settableClock } from './clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from './credential.ts';
import { FakeTokenIssuer } from './fake-token-issuer.ts';
import { fixedDataKeys } from './fixed-data-keys.ts';
import { MemoryAuditTrail } from './memory-audit-trail.ts';
import { MemoryInvitationStore } from './memory-invitation-store.ts';
import { MemoryJobQueue } from './memory-job-queue.ts';
import { MemoryOutcomeStore } from './memory-outcome-store.ts';
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
  const outcomes = new MemoryOutcomeStore();
  const queue = new MemoryJobQueue();
  const issuer = new FakeTokenIssuer();
  const sent: MailJob[] = [];
  const parts = {
    askStorage: (): Promise<void> => Promise.resolve(),
    askVault: (): Promise<void> => Promise.resolve(),
    credential: aCredential([aProof('print', { expiresAt: noon + 365 * 24 * hours })]),
    record: new MemoryCredentialRecord(),
  };
  const credentialParts = { credential: parts.credential, record: parts.record, refreshSeconds: 600, now };
  const transport = {
    send: (job: MailJob): Promise<SendReceipt> => {
      sent.push(job);
      return Promise.resolve({ requestId: 'request-1' });
    },
  };

  const tokens = new TokenSource(tokenSourceOptions({ issuer, store: tokenStore, now, log }));
  const links = new Links(fixedDataKeys(), now);
  const invitations = new Invitations({ store: invitationStore, links, audit, now });
  const proof = new ConsentProof({ tenants, tokens, audit, now, log });
  const services: Services = {
    publicUrl,
    checkStart: () => Promise.resolve(),
    shards: shards(1),
    warmSchedule: () => '0 */5 * * * *',
    rotateDataKey: () => Promise.resolve(),
    invitations,
    consent: new Consent({
      invitations,
      store: invitationStore,
      links,
      proof,
      audit,
      now,
      log,
      authorityUrl: 'https://login.microsoftonline.com',
      clientId,
      redirectUri: `${publicUrl}/${routePrefix}/${routes.consentCallback}`,
      graphResource,
    }),
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
    sendMail: new SendMail({ tenants, tokens, proof, outcomes, queue, transport, now, log }),
    // The parts are looked up when they are asked, so that a test can break one.
    health: new Health({
      askStorage: () => parts.askStorage(),
      askVault: () => parts.askVault(),
      ...credentialParts,
    }),
    credentialReport: () => reportCredential(credentialParts),
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
    outcomes,
    queue,
    issuer,
    sent,
    parts,
    transport,
  };
}
