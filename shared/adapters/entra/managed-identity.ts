/**
 * The managed identity that opens vault and storage for the app, and may prove it to Entra. What goes wrong with it is told
 * from what goes wrong with them: otherwise a wrong client id reads as a vault that is away.
 */

import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { timeLimitedCredential } from '../time-limit.ts';

/** The setting that names an identity. */
export type IdentitySetting = 'AZURE_CLIENT_ID' | 'AzureWebJobsStorage__clientId';

/** @param clientId of a user-assigned identity; without one it is the function app's own. */
export function managedIdentity(clientId: string | undefined, setting: IdentitySetting): TokenCredential {
  const identity =
    clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
  return explained(timeLimitedCredential(identity), clientId, setting);
}

/** @throws TenantpostError `IDENTITY_REFUSED` where the endpoint says that there is no such identity, else `IDENTITY_UNAVAILABLE`. */
export function explained(
  identity: TokenCredential,
  clientId: string | undefined,
  setting: IdentitySetting,
): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        const token = await identity.getToken(scopes, options);
        if (token !== null) return token;
      } catch (cause) {
        throw identityError(cause, clientId, setting);
      }
      throw identityError(undefined, clientId, setting);
    },
  };
}

/**
 * The SDK's own error has neither status nor code. Its cause, of MSAL, has the status of the endpoint's answer, where there
 * was one in a form that MSAL knows (seen with @azure/identity 4.14.1 and answers 400, 401, 500, 503 and none).
 */
const answered = z.object({ cause: z.object({ status: z.number() }) });

function identityError(cause: unknown, clientId: string | undefined, setting: IdentitySetting): TenantpostError {
  const status = answered.safeParse(cause).data?.cause.status;
  const detail = { setting, status };
  // 400 is for an identity that the endpoint does not know: https://github.com/Azure/azure-sdk-for-net/issues/43691.
  if (status === 400) {
    const problem =
      clientId === undefined
        ? 'is not set, and the function app has no system-assigned identity.'
        : 'names a managed identity that is not assigned to the function app.';
    return new TenantpostError('IDENTITY_REFUSED', `${setting}: ${problem}`, { cause, detail });
  }
  return new TenantpostError('IDENTITY_UNAVAILABLE', 'The managed identity gave no token.', { cause, detail });
}
