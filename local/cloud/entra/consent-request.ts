/** What an admin consent request asks for: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent. */

import type { CloudState, Registration, Tenant } from '../state.ts';
import { EntraError } from './aadsts.ts';
import { required, single } from './parameters.ts';
import { isRegisteredRedirectUri } from './redirect-uri.ts';
import { findRegistration, requireRegistration, unknownApplication } from './registrations.ts';
import { requireResource } from './resources.ts';
import { isTenantName, requireTenant } from './tenant-path.ts';

export interface ConsentRequest {
  /** The tenants whose administrators may sign in: one, or all of them for `organizations`. */
  tenants: Tenant[];
  registration: Registration;
  redirectUri: string;
  /** To be given back to the letter; an empty one as well. */
  state: string | undefined;
}

const openIdScopes = ['openid', 'profile', 'email', 'offline_access'];

/** @throws EntraError, to be shown and never sent to the redirect URI, which may not be the app's. */
export function parseConsentRequest(state: CloudState, segment: string, query: URLSearchParams): ConsentRequest {
  const tenant = requireTenantOrOrganizations(state, segment);
  const clientId = required(query, 'client_id');
  const registration =
    tenant === 'organizations' ? requireMultitenant(state, clientId) : requireRegistration(state, clientId, tenant);
  const redirectUri = required(query, 'redirect_uri');
  if (!isRegisteredRedirectUri(redirectUri, registration.redirectUris)) {
    throw new EntraError(
      50011,
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the ` +
        `application '${registration.appId}'. Make sure the redirect URI sent in the request matches one added to your ` +
        'application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how ' +
        'to fix this.',
      { reason: 'redirect URI is not registered' },
    );
  }
  requireDefaultScope(required(query, 'scope'), tenant);
  // Asked of `single` only for its refusal of a doubled one: a state that is empty is a state.
  single(query, 'state');
  return {
    tenants: tenant === 'organizations' ? state.tenants : [tenant],
    registration,
    redirectUri,
    state: query.get('state') ?? undefined,
  };
}

function requireTenantOrOrganizations(state: CloudState, segment: string): Tenant | 'organizations' {
  if (segment === 'organizations') return segment;
  if (isTenantName(segment)) {
    throw new EntraError(
      9002328,
      `Admin consent is not supported over the /${segment} endpoint. Use the /organizations or tenant-specific endpoint.`,
      { reason: `${segment} names no tenant` },
    );
  }
  return requireTenant(state, segment);
}

function requireMultitenant(state: CloudState, clientId: string): Registration {
  const registration = findRegistration(state, clientId);
  if (registration === undefined) throw unknownApplication(clientId, { displayName: 'organizations' });
  if (registration.audience === 'multitenant') return registration;
  throw new EntraError(
    50194,
    `Application '${registration.appId}'(${registration.displayName}) is not configured as a multi-tenant application. ` +
      "Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific " +
      'endpoint or configure the application to be multi-tenant.',
    { reason: 'single-tenant app asked for organizations' },
  );
}

/**
 * Application permissions can be asked for by `/.default` alone, and that asks for all that the registration requires.
 * A permission by its own name would be a delegated one, which this cloud has none of.
 */
function requireDefaultScope(scope: string, tenant: Tenant | 'organizations'): void {
  const [resource, ...others] = scope
    .split(' ')
    .filter((one) => one !== '' && !openIdScopes.includes(one))
    .map((one) => (one.endsWith('/.default') ? one.slice(0, -'/.default'.length) : undefined));
  if (resource === undefined || others.length > 0) {
    throw new EntraError(
      70011,
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter ` +
        `'scope' is not valid. The scope ${scope} is not valid.`,
      { reason: 'scope is not /.default of one resource' },
    );
  }
  requireResource(resource, tenant === 'organizations' ? { id: tenant, displayName: tenant } : tenant);
}
