/** Key Vault before the fault panel: what a request asks for, and how a fault looks when the vault tells it. */

import type { CloudContext } from '../cloud.ts';
import type { FaultSurface } from '../faults/http-faults.ts';
import { challenge, claimsChallenge } from './authentication.ts';
import { targetOf } from './operations.ts';
import { throttledMessage } from './vault-error.ts';
import { vaultResponse } from './vault-response.ts';

/** https://learn.microsoft.com/azure/key-vault/general/rest-error-codes */
const byStatus: Record<number, { code: string; message: string }> = {
  401: { code: 'Unauthorized', message: 'AKV10000: Request is missing a Bearer or PoP token.' },
  403: { code: 'Forbidden', message: 'Caller is not authorized to perform action on resource.' },
  429: { code: 'Throttled', message: throttledMessage },
  503: { code: 'ServiceUnavailable', message: 'The service is unavailable.' },
};
const otherwise = { code: 'InternalServerError', message: 'An internal server error occurred.' };

/**
 * A 401 is a challenge; one with the code `insufficient_claims` asks for a token with further claims, as continuous access
 * evaluation does (https://learn.microsoft.com/entra/identity-platform/claims-challenge). It comes by a fault alone.
 */
export const vaultFaults = (cloud: CloudContext): FaultSurface => ({
  describe: ({ method, url }) => ({ operation: targetOf(method, new URL(url).pathname).operation?.name ?? 'other' }),
  refuse(request, fault) {
    const { code, message } = { ...(byStatus[fault.status] ?? otherwise), ...fault };
    if (fault.status !== 401) return vaultResponse(request, fault.status, { error: { code, message } });
    const isClaims = code === 'insufficient_claims';
    const header = isClaims ? claimsChallenge(cloud) : challenge(cloud);
    const body = { error: { code: isClaims ? 'Unauthorized' : code, message } };
    return vaultResponse(request, 401, body, { 'WWW-Authenticate': header });
  },
});
