/** Binds a consent to the browser that began it: the cookie stays in the browser, and the signed state holds its digest. */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { LinkClaims } from './links.ts';

export function digestOf(browser: string): string {
  return createHash('sha256').update(browser).digest('base64url');
}

/** @param browser the cookie's value, if one came. */
export function isBoundTo({ bnd }: LinkClaims<'state'>, browser: string | undefined): boolean {
  return browser !== undefined && isSameText(digestOf(browser), bnd);
}

/** In a time that does not tell how much of it was right. */
function isSameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
