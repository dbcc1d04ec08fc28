/**
 * The managed identity as the app's credential: its token is the client assertion, and the app registration trusts it by a
 * federated identity credential. No key and no secret exists anywhere.
 *
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */

import type { TokenCredential } from '@azure/identity';
import { TenantpostError } from '../errors.ts';
import type { Credential, Proof } from '../tokens/credential.ts';

/** @param tokenExchangeResource for whom the identity's token must be: it differs by cloud. */
export function managedIdentityCredential(
  identity: TokenCredential,
  identityClientId: string,
  tokenExchangeResource: string,
): Credential {
  const proof: Proof = {
    id: identityClientId,
    // The SDK keeps the token, for as long as it is good, for the whole process.
    present: async () => {
      try {
        const token = await identity.getToken(`${tokenExchangeResource}/.default`);
        if (token !== null) return { assertion: token.token };
      } catch (cause) {
        throw unavailable(cause);
      }
      throw unavailable(undefined);
    },
  };
  return { kind: 'managed-identity', proofs: () => Promise.resolve([proof]) };
}

function unavailable(cause: unknown): TenantpostError {
  return new TenantpostError('IDENTITY_UNAVAILABLE', 'The managed identity gave no token for the token exchange.', {
    cause,
  });
}
