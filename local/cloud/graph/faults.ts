/** Graph before the fault panel: what a request asks for, and how a fault looks when Graph tells it. */

import { decodeJwt } from 'jose';
import type { CloudContext } from '../cloud.ts';
import type { FaultSurface } from '../faults/http-faults.ts';
import { bearerToken } from '../tokens.ts';

/** https://learn.microsoft.com/graph/errors and what clients have reported of Outlook's. */
const byStatus: Record<number, { code: string; message: string }> = {
  429: { code: 'ApplicationThrottled', message: 'Application is over its MailboxConcurrency limit.' },
  500: { code: 'ErrorInternalServerError', message: 'An internal server error occurred. The operation failed.' },
  503: { code: 'ErrorServerBusy', message: 'The server cannot service this request right now. Try again later.' },
  504: { code: 'UnknownError', message: '' },
};
const otherwise = { code: 'UnknownError', message: '' };

export const graphFaults = (cloud: CloudContext): FaultSurface => ({
  describe(request) {
    const [resource, user = '', ...rest] = new URL(request.url).pathname.split('/').slice(2);
    const operation = resource === 'users' && rest.length > 0 ? (rest.at(-1) ?? '') : (resource ?? '');
    const wanted = decodeURIComponent(user).toLowerCase();
    const mailbox = cloud.state.mailboxes.find(({ id, address }) => [id, address.toLowerCase()].includes(wanted));
    return { operation, tenantId: tenantOf(request), mailbox: mailbox?.address };
  },
  refuse(request, fault) {
    const { code, message } = { ...(byStatus[fault.status] ?? otherwise), ...fault };
    const requestId = crypto.randomUUID();
    const clientRequestId = request.headers.get('client-request-id') ?? requestId;
    const innerError = {
      date: new Date(cloud.now('graph')).toISOString().slice(0, 19),
      'request-id': requestId,
      'client-request-id': clientRequestId,
    };
    return Response.json(
      { error: { code, message, innerError } },
      { status: fault.status, headers: { 'request-id': requestId, 'client-request-id': clientRequestId } },
    );
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
