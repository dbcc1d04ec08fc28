/** Everything about tenants over ports in memory: what `buildTenants` makes. */

import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import { routePrefix, routes } from '../../shared/names.ts';
import type { TenantServices } from '../../shared/tenant-services.ts';
import { Consent } from '../../shared/tenants/consent.ts';
import { InvitationRetention } from '../../shared/tenants/invitation-retention.ts';
import { Invitations } from '../../shared/tenants/invitations.ts';
import type { Links } from '../../shared/tenants/links.ts';
import type { Erased } from '../../shared/tenants/offboarding.ts';
import { ConsentProof } from '../../shared/tenants/prove-consent.ts';
import { TenantApi } from '../../shared/tenants/tenant-api.ts';
import type { TokenSource } from '../../shared/tokens/token-source.ts';
import { clientId, graphResource } from './app-identity.ts';
import type { MemoryAuditTrail } from './memory-audit-trail.ts';
import type { MemoryInvitationStore } from './memory-invitation-store.ts';
import type { MemoryTenantStore } from './memory-tenant-store.ts';
import { aDirectory } from './tenant-directory.ts';

interface Parts {
  readonly publicUrl: string;
  readonly tenants: MemoryTenantStore;
  readonly invitationStore: MemoryInvitationStore;
  readonly audit: MemoryAuditTrail;
  readonly links: Links;
  readonly tokens: TokenSource;
  readonly now: Clock;
  readonly log: Log;
}

export function memoryTenants({ publicUrl, tenants, invitationStore, audit, links, tokens, now, log }: Parts) {
  const directory = aDirectory();
  const installation = { resources: ['graph'] as const, delivery: 'standard' as const };
  const outside = {
    maySend: (_tenantId: string, _mailbox: string): Promise<void> => Promise.resolve(),
    erase: (_tenantId: string): Promise<Erased> => Promise.resolve({ deleted: {}, isWhole: true }),
  };
  const proof = new ConsentProof({
    ...{ tenants, tokens, audit, now, log, resources: installation.resources },
    probe: { maySend: (tenantId, mailbox) => outside.maySend(tenantId, mailbox) },
  });
  const shared = { tenants, directory, audit, installation, now, log };
  const invitations = new Invitations({
    ...{ ...shared, store: invitationStore, links },
    returnOrigins: ['https://portal.example.com'],
  });
  const services: TenantServices = {
    invitations,
    consent: new Consent({
      ...{ ...shared, invitations, store: invitationStore, links, proof },
      endpoint: {
        ...{ authorityUrl: 'https://login.microsoftonline.com', clientId, audiences: { graph: graphResource } },
        redirectUri: `${publicUrl}/${routePrefix}/${routes.consentCallback}`,
      },
    }),
    tenantApi: new TenantApi({
      ...{ ...shared, invitations: invitationStore, proof, tokens, clientId },
      data: { erase: (tenantId) => outside.erase(tenantId) },
    }),
    invitationRetention: new InvitationRetention({
      ...{ now, log, retentionDays: 30 },
      invitations: { sweep: () => Promise.resolve({ removed: 0, failed: 0, isMore: false }) },
    }),
  };
  return { services, proof, outside };
}
