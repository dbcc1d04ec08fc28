/** The form in the body of a request, whatever is sent in its place. */

import { EntraError } from './aadsts.ts';

/** More than any form that Entra takes; what it does with a longer one is not told. */
const MOST_BYTES = 256 * 1024;

/**
 * Anything but a form has no parameters as far as Entra is concerned, JSON included.
 *
 * A body that is too long is read to its end, as a client that still writes when it is refused sees a reset in place of
 * the answer; nothing of it is kept.
 *
 * @throws EntraError 90023 for a body that is too long or breaks off.
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? '';
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type);
  const kept: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length <= MOST_BYTES) kept.push(chunk);
      else kept.length = 0;
    }
  } catch {
    throw unreadable('body breaks off');
  }
  if (length > MOST_BYTES) throw unreadable('body is too large');
  return new URLSearchParams(isForm ? Buffer.concat(kept).toString() : '');
}

const unreadable = (reason: string): EntraError =>
  new EntraError(90023, "The authentication service request isn't valid.", { reason });
