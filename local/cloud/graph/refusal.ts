/** How Graph says no: https://learn.microsoft.com/graph/errors. */

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

/** What is answered to an error of any kind: an unexpected one is this cloud's fault, and is told as Graph tells of its own. */
export function detailsOf(error: Error): RefusalDetails {
  if (error instanceof GraphRefusal) return error.details;
  return {
    status: 500,
    code: 'ErrorInternalServerError',
    message: 'An internal server error occurred. The operation failed.',
    // The name alone: what the error says may quote the request.
    reason: `unexpected ${error.name}`,
  };
}

/** The identifiers of one request, as Graph returns them in headers and in the body of an error. */
export interface RequestIds {
  requestId: string;
  /** What the client called the request, or the request id when it gave no GUID. */
  clientRequestId: string;
}

export function requestIds(named: string | null): RequestIds {
  const requestId = crypto.randomUUID();
  const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(named ?? '');
  return { requestId, clientRequestId: isGuid && named !== null ? named : requestId };
}

export const idHeaders = (ids: RequestIds): Record<string, string> => ({
  'request-id': ids.requestId,
  'client-request-id': ids.clientRequestId,
});

type Refused = Pick<RefusalDetails, 'code' | 'message' | 'headers'> & { status: number };

/**
 * Writes the refusal as Graph does. `date` is in UTC and carries neither fraction nor zone.
 *
 * @param now by Graph's clock, in epoch milliseconds.
 */
export function refuse({ status, code, message, headers }: Refused, ids: RequestIds, now: number): Response {
  const innerError = { date: new Date(now).toISOString().slice(0, 19), ...idHeaders(ids) };
  return Response.json(
    { error: { code, message, innerError } },
    { status, headers: { ...idHeaders(ids), ...headers } },
  );
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

/** https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2947 and the issues that it names. */
export function itemNotFound(what: 'message' | 'attachment' | 'folder' | 'upload session'): GraphRefusal {
  return new GraphRefusal({
    status: 404,
    code: 'ErrorItemNotFound',
    message: 'The specified object was not found in the store.',
    reason: `no such ${what}`,
  });
}

/** https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/6245 */
export function cannotSet(property: string): GraphRefusal {
  return new GraphRefusal({
    status: 400,
    code: 'ErrorInvalidPropertySet',
    message: 'Set action is invalid for property.',
    reason: `${property} cannot be set`,
  });
}
