/** A function's cookies as `Set-Cookie` headers, in ASP.NET Core's spelling (ResponseCookies, SetCookieHeaderValue). */

import type { HttpCookie } from './rpc.ts';

const sameSite = { none: undefined, lax: 'lax', strict: 'strict', explicitNone: 'none' } as const;

/** The value is percent-encoded and the path is `/` unless the function names one. */
export function formatSetCookie(cookie: HttpCookie): string {
  const { name, expires, maxAge, domain, path, secure, httpOnly } = cookie;
  const mode = sameSite[cookie.sameSite];
  const parts = [
    `${name}=${escapeData(cookie.value)}`,
    expires && `expires=${new Date(expires.value.seconds * 1000).toUTCString()}`,
    maxAge && `max-age=${Math.trunc(maxAge.value)}`,
    domain && `domain=${domain.value}`,
    `path=${path?.value ?? '/'}`,
    secure?.value === true && 'secure',
    mode && `samesite=${mode}`,
    httpOnly?.value === true && 'httponly',
  ];
  return parts.filter((part) => typeof part === 'string').join('; ');
}

/** .NET's Uri.EscapeDataString: RFC 3986's unreserved characters alone stay as they are. */
function escapeData(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
