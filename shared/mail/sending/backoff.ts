/** How long a job waits before it is tried again. */

import { minutes, seconds } from '../../clock.ts';
import type { TenantpostError } from '../../errors.ts';

export const mostBackoff = 15 * minutes;

/** What the service asked for, else 15 s doubling to 15 min; up to a fifth more at random, so that a herd spreads out. */
export function delayOf(error: TenantpostError, tries: number): number {
  const wanted = (error.retryAfterSeconds ?? 0) * seconds;
  const backoff = Math.min(15 * seconds * 2 ** (Math.max(tries, 1) - 1), mostBackoff);
  return Math.round((wanted > 0 ? wanted : backoff) * (1 + Math.random() / 5));
}
