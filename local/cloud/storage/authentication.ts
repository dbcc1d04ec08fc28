/**
 * Who calls the storage account: by a token of Entra, by the account's key, or by nothing that is believed. Azurite checks
 * the claims of a token and not who signed it, so everything about tokens is decided here and only then passed on.
 */

import type { CloudContext } from '../cloud.ts';
import { type AccessTokenClaims, bearerToken, issuerOf, type TokenRefusal } from '../tokens.ts';
import type { StorageError, StorageService } from './storage-error.ts';
import type { VerifiedTokens } from './verified-tokens.ts';

const resource = 'https://storage.azure.com';

/** Tokens may also name one service of one account: https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory. */
export function audiencesOf(service: StorageService, account: string): string[] {
  const own = `https://${account}.${service}.core.windows.net`;
  return [resource, `${resource}/`, own, `${own}/`];
}

export type Caller =
  { kind: 'principal'; tenantId: string; principalId: string } | { kind: 'key' } | { kind: 'nobody' };

/** Why a caller is refused, and in a few words for the journal. */
export type Refusal = StorageError & { reason: string };

/** From this version on a service tells who issues its tokens: .../authorize-with-azure-active-directory#bearer-challenge. */
const challengeSince: Record<StorageService, string> = { blob: '2019-12-12', queue: '2019-12-12', table: '2020-12-06' };

/** Before this version there are no tokens: .../authorize-with-azure-active-directory#call-storage-operations-with-oauth-tokens. */
const tokensSince = '2017-11-09';

export async function authenticate(
  cloud: CloudContext,
  service: StorageService,
  tokens: VerifiedTokens,
  request: Request,
): Promise<Caller | { refused: Refusal }> {
  // What a browser asks before it asks: anonymous by the reference.
  if (request.method === 'OPTIONS') return { kind: 'nobody' };
  const version = request.headers.get('x-ms-version') ?? '';
  const challenges = version >= challengeSince[service];
  const authorization = request.headers.get('authorization');
  if (authorization === null) {
    const query = new URL(request.url).searchParams;
    if (!query.has('sig')) return { refused: anonymous(cloud, service, challenges) };
    return delegated(service, query) ?? byKey(cloud);
  }
  if (/^SharedKey(Lite)? /i.test(authorization)) return byKey(cloud);
  if (!/^Bearer /i.test(authorization)) return { refused: malformedHeader };
  if (version < tokensSince) {
    return {
      refused: { ...authenticationFailed, detail: 'Authentication scheme Bearer is not supported in this version.' },
    };
  }
  const verified = await tokens.verify(bearerToken(authorization));
  const refusedFor = 'refused' in verified ? verified.refused : foreign(cloud, verified.claims) ? 'issuer' : undefined;
  if (refusedFor === undefined && 'claims' in verified) {
    const { tid, oid } = verified.claims;
    return { kind: 'principal', tenantId: tid, principalId: oid };
  }
  return { refused: refusedToken(cloud, refusedFor ?? 'malformed', challenges) };
}

/**
 * A user delegation signature, which Azurite checks, allows no more than the principal may do that asked for its key:
 * https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas. One for the account has `ss`, and one
 * for queues or tables is made with the account's key, whatever else its query says.
 */
function delegated(service: StorageService, query: URLSearchParams): Caller | undefined {
  const [principalId, tenantId] = [query.get('skoid'), query.get('sktid')];
  if (service !== 'blob' || query.has('ss') || principalId === null || tenantId === null) return undefined;
  return { kind: 'principal', tenantId, principalId };
}

/** `AllowSharedKeyAccess` of the account: https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent. */
function byKey(cloud: CloudContext): Caller | { refused: Refusal } {
  if (cloud.state.storageAccount.allowSharedKeyAccess) return { kind: 'key' };
  return {
    refused: {
      status: 403,
      code: 'KeyBasedAuthenticationNotPermitted',
      message: 'Key based authentication is not permitted on this storage account.',
      reason: 'shared keys are off',
    },
  };
}

/** Messages by code: https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes. */
export const authenticationFailed = {
  status: 403,
  code: 'AuthenticationFailed',
  message:
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly ' +
    'including the signature.',
  reason: 'the version has no tokens',
} as const satisfies Refusal;

const malformedHeader: Refusal = {
  status: 400,
  code: 'InvalidAuthenticationInfo',
  message:
    'The authentication information was not provided in the correct format. Verify the value of Authorization header.',
  reason: 'unknown scheme',
};

const referToChallenge =
  'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.';

/** The account allows no public containers, which is how Azure makes accounts: .../anonymous-read-access-prevent. */
function anonymous(cloud: CloudContext, service: StorageService, challenges: boolean): Refusal {
  const reason = 'no authorization';
  if (challenges) {
    const headers = { 'www-authenticate': challenge(cloud) };
    return { status: 401, code: 'NoAuthenticationInformation', message: referToChallenge, headers, reason };
  }
  if (service !== 'blob') return { ...authenticationFailed, reason };
  const message = 'Public access is not permitted on this storage account.';
  return { status: 409, code: 'PublicAccessNotPermitted', message, reason };
}

/**
 * Seen word for word: audience in https://github.com/Azure/AzureStor/issues/119, issuer in
 * https://github.com/microsoft/AzureStorageExplorer/issues/9050, lifetime in
 * https://github.com/Azure/azure-storage-azcopy (ste, destReauthPolicy). The other details are this cloud's own.
 */
const details: Record<TokenRefusal, string> = {
  audience: 'Audience validation failed. Audience did not match.',
  issuer: 'Issuer validation failed. Issuer did not match.',
  expired: 'Lifetime validation failed. The token is expired.',
  'not-yet-valid': 'Lifetime validation failed. The token is not yet valid.',
  signature: 'Signature validation failed. Signature did not match.',
  malformed: 'Authentication scheme Bearer is not supported.',
  missing: 'Authentication scheme Bearer is not supported.',
};

function refusedToken(cloud: CloudContext, refused: TokenRefusal, challenges: boolean): Refusal {
  const told = { detail: details[refused], reason: `token refused: ${refused}` };
  if (!challenges) return { ...authenticationFailed, ...told };
  const headers = { 'www-authenticate': challenge(cloud) };
  return { status: 401, code: 'InvalidAuthenticationInfo', message: referToChallenge, headers, ...told };
}

function foreign(cloud: CloudContext, { iss }: AccessTokenClaims): boolean {
  const tenantId = accountTenant(cloud);
  return tenantId === undefined || iss !== issuerOf(tenantId);
}

/** Sent with every 401. The SDKs of Azure take the tenant and the scope from it. */
export function challenge(cloud: CloudContext): string {
  const authority = `${cloud.urls.entra}/${accountTenant(cloud) ?? 'common'}`;
  return `Bearer authorization_uri=${authority}/oauth2/authorize resource_id=${resource}`;
}

/** The tenant of the subscription that the account is in: the vendor's, as for its vault. */
function accountTenant({ state }: CloudContext): string | undefined {
  const { vault, registrations, identities, tenants } = state;
  return vault?.homeTenantId ?? registrations[0]?.homeTenantId ?? identities[0]?.tenantId ?? tenants[0]?.id;
}
