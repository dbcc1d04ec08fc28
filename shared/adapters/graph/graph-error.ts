/**
 * What an answer of Graph that is no success means for the job. Judged by the request that it answers, the status and
 * `error.code`, never by the message: https://learn.microsoft.com/graph/errors
 */

import { z } from 'zod';
import { type ErrorCode, TenantpostError } from '../../errors.ts';
import { type GraphErrorRow, graphErrorRows, type GraphOperation, sends } from './graph-error-rows.ts';
import { retryAfterSeconds } from '../retry-after.ts';

const body = z.object({ error: z.looseObject({ code: z.string() }) });
const inner = z.looseObject({ code: z.string().optional() });

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as text; an answer of a proxy in between need not be JSON. */
  readonly text: string;
}

/** @param tenantId the mailbox is never named: only the tenant and Graph's own words go into the error. */
export function graphError(operation: GraphOperation, tenantId: string, answer: GraphAnswer): TenantpostError {
  const { status, headers, text } = answer;
  const codes = codesIn(text);
  const wait = retryAfterSeconds(headers.get('retry-after'));
  const row = rowFor(operation, status, codes, wait !== undefined);
  const code = row?.code ?? otherwise(operation, status);
  const message = `Graph answered ${operation} of tenant ${tenantId} with ${status}.`;
  return new TenantpostError(code, message, {
    detail: {
      operation,
      status,
      serviceCode: codes[0],
      requestId: requestIdOf(headers),
      ...(row?.field === undefined ? {} : { field: row.field }),
      ...(code === 'GRAPH_UNAVAILABLE' && status >= 500 ? { lost: true } : {}),
    },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}

/** The first row that fits decides. */
export function rowFor(
  operation: GraphOperation,
  status: number,
  codes: readonly string[],
  hasRetryAfter: boolean,
): GraphErrorRow | undefined {
  return graphErrorRows.find(
    (row) =>
      (row.on === undefined || row.on.includes(operation)) &&
      (row.status === undefined || row.status === status) &&
      (row.serviceCode === undefined || codes.includes(row.serviceCode)) &&
      (row.withRetryAfter !== true || hasRetryAfter),
  );
}

/**
 * 500, 503 and 504 were seen after Graph had accepted a message (https://learn.microsoft.com/answers/questions/5629476):
 * of a send whatever has no row is taken as "nobody knows" rather than sent twice. No other request makes a mail leave.
 */
function otherwise(operation: GraphOperation, status: number): ErrorCode {
  if (sends.includes(operation)) return 'SEND_UNCONFIRMED';
  return status >= 400 && status < 500 ? 'SEND_REJECTED' : 'GRAPH_UNAVAILABLE';
}

/** Graph's `request-id`, if it is one: it goes into rows and logs. */
export function requestIdOf(headers: Headers): string | undefined {
  const id = headers.get('request-id') ?? '';
  return /^[0-9a-fA-F-]{36}$/.test(id) ? id : undefined;
}

/** How deep Graph's errors nest: `generalException` outside may have the true reason inside. */
const mostNested = 5;

/** Graph's codes, the outermost first, as far as they are plain words: anything else is somebody else's text. */
function codesIn(text: string): readonly string[] {
  const codes: string[] = [];
  try {
    let { error: at }: { error: Record<string, unknown> } = body.parse(JSON.parse(text));
    for (let depth = 0; depth < mostNested; depth += 1) {
      const { code } = inner.parse(at);
      if (code !== undefined && /^[\w.]{1,100}$/.test(code)) codes.push(code);
      // Both spellings are in use.
      at = inner.parse(at['innerError'] ?? at['innererror']);
    }
  } catch {
    // The innermost has been read, or it is no error of Graph.
  }
  return codes;
}
