/** The cookie that binds a consent to one browser. */

import type { Cookie, HttpRequest } from '@azure/functions';
import { parse } from 'hono/utils/cookie';

/** `__Host-` makes browsers refuse it unless it is Secure, for this host alone and for all of it (RFC 6265bis 4.1.3). */
function nameFor(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-tenantpost-consent' : 'tenantpost-consent';
}

export function readBrowser(request: HttpRequest, publicUrl: string): string | undefined {
  const name = nameFor(publicUrl);
  return parse(request.headers.get('cookie') ?? '', name)[name];
}

export function browserCookie(value: string, publicUrl: string): Cookie {
  return {
    name: nameFor(publicUrl),
    value,
    httpOnly: true,
    secure: publicUrl.startsWith('https:'),
    // Lax: Entra's redirect is a cross-site top-level GET, with which Strict would not be sent.
    sameSite: 'Lax',
    path: '/',
    maxAge: 3600,
  };
}
