/** Entra before the fault panel: what a request asks for, and how a fault looks when Entra tells it. */

import type { CloudContext } from '../cloud.ts';
import type { FaultSurface } from '../faults/http-faults.ts';
import { findTenant, isGuid } from './tenant-path.ts';

/** What Entra says by the status alone: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. */
const byStatus: Record<number, { code: string; message: string }> = {
  429: { code: 'AADSTS90055', message: 'The request has been throttled: too many requests.' },
  503: { code: 'AADSTS90033', message: 'A transient error has occurred. Please try again.' },
};
const otherwise = { code: 'AADSTS90024', message: 'A transient error has occurred. Please try again.' };

export const entraFaults = (cloud: CloudContext): FaultSurface => ({
  describe({ url }) {
    const [tenant = '', ...rest] = new URL(url).pathname.split('/').slice(1);
    return { operation: operationOf(rest.join('/')), tenantId: findTenant(cloud.state, tenant)?.id };
  },
  refuse(request, fault) {
    const { code, message } = { ...(byStatus[fault.status] ?? otherwise), ...fault };
    const own = new URL(request.url).searchParams.get('client-request-id') ?? '';
    const traceId = crypto.randomUUID();
    const correlationId = isGuid(own) ? own : crypto.randomUUID();
    const timestamp = `${new Date(cloud.now('entra')).toISOString().slice(0, 19).replace('T', ' ')}Z`;
    const number = Number(code.replace('AADSTS', ''));
    return Response.json(
      {
        error: fault.status >= 500 || fault.status === 429 ? 'temporarily_unavailable' : 'invalid_client',
        error_description: `${code}: ${message}\r\nTrace ID: ${traceId}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: ${timestamp}`,
        error_codes: [number],
        timestamp,
        trace_id: traceId,
        correlation_id: correlationId,
        error_uri: `https://login.microsoftonline.com/error?code=${number}`,
      },
      { status: fault.status },
    );
  },
});

function operationOf(path: string): string {
  if (path.endsWith('openid-configuration')) return 'discovery';
  if (path.endsWith('/keys')) return 'keys';
  if (path.endsWith('/token')) return 'token';
  return path.endsWith('adminconsent') ? 'adminconsent' : 'unknown';
}
