/**
 * What an admin consent request asks for, at the endpoint of v2 (https://learn.microsoft.com/entra/identity-platform/v2-admin-consent)
 * and at that of v1 (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#request-the-permissions-from-a-directory-admin).
 */

import type { CloudState, Registration, Tenant } from '../state.ts';
import { EntraError } from './aadsts.ts';
import { required, single } from './parameters.ts';
import { isRegisteredRedirectUri } from './redirect-uri.ts';
import { findRegistration, requireRegistration, unknownApplication } from './registrations.ts';
import { findApi, unknownResource } from './resources.ts';
import { isTenantName, requireTenant, requireTenantOfThisCloud } from './tenant-path.ts';

export type ConsentVersion = 'v1.0' | 'v2.0';

export interface ConsentRequest {
  version: ConsentVersion;
  /** The tenants whose administrators may sign in: one, or all of this cloud. */
  tenants: Tenant[];
  registration: Registration;
  redirectUri: string;
  /** The API of the scope. v1 has none: whatever the registration requires is asked for. */
  resource?: string;
  /** To be given back to the letter; an empty one as well. */
  state: string | undefined;
}

type AskedTenant = Tenant | 'any';

const openIdScopes = ['openid', 'profile', 'email', 'offline_access'];

/** @throws EntraError, to be shown and never sent to the redirect URI, which may not be the app's. */
export function parseConsentRequest(
  state: CloudState,
  segment: string,
  query: URLSearchParams,
  version: ConsentVersion,
): ConsentRequest {
  const tenant = requireConsentTenant(state, segment, version);
  const clientId = required(query, 'client_id');
  const registration =
    tenant === 'any' ? requireMultitenant(state, clientId) : requireRegistration(state, clientId, tenant);
  const redirectUri = requireRedirectUri(query, registration, version);
  const resource = version === 'v1.0' ? undefined : requireDefaultScope(required(query, 'scope'), tenant);
  // Asked of `single` only for its refusal of a doubled one: a state that is empty is a state.
  single(query, 'state');
  return {
    version,
    tenants: tenant === 'any' ? state.tenants.filter(({ nationalCloud }) => nationalCloud === undefined) : [tenant],
    registration,
    redirectUri,
    state: query.get('state') ?? undefined,
    ...(resource !== undefined && { resource }),
  };
}

/** v2 takes `organizations` and refuses `common`; v1 is documented with `common`, and used with `organizations` as well. */
function requireConsentTenant(state: CloudState, segment: string, version: ConsentVersion): AskedTenant {
  if (segment === 'organizations' || (segment === 'common' && version === 'v1.0')) return 'any';
  if (isTenantName(segment)) {
    throw new EntraError(
      9002328,
      `Admin consent is not supported over the /${segment} endpoint. Use the /organizations or tenant-specific endpoint.`,
      { reason: `${segment} names no tenant` },
    );
  }
  const tenant = requireTenant(state, segment);
  requireTenantOfThisCloud(tenant, 'in-browser');
  return tenant;
}

/**
 * v1 does without: the link of https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent has none, and
 * the first that is registered is used.
 */
function requireRedirectUri(query: URLSearchParams, registration: Registration, version: ConsentVersion): string {
  const { appId, redirectUris } = registration;
  const redirectUri = version === 'v1.0' ? single(query, 'redirect_uri') : required(query, 'redirect_uri');
  if (redirectUri === undefined) {
    const first = redirectUris.find((uri) => URL.canParse(uri));
    if (first !== undefined) return first;
    throw new EntraError(500113, 'No reply address is registered for the application.', {
      reason: 'neither a redirect URI in the request nor one registered',
    });
  }
  if (isRegisteredRedirectUri(redirectUri, redirectUris)) return redirectUri;
  throw new EntraError(
    50011,
    `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the ` +
      `application '${appId}'. Make sure the redirect URI sent in the request matches one added to your application in ` +
      'the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.',
    { reason: 'redirect URI is not registered' },
  );
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
    { reason: 'single-tenant app asked for any tenant' },
  );
}

/**
 * Application permissions can be asked for by `/.default` alone, and that asks for all that the registration requires.
 * A permission by its own name would be a delegated one, which this cloud has none of.
 */
function requireDefaultScope(scope: string, tenant: AskedTenant): string {
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
  if (findApi(resource) !== undefined) return resource;
  throw unknownResource(resource, tenant === 'any' ? { displayName: 'organizations' } : tenant);
}
