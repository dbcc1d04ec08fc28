/** Client id and secret in the Authorization header (RFC 6749 section 2.3.1), which Entra takes as well as in the form. */

import { invalidRequest } from './aadsts.ts';

export interface BasicCredential {
  clientId: string;
  secret: string;
}

/**
 * Nothing for a request without the header, or with another scheme: a token in it is of no concern here.
 *
 * @throws EntraError 90023 for one that cannot be read.
 */
export function readBasic(authorization: string | undefined): BasicCredential | undefined {
  const [scheme = '', encoded = ''] = (authorization ?? '').trim().split(/ +/, 2);
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const pair = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64').toString() : '';
  const colon = pair.indexOf(':');
  const [clientId = '', secret = ''] = [pair.slice(0, Math.max(colon, 0)), pair.slice(colon + 1)].map(decode);
  if (clientId !== '' && secret !== '') return { clientId, secret };
  throw invalidRequest('Authorization header is no Basic credential');
}

/** Both are form-encoded before they are joined. Nothing for what cannot have been. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
