/** Which certificate a token request says that it was signed with: for the journal, whatever becomes of the request. */

import { decodeProtectedHeader } from 'jose';

/** base64url of 32 bytes; whatever else a caller writes there is not to be noted. */
const thumbprint = /^[\w-]{43}$/;

/** @returns `x5t#S256` of its assertion, unverified. */
export function shownCertificate(form: URLSearchParams | undefined): string | undefined {
  try {
    const shown = decodeProtectedHeader(form?.get('client_assertion') ?? '')['x5t#S256'];
    return typeof shown === 'string' && thumbprint.test(shown) ? shown : undefined;
  } catch {
    return undefined;
  }
}
