/** Key Vault before the fault panel: what a request asks for, and how a fault looks when the vault tells it. */

import type { FaultSurface } from '../faults/http-faults.ts';
import { targetOf } from './operations.ts';

/** https://learn.microsoft.com/azure/key-vault/general/rest-error-codes */
const byStatus: Record<number, { code: string; message: string }> = {
  403: { code: 'Forbidden', message: 'Caller is not authorized to perform action on resource.' },
  429: {
    code: 'Throttled',
    message: 'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
  },
  503: { code: 'ServiceUnavailable', message: 'The service is unavailable.' },
};
const otherwise = { code: 'InternalServerError', message: 'An internal server error occurred.' };

export const vaultFaults: FaultSurface = {
  describe: ({ method, url }) => ({ operation: targetOf(method, new URL(url).pathname).operation?.name ?? 'other' }),
  refuse(_request, fault) {
    const { code, message } = { ...(byStatus[fault.status] ?? otherwise), ...fault };
    return Response.json({ error: { code, message } }, { status: fault.status });
  },
};
