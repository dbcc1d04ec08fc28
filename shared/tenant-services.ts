/** The composition of everything about tenants: invitations, consent, their states, and the API for operators. */

import { OpenIdDirectory } from './adapters/entra/openid-directory.ts';
import { GraphProbe } from './adapters/graph/graph-probe.ts';
import type { StorageClients } from './adapters/storage/storage-clients.ts';
import { TableAuditTrail } from './adapters/storage/table-audit-trail.ts';
import { TableInvitationStore } from './adapters/storage/table-invitation-store.ts';
import { TableTenantData } from './adapters/storage/table-tenant-data.ts';
import type { TableTenantStore } from './adapters/storage/table-tenant-store.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { routePrefix, routes, tables } from './names.ts';
import { Consent } from './tenants/consent.ts';
import { InvitationRetention } from './tenants/invitation-retention.ts';
import { Invitations } from './tenants/invitations.ts';
import { Links } from './tenants/links.ts';
import { ConsentProof } from './tenants/prove-consent.ts';
import { RememberedTenants } from './tenants/remembered-tenants.ts';
import { TenantApi } from './tenants/tenant-api.ts';
import type { DataKeys } from './tokens/data-key.ts';
import type { TokenSource } from './tokens/token-source.ts';

export interface TenantServices {
  readonly invitations: Invitations;
  readonly consent: Consent;
  readonly tenantApi: TenantApi;
  readonly invitationRetention: InvitationRetention;
}

/** What the other compositions need of this one. */
interface TenantParts {
  readonly services: TenantServices;
  /** Active ones are remembered for a little. */
  readonly remembered: RememberedTenants;
  readonly proof: ConsentProof;
  readonly links: Links;
  readonly invitationStore: TableInvitationStore;
}

interface Dependencies {
  readonly storage: StorageClients;
  readonly tenants: TableTenantStore;
  readonly tokens: TokenSource;
  readonly dataKeys: DataKeys;
  readonly now: Clock;
  readonly log: Log;
}

export function buildTenants(
  config: Config,
  { storage, tenants, tokens, dataKeys, now, log }: Dependencies,
): TenantParts {
  const { clientId, authorityUrl, publicUrl, audiences, singleTenantId, resources, returnOrigins } = config;
  const audit = new TableAuditTrail(storage.table(tables.consents));
  const invitationStore = new TableInvitationStore(storage.table(tables.invitations));
  const links = new Links(dataKeys, now);
  const directory = new OpenIdDirectory(config);
  const installation = { resources, delivery: config.mail.delivery };
  const remembered = new RememberedTenants(tenants, now);
  // A proof compares with what is stored now, not with what was remembered; what it writes is to be seen at once.
  const fresh = {
    find: (id: string) => tenants.find(id),
    replace: remembered.replace.bind(remembered),
    setDelivery: remembered.setDelivery.bind(remembered),
    page: tenants.page.bind(tenants),
  };
  const proof = new ConsentProof({
    tenants: fresh,
    tokens,
    // It is asked right after a token has come from Entra, so the one at hand is as fresh.
    probe: new GraphProbe({ url: config.graphUrl, freshToken: (id) => tokens.get(id, 'graph') }),
    resources,
    audit,
    now,
    log,
  });
  const shared = { tenants: fresh, directory, audit, installation, singleTenantId, now, log };
  const invitations = new Invitations({ ...shared, store: invitationStore, links, returnOrigins });
  return {
    services: {
      invitations,
      consent: new Consent({
        ...{ ...shared, invitations, store: invitationStore, links, proof },
        endpoint: {
          ...{ authorityUrl, clientId, audiences },
          redirectUri: `${publicUrl}/${routePrefix}/${routes.consentCallback}`,
        },
      }),
      tenantApi: new TenantApi({
        ...{ ...shared, invitations: invitationStore, proof, tokens, clientId },
        data: new TableTenantData(
          [
            { table: storage.table(tables.mail), kindOf: kindOfMail },
            { table: storage.table(tables.tokens), kindOf: () => 'tokens' },
            { table: storage.table(tables.checks), kindOf: () => 'checks' },
          ],
          now,
        ),
      }),
      invitationRetention: new InvitationRetention({
        ...{ invitations: invitationStore, now, log },
        retentionDays: config.mail.retentionDays,
      }),
    },
    remembered,
    proof,
    links,
    invitationStore,
  };
}

/** By the first part of the row key, as table-mail-store.ts writes it. */
function kindOfMail(rowKey: string): string {
  if (rowKey.startsWith('!poison ')) return 'poison';
  return rowKey.startsWith('!gate ') ? 'mailboxes' : 'outcomes';
}
