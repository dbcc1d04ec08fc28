/** The upload host before the fault panel. */

import type { CloudContext } from '../cloud.ts';
import type { FaultSurface } from '../faults/http-faults.ts';
import { byStatus, otherwise } from '../graph/faults.ts';
import { refuse, requestIds } from '../graph/refusal.ts';
import { uploadTarget } from './target.ts';

export const uploadFaults = (cloud: CloudContext): FaultSurface => ({
  describe(request) {
    const { operation, session } = uploadTarget(cloud, request.method, new URL(request.url));
    return { operation, tenantId: session?.tenantId, mailbox: session?.mailbox };
  },
  refuse(request, fault) {
    const { code, message } = { ...(byStatus[fault.status] ?? otherwise), ...fault };
    const ids = requestIds(request.headers.get('client-request-id'));
    return refuse({ status: fault.status, code, message }, ids, cloud.now('upload'));
  },
});
