/** Who calls the vault: the challenge that starts every client, and the tokens that are not good enough. */

import { decodeJwt } from 'jose';
import type { CloudContext } from '../cloud.ts';
import type { CloudState } from '../state.ts';
import { type AccessTokenClaims, issuerOf, type TokenRefusal, verifyAccessToken } from '../tokens.ts';
import { VaultError } from './vault-error.ts';

const vaultResource = 'https://vault.azure.net';

/** The one tenant whose tokens the vault takes: the vendor's, where the managed identity lives as well. */
export function homeTenantId(state: CloudState): string {
  const tenantId = state.vault?.homeTenantId ?? state.registrations[0]?.homeTenantId;
  if (tenantId === undefined) throw new Error('The local vault has no tenant, and no registration to take it from.');
  return tenantId;
}

/**
 * Sent with every 401. Clients take both the authority and the scope from it:
 * https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses.
 */
export const challenge = (cloud: CloudContext): string =>
  `Bearer authorization="${cloud.urls.entra}/${homeTenantId(cloud.state)}", resource="${vaultResource}"`;

/** Asks for a token that was issued after now. */
export function claimsChallenge(cloud: CloudContext): string {
  const value = String(Math.floor(cloud.now('vault') / 1000));
  const claims = { access_token: { nbf: { essential: true, value } } };
  const encoded = Buffer.from(JSON.stringify(claims)).toString('base64');
  return `${challenge(cloud)}, error="insufficient_claims", claims="${encoded}"`;
}

/** @throws VaultError 401 */
export async function authenticate(cloud: CloudContext, bearer: string | undefined): Promise<AccessTokenClaims> {
  const verified = await verifyAccessToken(cloud, 'vault', bearer, [vaultResource]);
  if ('refused' in verified) throw unauthorized(cloud, verified.refused, bearer);
  if (verified.claims.tid !== homeTenantId(cloud.state)) throw unauthorized(cloud, 'issuer', bearer);
  return verified.claims;
}

function unauthorized(cloud: CloudContext, refused: TokenRefusal, bearer: string | undefined): VaultError {
  return new VaultError({
    status: 401,
    code: 'Unauthorized',
    message: messageOf(cloud.state, refused, bearer),
    headers: { 'WWW-Authenticate': challenge(cloud) },
    reason: `token refused: ${refused}`,
  });
}

/**
 * AKV10000 as recorded in https://github.com/Azure/azure-sdk-for-js (sdk/keyvault, recordings), AKV10032 in
 * azure-sdk-for-net (ChallengeBasedAuthenticationPolicyTests), IDX10223 in azure-sdk-for-python issue 12368. IDX10222 and
 * IDX12741 are the neighbours of IDX10223 in the service's JWT library:
 * https://github.com/AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet.
 */
function messageOf(state: CloudState, refused: TokenRefusal, bearer: string | undefined): string {
  switch (refused) {
    case 'missing':
      return 'AKV10000: Request is missing a Bearer or PoP token.';
    case 'audience':
      return `AKV10022: Invalid audience. Expected ${vaultResource}, found: ${claimed(bearer, 'aud')}.`;
    case 'issuer':
      return `AKV10032: Invalid issuer. Expected one of ${issuerOf(homeTenantId(state))}, found ${claimed(bearer, 'iss')}.`;
    case 'signature':
      return 'AKV10046: Unable to resolve the key used for signature validation.';
    case 'expired':
      return 'Error validating token: IDX10223';
    case 'not-yet-valid':
      return 'Error validating token: IDX10222';
    case 'malformed':
      return 'Error validating token: IDX12741';
  }
}

/** What the refused token says of itself: for the message alone, nothing is believed of it, not even that it is text. */
function claimed(bearer: string | undefined, claim: 'aud' | 'iss'): string {
  const values: unknown[] = [decodeJwt(bearer ?? '')[claim]].flat();
  return values.filter((one) => typeof one === 'string').join(',');
}
