/**
 * When a token is too old for what, as shares of its own life. Entra draws an hour to an hour and a half, a policy may make
 * it ten minutes, and with continuous access evaluation it can be 28 hours:
 * https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes.
 */

import { minutes, seconds } from '../clock.ts';
import type { Token } from './token.ts';

/** All that is known of a token without decrypting it. Epoch milliseconds. */
export type TokenLife = Pick<Token, 'issuedAt' | 'expiresAt'>;

const lifeOf = ({ issuedAt, expiresAt }: TokenLife): number => Math.max(0, expiresAt - issuedAt);

/** A token is not handed out in its last minutes while a newer one can be had: the request must arrive while it is valid. */
const margin = (token: TokenLife): number => Math.min(5 * minutes, lifeOf(token) / 10);

/** What a token must have left even when no newer one can be had. */
const last = (token: TokenLife): number => Math.min(30 * seconds, lifeOf(token) / 20);

export const isFresh = (token: TokenLife, now: number): boolean => token.expiresAt - now > margin(token);

export const isStillValid = (token: TokenLife, now: number): boolean => token.expiresAt - now > last(token);

/**
 * From when on the timer renews a token: ahead of the margin by what is left out between two runs, or with a quarter of its
 * life left, whichever comes first; a long life leaves more time to sit out trouble of Entra's.
 *
 * @param ahead milliseconds that must not pass without a fresh token.
 * @param spread from 0 to 1, another one for each tenant: what was warmed in one run would else come due in one run again.
 */
export function renewFrom(token: TokenLife, ahead: number, spread: number): number {
  const life = lifeOf(token);
  const early = Math.max(margin(token) + ahead, life / 4) + (spread * life) / 10;
  return token.expiresAt - early;
}

/**
 * Whether a token is so new that a resource that refuses it would refuse the next one as well. Counted from the time that
 * it carries, which Entra sets some minutes back; it is the same for all processes, so together they ask no more than one.
 */
export const isYoung = (token: TokenLife, now: number): boolean =>
  now - token.issuedAt < Math.min(10 * minutes, lifeOf(token) / 2);
