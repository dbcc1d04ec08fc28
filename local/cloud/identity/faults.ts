/** The managed identity endpoint before the fault panel. */

import type { FaultSurface } from '../faults/http-faults.ts';
import { identityRefusal, unexpected } from './identity-error.ts';

export const identityFaults: FaultSurface = {
  describe: () => ({ operation: 'token' }),
  refuse: (_request, { status, message = unexpected }) => identityRefusal(status, message),
};
