/** Graph's limit on requests, and what it asks of their framing. */

import { readAtMost } from '../read-at-most.ts';

/** Graph writes 413 for more (https://learn.microsoft.com/graph/api/user-post-messages), base64 included. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** The body, or nothing when it is larger than the limit. @throws when it breaks off. */
export const readBody = (request: Request): Promise<Buffer | undefined> => readAtMost(request, MAX_REQUEST_BYTES);

/**
 * Whether a request that may have a body says where it ends. `send` has none, and still needs `Content-Length: 0`:
 * https://learn.microsoft.com/graph/api/message-send#request-headers.
 */
export function hasLength({ method, headers }: Request): boolean {
  const needsOne = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return !needsOne || headers.has('content-length') || headers.has('transfer-encoding');
}
