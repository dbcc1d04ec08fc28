/**
 * What an answer of Graph to sendMail means for the job. Judged by status and `error.code`, never by the message:
 * https://learn.microsoft.com/graph/errors
 */

import { z } from 'zod';
import { type ErrorCode, TenantpostError } from '../errors.ts';
import { retryAfterSeconds } from './retry-after.ts';

interface Rule {
  readonly status?: number;
  /** `error.code`; without one every code of the status. */
  readonly graphCode?: string;
  readonly code: ErrorCode;
}

/** The first row that fits decides. */
const rules: readonly Rule[] = [
  { status: 401, code: 'SEND_TOKEN_REFUSED' },
  // Sender quota. Reported as 400, 403 and 429 alike, so the code decides: a 429 of this kind lasts for hours.
  { graphCode: 'ErrorExceededMessageLimit', code: 'MAILBOX_FULL' },
  { graphCode: 'ErrorQuotaExceeded', code: 'MAILBOX_FULL' },
  { status: 507, code: 'MAILBOX_FULL' },
  { status: 429, code: 'SEND_THROTTLED' },
  { graphCode: 'ApplicationThrottled', code: 'SEND_THROTTLED' },
  { graphCode: 'MailboxNotEnabledForRESTAPI', code: 'MAILBOX_NOT_FOUND' },
  { status: 404, code: 'MAILBOX_NOT_FOUND' },
  { status: 403, code: 'SEND_FORBIDDEN' },
  { status: 413, code: 'JOB_TOO_LARGE' },
  { status: 400, code: 'SEND_REJECTED' },
  { status: 422, code: 'SEND_REJECTED' },
];

const body = z.object({ error: z.object({ code: z.string() }) });

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as text; an answer of a proxy in between need not be JSON. */
  readonly text: string;
}

/** @param mailbox never named: only the tenant and Graph's own words go into the error. */
export function graphError(tenantId: string, answer: GraphAnswer): TenantpostError {
  const { status, headers, text } = answer;
  const graphCode = codeIn(text);
  const rule = rules.find(
    (one) =>
      (one.status === undefined || one.status === status) &&
      (one.graphCode === undefined || one.graphCode === graphCode),
  );
  // 500, 503 and 504 were seen after Graph had accepted the message (https://learn.microsoft.com/answers/questions/5629476):
  // whatever has no row is taken as "nobody knows" rather than sent twice.
  const code = rule?.code ?? 'SEND_UNCONFIRMED';
  const wait = retryAfterSeconds(headers.get('retry-after'));
  return new TenantpostError(code, `Graph answered sendMail of tenant ${tenantId} with ${status}.`, {
    detail: { status, graphCode, requestId: requestIdOf(headers) },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}

/** Graph's `request-id`, if it is one: it goes into rows and logs. */
export function requestIdOf(headers: Headers): string | undefined {
  const id = headers.get('request-id') ?? '';
  return /^[0-9a-fA-F-]{36}$/.test(id) ? id : undefined;
}

/** Graph's code, if it is a plain word: anything else is somebody else's text and stays out of rows and logs. */
function codeIn(text: string): string | undefined {
  try {
    const { code } = body.parse(JSON.parse(text)).error;
    return /^[\w.]{1,100}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
