/**
 * Where an administrator may go on after consent. Open redirects are impossible: the address is judged when the operator makes
 * the invitation, against origins of the settings, and nothing that a browser brings takes part in it.
 *
 * https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html
 */

import { TenantpostError } from '../errors.ts';

/** Browsers, proxies and the table all take this much. */
const mostCharacters = 2000;

/**
 * A backslash is a slash to browsers and none to others; tabs and line feeds they drop; whoever reads `https://ours@theirs`
 * quickly reads ours. None of these is in an address that anybody means (https://url.spec.whatwg.org/#concept-url-parser).
 */
const misleading = /[^\x21-\x7e]|[\\@]/;

/**
 * @param allowed origins.
 * @returns the address as a browser understands it.
 * @throws TenantpostError `REQUEST_INVALID`
 */
export function requireReturnUrl(text: string, allowed: readonly string[]): string {
  const url = text.length > mostCharacters || misleading.test(text) ? null : URL.parse(text);
  if (url?.protocol === 'https:' && allowed.includes(url.origin)) return url.href;
  const expected =
    allowed.length === 0
      ? 'nothing, since TENANTPOST_RETURN_URLS allows no address'
      : `an https address whose origin is one of ${allowed.join(', ')}`;
  throw new TenantpostError('REQUEST_INVALID', 'The return address is not allowed.', {
    detail: { field: '/returnUrl', expected },
  });
}
