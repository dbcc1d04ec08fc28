/** Redirect URIs: which may be used, and the response that goes back through them. */

/** `http://localhost:7071/callback`: host, port, and all that follows. */
const loopback = /^http:\/\/(localhost|127\.0\.0\.1)(?::\d{1,5})?(\/[^#]*)?$/;

/**
 * Exact match, but for the port of a loopback address, which Entra leaves out of the comparison:
 * https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions. `localhost` and `127.0.0.1` are
 * two hosts, and the path is compared to the letter.
 */
export function isRegisteredRedirectUri(requested: string, registered: string[]): boolean {
  if (!URL.canParse(requested)) return false;
  return registered.some((uri) => uri === requested || isSameLoopback(uri, requested));
}

function isSameLoopback(registered: string, requested: string): boolean {
  const [, host, rest = '/'] = loopback.exec(registered) ?? [];
  const [, requestedHost, requestedRest = '/'] = loopback.exec(requested) ?? [];
  return host !== undefined && host === requestedHost && rest === requestedRest;
}

/** The redirect URI with the response in its query, written the way Entra writes it. */
export function responseUrl(redirectUri: string, parameters: [name: string, value: string][]): string {
  const query = parameters.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  const url = new URL(redirectUri).href;
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

/** Spaces as `+` and hexadecimal digits in lower case: `AADSTS65004%3a+The+resource+owner`. */
function encode(value: string): string {
  return encodeURIComponent(value)
    .replaceAll('%20', '+')
    .replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}
