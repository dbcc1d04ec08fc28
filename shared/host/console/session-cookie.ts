/** The cookie of a console's session. */

import type { Cookie, HttpRequest } from '@azure/functions';
import { parse } from 'hono/utils/cookie';

const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https:');

/** `__Host-` makes browsers refuse it unless it is Secure, for this host alone and for all of it (RFC 6265bis 4.1.3). */
function nameFor(publicUrl: string): string {
  return isSecure(publicUrl) ? '__Host-tenantpost-console' : 'tenantpost-console';
}

export function readSession(request: HttpRequest, publicUrl: string): string | undefined {
  const name = nameFor(publicUrl);
  return parse(request.headers.get('cookie') ?? '', name)[name];
}

/** Without an age: it goes with the browser, and what it says ends before that. */
export function sessionCookie(value: string, publicUrl: string): Cookie {
  return {
    name: nameFor(publicUrl),
    value,
    httpOnly: true,
    secure: isSecure(publicUrl),
    // Nobody is brought here from another site but by the link, whose page sets it.
    sameSite: 'Strict',
    path: '/',
  };
}

export function endedCookie(publicUrl: string): Cookie {
  return { ...sessionCookie('', publicUrl), expires: new Date(0), maxAge: 0 };
}
