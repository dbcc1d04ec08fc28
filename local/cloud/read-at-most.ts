/** Reads the body of a request, and keeps no more of it than a service takes. */

/**
 * Nothing for a body that is longer. It is read to its end all the same: a client that still writes when it is answered sees
 * a reset in place of the answer.
 *
 * @throws when the body breaks off.
 */
export async function readAtMost(
  request: { readonly body: AsyncIterable<Uint8Array> | null },
  bytes: number,
): Promise<Buffer | undefined> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length <= bytes) kept.push(chunk);
    else kept.length = 0;
  }
  return length > bytes ? undefined : Buffer.concat(kept);
}
