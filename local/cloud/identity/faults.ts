/** The managed identity endpoint before the fault panel. */

import type { FaultSurface } from '../faults/http-faults.ts';

export const identityFaults: FaultSurface = {
  describe: () => ({ operation: 'token' }),
  refuse(_request, { status, message = 'An unexpected error occured while fetching the AAD Token.' }) {
    return Response.json({ statusCode: status, message, correlationId: crypto.randomUUID() }, { status });
  },
};
