/** The form in the body of a request, whatever is sent in its place. */

import { readAtMost } from '../read-at-most.ts';
import { invalidRequest } from './aadsts.ts';

/** More than any form that Entra takes; what it does with a longer one is not told. */
const MOST_BYTES = 256 * 1024;

/**
 * Anything but a form has no parameters as far as Entra is concerned, JSON included.
 *
 * @throws EntraError 90023 for a body that is too long or breaks off.
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? '';
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type);
  const body = await readAtMost(request, MOST_BYTES).catch(() => {
    throw invalidRequest('body breaks off');
  });
  if (body === undefined) throw invalidRequest('body is too large');
  return new URLSearchParams(isForm ? body.toString() : '');
}
