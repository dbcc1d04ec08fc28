/** OpenID configuration and key sets, by tenant. */

import type { CloudContext } from '../cloud.ts';
import { issuerOf, verificationKey } from '../tokens.ts';
import { EntraError } from './aadsts.ts';
import { findTenant, isTenantIdentifier, isTenantName, requireTenant } from './tenant-path.ts';

/**
 * Any GUID or domain gets an answer, known or not: MSAL asks an authority that it does not know for one tenant and
 * then uses the answer for all, whereas for login.microsoftonline.com it never asks. A refusal here would be an error
 * that cannot happen there. That a tenant does not exist is the token endpoint's to say.
 *
 * The issuer of v2 stays on this host, which MSAL insists on. That of v1 is Microsoft's own and the one that access tokens
 * have, so that whoever checks a token by these documents finds them agree.
 */
export function openIdConfiguration(
  cloud: CloudContext,
  segment: string,
  version: 'v1.0' | 'v2.0',
): Record<string, unknown> {
  if (!isTenantName(segment) && !isTenantIdentifier(segment)) requireTenant(cloud.state, segment);
  const tenant = findTenant(cloud.state, segment)?.id ?? segment;
  const issuing = isTenantName(segment) ? '{tenantid}' : tenant;
  const root = `${cloud.urls.entra}/${tenant}`;
  const common = {
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    tenant_region_scope: null,
    cloud_instance_name: new URL(cloud.urls.entra).host,
  };
  if (version === 'v1.0') {
    return {
      ...common,
      token_endpoint: `${root}/oauth2/token`,
      jwks_uri: `${root}/discovery/keys`,
      response_types_supported: ['code', 'id_token', 'code id_token', 'token id_token', 'token'],
      scopes_supported: ['openid'],
      issuer: issuerOf(issuing),
      authorization_endpoint: `${root}/oauth2/authorize`,
    };
  }
  return {
    ...common,
    token_endpoint: `${root}/oauth2/v2.0/token`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${cloud.urls.entra}/${issuing}/v2.0`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
  };
}

/** @throws EntraError for a tenant that is malformed or does not exist. */
export function keySet(cloud: CloudContext, segment: string): { keys: Record<string, unknown>[] } {
  if (segment === 'consumers') {
    throw new EntraError(90002, `Tenant '${segment}' not found.`, { reason: 'there are no personal accounts here' });
  }
  const tenants = isTenantName(segment) ? cloud.state.tenants : [requireTenant(cloud.state, segment)];
  return { keys: tenants.map((tenant) => ({ ...verificationKey(tenant) })) };
}
