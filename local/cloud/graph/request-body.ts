/** Reads requests up to Graph's limit, and reads larger ones to their end so that the client can read the answer. */

/** Graph writes 413 for more (https://learn.microsoft.com/graph/api/user-post-messages), base64 included. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/**
 * The text of the body, or nothing when it is larger than the limit. A server that answers while the client still writes
 * closes the connection under it: the client then sees a reset in place of the 401 or 413.
 */
export async function readBody(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) chunks.length = 0;
    else chunks.push(chunk);
  }
  return size > MAX_REQUEST_BYTES ? undefined : Buffer.concat(chunks).toString();
}
