/**
 * Who may look at the console. A link that opens it once becomes a session, of which the browser keeps a signed cookie and
 * storage a row: the cookie alone opens nothing once the row is gone, so that a session can be ended from here.
 */

import { type Clock, hours, minutes } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { InvitationStore } from '../tenants/invitation.ts';
import type { Links } from '../tenants/links.ts';

export interface ConsoleSession {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

export interface ConsoleSessionStore {
  insert(session: ConsoleSession): Promise<void>;
  has(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** @param startedBefore epoch milliseconds; without it, all of them. @returns how many are gone. */
  removeAll(startedBefore?: number): Promise<number>;
}

interface Dependencies {
  readonly links: Pick<Links, 'sign' | 'read'>;
  /** Where each link is spent once. */
  readonly spent: Pick<InvitationStore, 'consumeState'>;
  readonly store: ConsoleSessionStore;
  readonly now: Clock;
  readonly log: Log;
}

/** Long enough to copy it from a terminal into a browser. */
const linkLives = 5 * minutes;
const idleFor = 30 * minutes;
const longestSession = 8 * hours;

export interface OpenedSession {
  readonly session: ConsoleSession;
  /** What the browser is to keep. */
  readonly cookie: string;
}

export class ConsoleSessions {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  async createLink(): Promise<{ signed: string; expiresAt: number }> {
    const { links, now, log } = this.#with;
    const expiresAt = now() + linkLives;
    const signed = await links.sign('console', { jti: crypto.randomUUID() }, expiresAt);
    log('information', 'console.link-made');
    return { signed, expiresAt };
  }

  /**
   * Whether a link may open the console, without spending it: mail programs and browsers look at links before people do.
   *
   * @throws TenantpostError `CONSOLE_LINK_INVALID`, `CONSOLE_LINK_EXPIRED`.
   */
  async examine(signed: string | undefined): Promise<{ jti: string }> {
    const claims = signed === undefined ? 'invalid' : await this.#with.links.read('console', signed);
    if (claims === 'invalid') throw new TenantpostError('CONSOLE_LINK_INVALID', 'The link is not one of ours.');
    if (claims === 'expired') throw new TenantpostError('CONSOLE_LINK_EXPIRED', 'The link has expired.');
    return claims;
  }

  /** @throws TenantpostError as `examine`, and `CONSOLE_LINK_USED`. */
  async open(signed: string | undefined): Promise<OpenedSession> {
    const { spent, store, now, log } = this.#with;
    const { jti } = await this.examine(signed);
    if (!(await spent.consumeState(jti, now() + linkLives))) {
      throw new TenantpostError('CONSOLE_LINK_USED', 'The link has been used already.');
    }
    const session = { id: crypto.randomUUID(), startedAt: now() };
    await store.insert(session);
    await store.removeAll(session.startedAt - longestSession);
    log('information', 'console.opened', { session: session.id });
    return { session, cookie: await this.#cookieOf(session) };
  }

  /**
   * @param cookie as the browser sent it.
   * @returns the session, and the cookie with which it goes on: another half hour from now.
   * @throws TenantpostError `CONSOLE_SIGNED_OUT`.
   */
  async resume(cookie: string | undefined): Promise<OpenedSession> {
    const { links, store, now } = this.#with;
    const claims = cookie === undefined ? 'invalid' : await links.read('session', cookie);
    if (typeof claims === 'string')
      throw signedOut(claims === 'expired' ? 'The session has ended.' : 'There is no session.');
    const session = { id: claims.sid, startedAt: claims.beg };
    if (session.startedAt + longestSession <= now()) throw signedOut('The session has ended.');
    if (!(await store.has(session.id))) throw signedOut('The session was ended.');
    return { session, cookie: await this.#cookieOf(session) };
  }

  /** For the forms of a session's pages: a page of another site cannot know it. It is the same for the whole session. */
  formToken({ id, startedAt }: ConsoleSession): Promise<string> {
    return this.#with.links.sign('form', { sid: id }, startedAt + longestSession);
  }

  /** @throws TenantpostError `CONSOLE_FORM_REFUSED`. */
  async requireForm(session: ConsoleSession, token: string | undefined): Promise<void> {
    const claims = token === undefined ? 'invalid' : await this.#with.links.read('form', token);
    if (typeof claims === 'object' && claims.sid === session.id) return;
    throw new TenantpostError('CONSOLE_FORM_REFUSED', 'The form is not one of this session.');
  }

  async close({ id }: ConsoleSession): Promise<void> {
    await this.#with.store.remove(id);
    this.#with.log('information', 'console.closed', { session: id });
  }

  /** @returns how many were open. */
  async closeAll(): Promise<number> {
    const ended = await this.#with.store.removeAll();
    this.#with.log('warning', 'console.all-closed', { ended });
    return ended;
  }

  #cookieOf({ id, startedAt }: ConsoleSession): Promise<string> {
    const expiresAt = Math.min(this.#with.now() + idleFor, startedAt + longestSession);
    return this.#with.links.sign('session', { sid: id, beg: startedAt }, expiresAt);
  }
}

const signedOut = (message: string): TenantpostError => new TenantpostError('CONSOLE_SIGNED_OUT', message);
