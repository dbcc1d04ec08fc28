/** The composition of the pages for administrators, from what services.ts makes. */

import type { Clock } from './clock.ts';
import { seconds } from './clock.ts';
import type { Config } from './config.ts';
import { Pace } from './host/pace.ts';
import type { Log } from './log.ts';
import { routePrefix, routes } from './names.ts';
import { FollowConsent } from './tenants/follow-consent.ts';
import type { InvitationStore } from './tenants/invitation.ts';
import type { Links } from './tenants/links.ts';
import { PageLinks } from './tenants/page-links.ts';
import type { ConsentProof } from './tenants/prove-consent.ts';
import type { Tenant, TenantStore } from './tenants/tenant.ts';
import type { Vendor } from './vendor-settings.ts';

/** What a pages' function needs beside the topic that it shows. */
interface Pages {
  readonly vendor: Vendor;
  readonly clientId: string;
  readonly links: PageLinks;
  readonly follow: FollowConsent;
  readonly findTenant: (id: string) => Promise<Tenant | undefined>;
  /** How often a tenant's page may run the doctor. */
  readonly checkPace: Pace;
  /** The whole address of a page, for whoever takes it elsewhere. */
  readonly urlOf: PageAddress;
  /** The same without the origin, for a page's own links to this app: its policy allows where it was loaded from, and no more. */
  readonly pathOf: PageAddress;
}

type PageAddress = (route: PageRoute, query: Readonly<Record<string, string>>) => string;
type PageRoute = 'consentInvitation' | 'consentStart' | 'consentResult' | 'consentStatus' | 'tenantPage';

export interface PageServices {
  readonly pages: Pages;
}

interface Dependencies {
  readonly links: Links;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly invitations: Pick<InvitationStore, 'find'>;
  readonly proof: Pick<ConsentProof, 'proveAgain'>;
  readonly now: Clock;
  readonly log: Log;
}

type Settings = Pick<Config, 'vendor' | 'clientId' | 'publicUrl'>;

export function buildPages({ vendor, clientId, publicUrl }: Settings, dependencies: Dependencies): PageServices {
  const { tenants, now } = dependencies;
  const links = new PageLinks(dependencies.links, now);
  return {
    pages: {
      vendor,
      clientId,
      links,
      follow: new FollowConsent({ ...dependencies, links }),
      findTenant: (id) => tenants.find(id),
      checkPace: new Pace(30 * seconds, now),
      urlOf: (route, query) => `${publicUrl}${pathOf(route, query)}`,
      pathOf,
    },
  };
}

const pathOf: PageAddress = (route, query) =>
  `/${routePrefix}/${routes[route]}?${new URLSearchParams(query).toString()}`;
