/**
 * Checks the token of a trusted issuer that an app shows as its assertion: that of a managed identity of this cloud, or of
 * an identity provider elsewhere on this machine.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation and, for managed identities,
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity.
 */

import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import type { FederatedCredential, Registration } from '../state/registration.ts';
import { EntraError } from './aadsts.ts';
import { type Assertion, requireClaims, requireItsTime } from './assertion.ts';
import { TOKEN_EXCHANGE } from './claims.ts';
import { type ExternalIssuers, verifyWith } from './external-issuers.ts';
import { signingKeyOf } from './signing-keys.ts';

/** Kubernetes writes a list of one. */
const claimsSchema = z.object({ aud: z.union([z.string(), z.array(z.string())]) });

/** The issuer of v2 tokens of an Entra tenant: see `v2IssuerOf`. */
const entraIssuer = /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/;

/** An app's own assertion has its client id as `iss`; anybody else's issuer is a URL. */
export const isFederated = ({ claims }: Assertion): boolean => URL.canParse(claims.iss);

/**
 * The order is this cloud's own, as no page tells it: the issuer before its keys are asked for, the signature before
 * anything else of the token is believed.
 *
 * @throws EntraError with the code of the first fault found.
 */
export async function verifyFederatedAssertion(
  cloud: CloudContext,
  assertion: Assertion,
  { registration, tenantId }: { registration: Registration; tenantId: string },
  issuers: ExternalIssuers,
): Promise<void> {
  const { claims } = assertion;
  const { aud } = requireClaims(claimsSchema, assertion.payload, tenantId);
  const ofIssuer = (registration.federatedCredentials ?? []).filter(({ issuer }) => issuer === claims.iss);
  if (ofIssuer.length === 0) throw noMatch(700211, 'issuer', claims.iss, tenantId);

  const [, issuingTenant] = entraIssuer.exec(claims.iss) ?? [];
  if (issuingTenant === undefined) await issuers.verify(cloud, assertion, tenantId);
  else await verifyManagedIdentity(cloud, assertion, { registration, tenantId, issuingTenant });

  // Entra's own tokens name the API by its app id, and credentials by its URI.
  const isOwn = issuingTenant !== undefined && aud === TOKEN_EXCHANGE.appId;
  const audiences = isOwn ? [TOKEN_EXCHANGE.uri] : [aud].flat();
  const ofAudience = ofIssuer.filter((one) => one.audiences.some((wanted) => audiences.includes(wanted)));
  if (ofAudience.length === 0) throw noMatch(700212, 'audience', [aud].flat().join(' '), tenantId);
  requireSubject(ofAudience, claims.sub, tenantId);
  requireItsTime(claims, cloud.now('entra') / 1000, tenantId);
}

/**
 * Only a user-assigned identity, and only of the tenant that the app is registered in: the app may be multitenant all the
 * same. With what code Entra refuses a system-assigned one is not documented.
 */
async function verifyManagedIdentity(
  cloud: CloudContext,
  assertion: Assertion,
  expected: { registration: Registration; tenantId: string; issuingTenant: string },
): Promise<void> {
  const { registration, tenantId, issuingTenant } = expected;
  const { iss, sub } = assertion.claims;
  const issuer = cloud.state.tenants.find(({ id }) => id === issuingTenant);
  if (issuingTenant !== registration.homeTenantId || issuer === undefined) {
    throw new EntraError(
      700236,
      `Entra ID tokens issued by issuer '${iss}' may not be used for federated identity credential flows for ` +
        'applications or managed identities registered in this tenant.',
      { reason: 'federated token of another tenant than the registration', tenantId },
    );
  }
  await verifyWith(signingKeyOf(issuer).publicKey, assertion, tenantId);
  if (cloud.state.identities.some((one) => one.principalId === sub && one.systemAssigned !== true)) return;
  throw new EntraError(700226, 'Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.', {
    reason: 'federated token of no user-assigned identity',
    tenantId,
  });
}

/** Case counts: https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes. */
function requireSubject(credentials: FederatedCredential[], subject: string, tenantId: string): void {
  if (credentials.some((one) => one.subject === subject)) return;
  if (!credentials.some((one) => one.subject.toLowerCase() === subject.toLowerCase())) {
    throw noMatch(700213, 'subject', subject, tenantId);
  }
  throw new EntraError(
    7002138,
    `No matching federated identity record found for presented assertion subject '${subject}'. The subject matches with ` +
      'case-insensitive comparison, but not with case-sensitive comparison.',
    { reason: 'subject of the federated token differs in case', tenantId },
  );
}

/** The sentence as in https://github.com/Azure/azure-workload-identity/issues/1200. */
const noMatch = (code: 700211 | 700212 | 700213, claim: string, presented: string, tenantId: string): EntraError =>
  new EntraError(
    code,
    `No matching federated identity record found for presented assertion ${claim} '${presented}'. Check your federated ` +
      'identity credential Subject, Audience and Issuer against the presented assertion. ' +
      'https://learn.microsoft.com/entra/workload-id/workload-identity-federation',
    { reason: `no federated credential for this ${claim}`, tenantId },
  );
