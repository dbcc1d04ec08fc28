/** Spreads tenants over time, the same way in every process and every run, so that nobody has to remember whose turn it is. */

import { createHash } from 'node:crypto';

/** From 0 up to 1, evenly over all tenants. */
export function spreadOf(tenantId: string): number {
  return createHash('sha256').update(tenantId.toLowerCase()).digest().readUInt32BE(0) / 2 ** 32;
}

/**
 * Whether a tenant's turn comes once in every interval and falls into the period that begins now. All of them in milliseconds.
 */
export function isTurn(tenantId: string, now: number, interval: number, period: number): boolean {
  const since = (((now - spreadOf(tenantId) * interval) % interval) + interval) % interval;
  return since + period >= interval;
}
