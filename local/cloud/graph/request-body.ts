/** Reads requests up to Graph's limit, and reads larger ones to their end so that the client can read the answer. */

/** Graph writes 413 for more (https://learn.microsoft.com/graph/api/user-post-messages), base64 included. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/**
 * The body, or nothing when it is larger than the limit. A server that answers while the client still writes closes the
 * connection under it: the client then sees a reset in place of the 401 or 413.
 */
export async function readBody(request: Request): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) chunks.length = 0;
    else chunks.push(chunk);
  }
  return size > MAX_REQUEST_BYTES ? undefined : Buffer.concat(chunks);
}

/**
 * Whether a request that may have a body says where it ends. `send` has none, and still needs `Content-Length: 0`:
 * https://learn.microsoft.com/graph/api/message-send#request-headers.
 */
export function hasLength({ method, headers }: Request): boolean {
  const needsOne = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return !needsOne || headers.has('content-length') || headers.has('transfer-encoding');
}
