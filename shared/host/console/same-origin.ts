/** Whether a form was sent by a page of this site: the first of two guards against requests that another site forges. */

import type { HttpRequest } from '@azure/functions';
import { TenantpostError } from '../../errors.ts';

/**
 * Browsers send `Origin` with every POST, and pages cannot change it; `null` is what they send for a page without an origin.
 * `Sec-Fetch-Site` comes over https and from localhost.
 *
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin
 *
 * @throws TenantpostError `CONSOLE_FORM_REFUSED`.
 */
export function requireSameOrigin({ headers }: HttpRequest, publicUrl: string): void {
  const site = headers.get('sec-fetch-site');
  if (headers.get('origin') === publicUrl && (site === null || site === 'same-origin')) return;
  throw new TenantpostError('CONSOLE_FORM_REFUSED', 'The form was not sent by a page of this console.');
}

/** The fields of a form. A file, which none of our forms has, is no field. */
export async function formFields(request: HttpRequest): Promise<URLSearchParams> {
  return new URLSearchParams(await request.text());
}
