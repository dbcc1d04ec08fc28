/**
 * The managed identity as the app's credential: its token is the client assertion, and the app registration trusts it by a
 * federated identity credential. No key and no secret exists anywhere.
 *
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */

import type { AccessToken, TokenCredential } from '@azure/identity';
import { TenantpostError } from '../../errors.ts';
import type { Credential, Proof } from '../../tokens/credential.ts';

/**
 * @param identity fails with errors of ours.
 * @param tokenExchangeResource for whom the identity's token must be: it differs by cloud.
 */
export function managedIdentityCredential(
  identity: TokenCredential,
  identityClientId: string,
  tokenExchangeResource: string,
): Credential {
  let asking: Promise<AccessToken | null> | undefined;
  const proof: Proof = {
    id: identityClientId,
    // One token serves every tenant, and the SDK keeps it for the whole process for as long as it is good. Before it has one,
    // it asks the endpoint for each caller (seen with @azure/identity 4.14).
    present: async () => {
      asking ??= identity.getToken(`${tokenExchangeResource}/.default`).finally(() => (asking = undefined));
      const token = await asking;
      if (token !== null) return { assertion: token.token };
      throw new TenantpostError('IDENTITY_UNAVAILABLE', 'The managed identity gave no token.');
    },
  };
  return { kind: 'managed-identity', proofs: () => Promise.resolve([proof]) };
}
