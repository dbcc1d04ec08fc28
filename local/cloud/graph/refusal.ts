/** How Graph says no: https://learn.microsoft.com/graph/errors. */

import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

interface RefusalDetails {
  status: ContentfulStatusCode;
  /** Graph's error code, the only part of an error that clients may decide by. */
  code: string;
  /** Graph's own sentence. It may quote the request, so it goes to the caller and never to the journal. */
  message: string;
  /** For the journal: why, in a few words and without anything of the message. */
  reason: string;
  headers?: Record<string, string>;
}

export class GraphRefusal extends Error {
  override readonly name = 'GraphRefusal';
  readonly details: RefusalDetails;

  constructor(details: RefusalDetails) {
    super(details.reason);
    this.details = details;
  }
}

/** The identifiers of one request, as Graph returns them in headers and in the body of an error. */
export interface RequestIds {
  requestId: string;
  /** What the client called the request, or the request id when it gave no GUID. */
  clientRequestId: string;
}

/** Writes the refusal as Graph does. `date` is in UTC and carries neither fraction nor zone. */
export function refuse(c: Context, { status, code, message, headers }: RefusalDetails, ids: RequestIds): Response {
  const innerError = {
    date: new Date().toISOString().slice(0, 19),
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
  };
  return c.json({ error: { code, message, innerError } }, status, headers);
}

/** For what Graph can do and this cloud does not: nobody is to take it for Graph's own answer. */
export function notImplemented(what: string): GraphRefusal {
  return new GraphRefusal({
    status: 501,
    code: 'NotImplementedByLocalCloud',
    message: `The local cloud does not take ${what}. Microsoft Graph does.`,
    reason: 'not implemented by the local cloud',
  });
}
