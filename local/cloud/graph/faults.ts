/** Graph before the fault panel: what a request asks for, and how a fault looks when Graph tells it. */

import { decodeJwt } from 'jose';
import type { CloudContext } from '../cloud.ts';
import type { FaultSurface } from '../faults/http-faults.ts';
import { bearerToken } from '../tokens.ts';
import { mailboxOfUser } from './authorize.ts';
import { targetOf } from './operations.ts';
import { refuse, requestIds } from './refusal.ts';

/** https://learn.microsoft.com/graph/errors and what clients have reported of Outlook's. */
export const byStatus: Readonly<Record<number, { code: string; message: string }>> = {
  401: { code: 'InvalidAuthenticationToken', message: 'Access token validation failure.' },
  403: { code: 'ErrorAccessDenied', message: 'Access is denied. Check credentials and try again.' },
  404: { code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' },
  429: { code: 'ApplicationThrottled', message: 'Application is over its MailboxConcurrency limit.' },
  500: { code: 'ErrorInternalServerError', message: 'An internal server error occurred. The operation failed.' },
  503: { code: 'ErrorServerBusy', message: 'The server cannot service this request right now. Try again later.' },
  507: { code: 'ErrorQuotaExceeded', message: 'The mailbox has exceeded its maximum size.' },
};
/** What the gateway before Outlook writes: 502, 504. */
export const otherwise = { code: 'UnknownError', message: '' };

export const graphFaults = (cloud: CloudContext): FaultSurface => ({
  describe(request) {
    const { operation, user } = targetOf(request.method, new URL(request.url).pathname);
    const tenantId = tenantOf(request);
    const mailbox = tenantId !== undefined && user !== undefined ? mailboxOfUser(cloud, tenantId, user) : undefined;
    return { operation, tenantId, mailbox: mailbox?.address };
  },
  refuse(request, fault) {
    const { code, message } = { ...(byStatus[fault.status] ?? otherwise), ...fault };
    const ids = requestIds(request.headers.get('client-request-id'));
    return refuse({ status: fault.status, code, message }, ids, cloud.now('graph'));
  },
});

/** As the token says, unverified. */
function tenantOf(request: Request): string | undefined {
  try {
    const { tid } = decodeJwt(bearerToken(request.headers.get('authorization') ?? '') ?? '');
    return typeof tid === 'string' ? tid : undefined;
  } catch {
    return undefined;
  }
}
