/** The cookies of a consent: what binds it to this browser, with which invitation the browser came, and what it was sent away with. */

import type { Cookie, HttpRequest } from '@azure/functions';
import { parse } from 'hono/utils/cookie';

type Kind = 'consent' | 'invitation' | 'state';

/** `__Host-` makes browsers refuse it unless it is Secure, for this host alone and for all of it (RFC 6265bis 4.1.3). */
function nameFor(kind: Kind, publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-tenantpost-${kind}` : `tenantpost-${kind}`;
}

export function readBrowser(request: HttpRequest, publicUrl: string): string | undefined {
  return read('consent', request, publicUrl);
}

export function browserCookie(value: string, publicUrl: string): Cookie {
  return cookie('consent', value, publicUrl, 3600);
}

/**
 * The signed invitation with which this browser began, so that a page can lead back to it when consent fails. It is told to
 * nobody who does not have it: who opens another browser's callback finds no way to its invitation.
 */
export function readInvitation(request: HttpRequest, publicUrl: string): string | undefined {
  return read('invitation', request, publicUrl);
}

/** For a day: it is still there when the consent that was begun with it is no longer taken. */
export function invitationCookie(signed: string, publicUrl: string): Cookie {
  return cookie('invitation', signed, publicUrl, 24 * 3600);
}

/** The state that this browser was sent to Entra with last: v1 of admin consent reports an error without one. */
export function readState(request: HttpRequest, publicUrl: string): string | undefined {
  return read('state', request, publicUrl);
}

export function stateCookie(state: string, publicUrl: string): Cookie {
  return cookie('state', state, publicUrl, 3600);
}

function read(kind: Kind, request: HttpRequest, publicUrl: string): string | undefined {
  const name = nameFor(kind, publicUrl);
  return parse(request.headers.get('cookie') ?? '', name)[name];
}

function cookie(kind: Kind, value: string, publicUrl: string, maxAge: number): Cookie {
  return {
    name: nameFor(kind, publicUrl),
    value,
    httpOnly: true,
    secure: publicUrl.startsWith('https:'),
    // Lax: Entra's redirect is a cross-site top-level GET, with which Strict would not be sent.
    sameSite: 'Lax',
    path: '/',
    maxAge,
  };
}
