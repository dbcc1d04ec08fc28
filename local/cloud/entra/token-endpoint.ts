/** The token endpoint, for the client credentials grant. */

import { randomInt } from 'node:crypto';
import type { CloudContext } from '../cloud.ts';
import type { Tenant } from '../state.ts';
import { issueAccessToken } from '../tokens.ts';
import { EntraError } from './aadsts.ts';
import { type UsedAssertions, verifyClientAssertion } from './client-assertion.ts';
import { effectiveRoles, requireEnterpriseApp } from './enterprise-apps.ts';
import { requireRegistration } from './registrations.ts';
import { requireResource } from './resources.ts';
import { isTenantName, requireTenant } from './tenant-path.ts';
import { parseTokenRequest } from './token-request.ts';

/** https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes: a random value, 75 minutes on average. */
const DEFAULT_LIFETIME_SECONDS = { min: 3600, max: 5400 };

interface TokenResponse {
  tenantId: string;
  body: { token_type: 'Bearer'; expires_in: number; ext_expires_in: number; access_token: string };
}

/** @throws EntraError with what Entra would say first. */
export async function respondToTokenRequest(
  cloud: CloudContext,
  segment: string,
  form: URLSearchParams,
  used: UsedAssertions,
): Promise<TokenResponse> {
  const { clientId, resource, credential } = parseTokenRequest(form);
  const tenant = requireTenantOfOne(cloud, segment);
  const tenantId = tenant.id;
  const registration = requireRegistration(cloud.state, clientId, tenant);
  if ('secret' in credential) {
    throw new EntraError(
      7000215,
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not ' +
        `the client secret ID, for a secret added to app '${registration.appId}'.`,
      { reason: 'no registration has a client secret', tenantId },
    );
  }
  const audiences = [cloud.urls.entra, 'https://login.microsoftonline.com'].map(
    (authority) => `${authority}/${tenantId}/oauth2/v2.0/token`,
  );
  await verifyClientAssertion(credential.assertion, { registration, tenantId, audiences }, used);
  const app = requireEnterpriseApp(cloud.state, registration.appId, tenantId);
  requireResource(resource, tenant);

  const lifetime = cloud.state.tokenLifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS;
  const { token, expiresIn } = await issueAccessToken(cloud, {
    issuedBy: 'entra',
    tenantId,
    resource,
    appId: registration.appId,
    objectId: app.objectId,
    appidacr: '2',
    roles: effectiveRoles(cloud.state, app, resource),
    lifetimeSeconds: randomInt(lifetime.min, lifetime.max + 1),
  });
  return {
    tenantId,
    body: { token_type: 'Bearer', expires_in: expiresIn, ext_expires_in: expiresIn, access_token: token },
  };
}

/** An app on its own has no home to be guessed from: the names for many tenants are refused. */
function requireTenantOfOne(cloud: CloudContext, segment: string): Tenant {
  if (segment === 'organizations') {
    throw new EntraError(
      50059,
      'No tenant-identifying information found in either the request or implied by any provided credentials.',
      { reason: 'organizations names no tenant' },
    );
  }
  if (isTenantName(segment)) {
    throw new EntraError(
      9001023,
      'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or ' +
        'tenant-specific endpoint.',
      { reason: `${segment} names no tenant` },
    );
  }
  return requireTenant(cloud.state, segment);
}
