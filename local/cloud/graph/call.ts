/** What an operation of Graph is given, and what it answers. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { CloudContext } from '../cloud.ts';
import type { AccessTokenClaims } from '../tokens.ts';
import type { GraphTarget } from './operations.ts';
import { GraphRefusal } from './refusal.ts';

export interface GraphCall {
  cloud: CloudContext;
  claims: AccessTokenClaims;
  target: GraphTarget;
  url: URL;
  headers: Headers;
  /** Empty for requests without one. */
  body: Buffer;
}

export interface GraphAnswer {
  status: 200 | 201 | 202 | 204;
  json?: object;
  /** In place of `json`. */
  bytes?: { content: Buffer; contentType: string };
  headers?: Record<string, string>;
}

export type GraphOperation = (call: GraphCall) => GraphAnswer | Promise<GraphAnswer>;

/** A key of the path. The table of operations says which ones there are. */
export function keyOf(call: GraphCall, name: 'user' | 'folder' | 'message' | 'attachment'): string {
  const key = call.target[name];
  if (key === undefined) throw new Error(`The operation ${call.target.operation} has no ${name} in its path.`);
  return key;
}

/** @throws GraphRefusal 400 `BadRequest`: https://github.com/microsoftgraph/microsoft-graph-docs/issues/6259. */
export function jsonBody({ headers, body }: GraphCall): unknown {
  try {
    if (/^application\/json\b/i.test(headers.get('content-type') ?? '')) return JSON.parse(body.toString());
  } catch {
    // The same answer as for a body that is not called JSON.
  }
  throw new GraphRefusal({
    status: 400,
    code: 'BadRequest',
    message:
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    reason: 'body is not JSON',
  });
}

/** Names the entity set of an answer: `users('...')/messages/$entity`. */
export function contextOf({ cloud, target }: GraphCall, path: string): string {
  return `${cloud.urls.graph}/v1.0/$metadata#users('${encodeURIComponent(target.user ?? '')}')/${path}`;
}

/** @throws GraphRefusal always. */
export function refuseWith(status: ContentfulStatusCode, code: string, message: string, reason: string): never {
  throw new GraphRefusal({ status, code, message, reason });
}
