/** Who is signed in to Entra in a browser, for the admin consent that it is at. */

import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Tenant } from '../state.ts';

export interface Administrator {
  tenant: Tenant;
  userPrincipalName: string;
}

export interface Session {
  /** Goes into each form and must come back with it. */
  readonly antiForgeryToken: string;
  /**
   * Holds for one consent request, named by its path and query: the next one asks again who signs in, as one browser
   * is used for the administrators of several tenants here.
   */
  signedIn?: { request: string; as: Administrator | 'not-an-administrator' };
}

const COOKIE = 'local-entra-session';
/** Whoever opens a page without a cookie begins one; the oldest are forgotten. */
const MOST_SESSIONS = 1000;

export class Sessions {
  readonly #sessions = new Map<string, Session>();

  /** The browser's session; a new one, with its cookie, for a browser that has none. */
  open(c: Context): Session {
    const known = this.find(c);
    if (known !== undefined) return known;
    const id = randomBytes(32).toString('base64url');
    const session: Session = { antiForgeryToken: randomBytes(32).toString('base64url') };
    this.#sessions.set(id, session);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MOST_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    // Lax and not Strict: the administrator arrives by a redirect from the app, which is another site.
    setCookie(c, COOKIE, id, { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' });
    return session;
  }

  find(c: Context): Session | undefined {
    const id = getCookie(c, COOKIE, 'host');
    return id === undefined ? undefined : this.#sessions.get(id);
  }
}
