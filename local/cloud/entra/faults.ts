/** Entra before the fault panel: what a request asks for, and how a fault looks when Entra tells it. */

import type { CloudContext } from '../cloud.ts';
import type { FaultSurface } from '../faults/http-faults.ts';
import { type AadstsCode, aadstsCodes, knownRefusal } from './aadsts-codes.ts';
import { answerHeaders, errorBody } from './aadsts.ts';
import { requestIds } from './request-ids.ts';
import { findTenant } from './tenant-path.ts';

/** What Entra says by the status alone: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. */
const byStatus: Record<number, AadstsCode> = { 400: 90023, 401: 50012, 403: 90094, 429: 90055, 500: 50000, 503: 90033 };
const otherwise: AadstsCode = 90024;

export const entraFaults = (cloud: CloudContext): FaultSurface => ({
  describe({ url }) {
    const [tenant = '', ...rest] = new URL(url).pathname.split('/').slice(1);
    return { operation: operationOf(rest.join('/')), tenantId: findTenant(cloud.state, tenant)?.id };
  },
  refuse(request, { status, code: wanted, message }) {
    const code = wanted === undefined ? (byStatus[status] ?? otherwise) : Number(wanted.replace('AADSTS', ''));
    const { error, text } = knownRefusal(code) ?? aadstsCodes[byStatus[status] ?? otherwise];
    const ids = requestIds(cloud, request);
    return Response.json(errorBody({ code, error, message: message ?? text }, ids), {
      status,
      headers: answerHeaders(ids),
    });
  },
});

function operationOf(path: string): string {
  if (path.endsWith('openid-configuration')) return 'discovery';
  if (path.endsWith('/keys')) return 'keys';
  if (path.endsWith('/token')) return 'token';
  return path.endsWith('adminconsent') ? 'adminconsent' : 'unknown';
}
