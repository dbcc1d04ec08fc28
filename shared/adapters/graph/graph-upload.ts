/**
 * The upload host: ranges of a large attachment, to an address that carries its own authorization and refuses any other.
 * https://learn.microsoft.com/graph/outlook-large-attachments
 */

import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { openTelemetryTracing } from '../opentelemetry-tracing.ts';
import { graphError, requestIdOf } from './graph-error.ts';
import type { GraphOperation } from './graph-error-rows.ts';
import { type OneAnswer, type OneRequest, oneRequest } from './one-request.ts';

/** Microsoft writes both, session by session and answer by answer. */
const position = z.union([
  z.object({ nextExpectedRanges: z.array(z.string()).min(1) }).transform((one) => one.nextExpectedRanges),
  z.object({ NextExpectedRanges: z.array(z.string()).min(1) }).transform((one) => one.NextExpectedRanges),
]);

const tracing = openTelemetryTracing();

/** What identifies the answer in errors; the address itself is a secret. */
interface Upload {
  readonly url: string;
  readonly tenantId: string;
}

/** The first octet that the session does not have; nothing when it has all, or is no more: both end it. */
export async function nextOctet({ url, tenantId }: Upload, total: number): Promise<number | undefined> {
  const response = await request('getUploadSession', { url, tenantId }, { method: 'GET', headers: {}, body: null });
  const text = await response.text();
  if (response.ok) {
    const next = nextIn(text);
    return next !== undefined && next < total ? next : undefined;
  }
  if ([401, 403, 404, 410].includes(response.status)) return undefined;
  throw refusal('getUploadSession', tenantId, response, text);
}

/**
 * @param start where the octets stand in the whole.
 * @returns the first octet that the session does not have; nothing when it has all, and the attachment is made.
 */
export async function putRange(
  { url, tenantId }: Upload,
  octets: Buffer,
  start: number,
  total: number,
): Promise<number | undefined> {
  const end = start + octets.length;
  const response = await request(
    'uploadRange',
    { url, tenantId },
    {
      method: 'PUT',
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `bytes ${start}-${end - 1}/${total}`,
      },
      body: octets,
    },
  );
  const text = await response.text();
  if (!response.ok) throw refusal('uploadRange', tenantId, response, text);
  if (response.status === 201 && end === total) return undefined;
  const next = nextIn(text) ?? end;
  if (response.status !== 201 && next > start && next <= end && next < total) return next;
  // The draft and the session are asked how far it came before anything else is done.
  throw new TenantpostError('GRAPH_UNAVAILABLE', 'The answer to a range does not fit the range.', {
    detail: { status: response.status, start, end, total, next },
  });
}

/** The span has the host that was asked and nothing more of its address. */
function request(operation: GraphOperation, { url, tenantId }: Upload, wanted: OneRequest): Promise<OneAnswer> {
  const facts = {
    'http.request.method': wanted.method,
    'server.address': new URL(url).hostname,
    'tenantpost.graph.operation': operation,
    'tenantpost.tenant.id': tenantId,
  };
  return tracing.within('graph request', { kind: 'client', facts }, async () => {
    const response = await oneRequest(url, wanted, false);
    const { status, headers } = response;
    tracing.note({ 'http.response.status_code': status, 'tenantpost.request.id': requestIdOf(headers) });
    return response;
  });
}

function nextIn(text: string): number | undefined {
  try {
    const [range = ''] = position.parse(JSON.parse(text));
    const [, start] = /^(\d{1,12})(?:-\d*)?$/.exec(range) ?? [];
    return start === undefined ? undefined : Number(start);
  } catch {
    return undefined;
  }
}

function refusal(operation: GraphOperation, tenantId: string, { status, headers }: OneAnswer, text: string) {
  return graphError(operation, tenantId, { status, headers, text });
}
