/**
 * The managed identity as the app's credential: its token is the client assertion, and the app registration trusts it by a
 * federated identity credential. No key and no secret exists anywhere.
 *
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */

import type { TokenCredential } from '@azure/identity';
import { TenantpostError } from '../errors.ts';
import type { Credential, Proof } from '../tokens/credential.ts';

/**
 * @param identity fails with errors of ours.
 * @param tokenExchangeResource for whom the identity's token must be: it differs by cloud.
 */
export function managedIdentityCredential(
  identity: TokenCredential,
  identityClientId: string,
  tokenExchangeResource: string,
): Credential {
  const proof: Proof = {
    id: identityClientId,
    // One token serves every tenant, and the SDK keeps it for the whole process for as long as it is good.
    present: async () => {
      const token = await identity.getToken(`${tokenExchangeResource}/.default`);
      if (token !== null) return { assertion: token.token };
      throw new TenantpostError('IDENTITY_UNAVAILABLE', 'The managed identity gave no token.');
    },
  };
  return { kind: 'managed-identity', proofs: () => Promise.resolve([proof]) };
}
