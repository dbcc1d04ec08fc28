/** The token endpoint, for the client credentials grant. */

import { randomInt } from 'node:crypto';
import type { CloudContext } from '../cloud.ts';
import type { Tenant } from '../state.ts';
import { issueAccessToken } from '../tokens.ts';
import { EntraError } from './aadsts.ts';
import { ClientAuthentication } from './client-authentication.ts';
import { requireNoBlockingPolicy } from './conditional-access.ts';
import { effectiveRoles, requireEnterpriseApp } from './enterprise-apps.ts';
import { LoopDetection } from './loop-detection.ts';
import { requireRegistration } from './registrations.ts';
import { isSameResource, requireResource } from './resources.ts';
import { isTenantName, requireTenant, requireTenantOfThisCloud } from './tenant-path.ts';
import { parseTokenRequest } from './token-request.ts';

/** https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes: a random value, 75 minutes on average. */
const DEFAULT_LIFETIME_SECONDS = { min: 3600, max: 5400 };

interface TokenResponse {
  tenantId: string;
  body: { token_type: 'Bearer'; expires_in: number; ext_expires_in: number; access_token: string };
}

export class TokenEndpoint {
  readonly #cloud: CloudContext;
  readonly #clients: ClientAuthentication;
  readonly #loops = new LoopDetection();

  constructor(cloud: CloudContext) {
    this.#cloud = cloud;
    this.#clients = new ClientAuthentication(cloud);
  }

  /**
   * @param segment the tenant in the path.
   * @throws EntraError with what Entra would say first.
   */
  async respond(segment: string, form: URLSearchParams, authorization: string | undefined): Promise<TokenResponse> {
    const cloud = this.#cloud;
    const { clientId, resource, credential } = parseTokenRequest(form, authorization);
    const tenant = requireTenantOfOne(cloud, segment);
    const tenantId = tenant.id;
    requireTenantOfThisCloud(tenant, 'with-credential');
    const registration = requireRegistration(cloud.state, clientId, tenant);
    this.#loops.requireNoLoop(cloud, { tenantId, clientId: registration.appId, resource });
    const appidacr = await this.#clients.verify(credential, { registration, tenantId, segment });
    const app = requireEnterpriseApp(cloud, registration, tenantId);
    requireResource(resource, tenant);
    requireNoBlockingPolicy(tenant, registration);

    const lifetime = cloud.state.tokenLifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS;
    const { token, expiresIn } = await issueAccessToken(cloud, {
      issuedBy: 'entra',
      tenantId,
      resource,
      appId: registration.appId,
      objectId: app.objectId,
      appidacr,
      roles: effectiveRoles(cloud, app, resource),
      lifetimeSeconds: randomInt(lifetime.min, lifetime.max + 1),
      ...(isSameResource(resource, 'https://graph.microsoft.com') && { appDisplayName: registration.displayName }),
    });
    return {
      tenantId,
      body: { token_type: 'Bearer', expires_in: expiresIn, ext_expires_in: expiresIn, access_token: token },
    };
  }
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
