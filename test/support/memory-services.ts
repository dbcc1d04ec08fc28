/** The whole app over ports in memory: what `buildServices` makes, without a network, a vault or a table. */

import { Health } from '../../shared/checks/health.ts';
import { hours } from '../../shared/clock.ts';
import { log } from '../../shared/host/log.ts';
import type { MailJob } from '../../shared/mail/mail-job.ts';
import { SendMail } from '../../shared/mail/send-mail.ts';
import type { SendReceipt } from '../../shared/mail/transport.ts';
import { routePrefix, routes } from '../../shared/names.ts';
import type { Services } from '../../shared/services.ts';
import { Consent } from '../../shared/tenants/consent.ts';
import { Invitations } from '../../shared/tenants/invitation.ts';
import { Links } from '../../shared/tenants/links.ts';
import { ConsentProof } from '../../shared/tenants/prove-consent.ts';
import { WarmTokens } from '../../shared/tenants/warm-tokens.ts';
import { TokenSource } from '../../shared/tokens/token-source.ts';
import { clientId, graphResource } from './app-identity.ts';
import { noon, settableClock } from './clock.ts';
import { FakeTokenIssuer } from './fake-token-issuer.ts';
import { fixedDataKey } from './fixed-data-key.ts';
import { MemoryAuditTrail } from './memory-audit-trail.ts';
import { MemoryInvitationStore } from './memory-invitation-store.ts';
import { MemoryJobQueue } from './memory-job-queue.ts';
import { MemoryOutcomeStore } from './memory-outcome-store.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { MemoryTokenStore } from './memory-token-store.ts';
import { anExpectation } from './unsigned-token.ts';

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
    credential: {
      assertion: () => Promise.resolve('assertion'),
      describe: () => Promise.resolve({ notBefore: noon, expiresAt: noon + 365 * 24 * hours, thumbprint: 'print' }),
    },
  };
  const transport = {
    send: (job: MailJob): Promise<SendReceipt> => {
      sent.push(job);
      return Promise.resolve({ requestId: 'request-1' });
    },
  };

  const tokens = new TokenSource({
    issuer,
    store: tokenStore,
    expect: anExpectation,
    requiredRoles: { graph: ['Mail.Send'] },
    now,
    log,
  });
  const links = new Links(fixedDataKey(), now);
  const invitations = new Invitations({ store: invitationStore, links, audit, now });
  const proof = new ConsentProof({ tenants, tokens, audit, now, log });
  const services: Services = {
    publicUrl,
    warmSchedule: '0 */5 * * * *',
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
    warm: new WarmTokens({ tenants, tokens, proof, warmEverySeconds: 300, now, log }),
    sendMail: new SendMail({ tenants, tokens, proof, outcomes, queue, transport, now, log }),
    // The parts are looked up when they are asked, so that a test can break one.
    health: new Health({
      askStorage: () => parts.askStorage(),
      askVault: () => parts.askVault(),
      credential: parts.credential,
      now,
    }),
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
