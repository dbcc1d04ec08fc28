/** Links to the pages that show a tenant: whoever has one may see what the page shows, and nothing else. */

import { type Clock, hours } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { LinkClaims, LinkKind, Links } from './links.ts';

/** A consent that has not arrived is given up after a day; the page that follows it says so for one more. */
const followLives = 48 * hours;
const tenantPageLives = 30 * 24 * hours;

export interface TenantPageLink {
  readonly signed: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export class PageLinks {
  readonly #links: Links;
  readonly #now: Clock;

  constructor(links: Links, now: Clock) {
    this.#links = links;
    this.#now = now;
  }

  /** @param state of a consent that was believed: it names the invitation. */
  async follow(tenantId: string, state: string | undefined): Promise<string> {
    const claims = state === undefined ? 'invalid' : await this.#links.read('state', state);
    const invitation = typeof claims === 'object' ? { inv: claims.inv } : {};
    return this.#links.sign('follow', { tid: tenantId, ...invitation }, this.#now() + followLives);
  }

  async tenantPage(tenantId: string): Promise<TenantPageLink> {
    const expiresAt = this.#now() + tenantPageLives;
    return { signed: await this.#links.sign('tenant-page', { tid: tenantId, end: expiresAt }, expiresAt), expiresAt };
  }

  /** @throws TenantpostError `PAGE_LINK_INVALID` or `PAGE_LINK_EXPIRED`. */
  async read<K extends LinkKind>(kind: K, signed: string | undefined): Promise<LinkClaims<K>> {
    const claims = signed === undefined ? 'invalid' : await this.#links.read(kind, signed);
    if (claims === 'invalid') throw new TenantpostError('PAGE_LINK_INVALID', 'The link to the page is not valid.');
    if (claims === 'expired') throw new TenantpostError('PAGE_LINK_EXPIRED', 'The link to the page has expired.');
    return claims;
  }
}
