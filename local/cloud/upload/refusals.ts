/** How the upload host says no. It is Outlook and not Graph: its errors carry other identifiers. */

import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { GraphRefusal } from '../graph/refusal.ts';
import { bearerToken } from '../tokens.ts';

/**
 * The URL is its own authorization, and a token for Graph is one for somebody else:
 * https://github.com/microsoftgraph/msgraph-sdk-java/issues/1380, and for the whole of the body
 * https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2239.
 */
export function refuseAuthorization(authorization: string, origin: string, now: number): Response {
  const message = `The audience claim value is invalid for current resource. Audience claim is '${audienceOf(authorization)}', request url is '${origin}' and resource type is 'Exchange'.`;
  const innerError = {
    oAuthEventOperationId: crypto.randomUUID(),
    oAuthEventcV: `${randomBytes(16).toString('base64').replace(/=+$/, '')}.1.1`,
    errorUrl: 'https://aka.ms/autherrors#error-InvalidResource',
    requestId: crypto.randomUUID(),
    date: new Date(now).toISOString().slice(0, 19),
  };
  return Response.json({ error: { code: 'InvalidAudienceForResource', message, innerError } }, { status: 401 });
}

function audienceOf(authorization: string): string {
  try {
    const { aud } = decodeJwt(bearerToken(authorization) ?? '');
    return typeof aud === 'string' ? aud.slice(0, 200) : '';
  } catch {
    return '';
  }
}

/** The words of OneDrive's upload sessions: https://github.com/microsoftgraph/msgraph-sdk-java/issues/1393. */
export function malformedRange(reason: string): GraphRefusal {
  return new GraphRefusal({
    status: 400,
    code: 'invalidRequest',
    message: 'The Content-Range header is missing or malformed.',
    reason,
  });
}

/**
 * Outlook's answer to ranges that overlap or are not in order is not documented. This is that of OneDrive's upload
 * sessions, which the same clients speak to: https://github.com/OneDrive/onedrive-api-docs/issues/79.
 */
export function wrongRange(start: number, expected: number): GraphRefusal {
  const overlaps = start < expected;
  return new GraphRefusal({
    status: 416,
    code: 'invalidRange',
    message: overlaps ? 'Uploaded fragment overlaps with existing data.' : 'Uploaded fragment is out of order.',
    reason: overlaps ? 'range overlaps' : 'range out of order',
  });
}
