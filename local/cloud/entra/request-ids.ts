/** The ids of one request: Entra's own, and the one by which its caller knows it. */

import type { CloudContext } from '../cloud.ts';
import type { RequestIds } from './aadsts.ts';
import { isGuid } from './tenant-path.ts';

/**
 * The caller may name its request: MSAL does so in the query and in the form. What is no GUID is not given back.
 *
 * @param form where it has been read already.
 */
export function requestIds(cloud: CloudContext, request: Request, form?: URLSearchParams): RequestIds {
  const name = 'client-request-id';
  const own = form?.get(name) ?? new URL(request.url).searchParams.get(name) ?? request.headers.get(name) ?? '';
  return {
    traceId: crypto.randomUUID(),
    correlationId: isGuid(own) ? own : crypto.randomUUID(),
    at: new Date(cloud.now('entra')),
  };
}
