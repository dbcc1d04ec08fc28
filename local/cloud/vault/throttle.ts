/**
 * How much one vault does in ten seconds: https://learn.microsoft.com/azure/key-vault/general/service-limits. Keys of
 * different sizes draw on one allowance, each transaction by its weight: where 4,000 operations with 2,048 bits are
 * allowed and 500 with 4,096, one of these costs as much as eight of those.
 */

import type { VaultLimits } from '../state.ts';
import { throttled } from './vault-error.ts';

export type Transaction = keyof VaultLimits;

const documented: Required<VaultLimits> = {
  rsa2048: 4000,
  rsa3072: 1000,
  rsa4096: 500,
  createKey: 20,
  createSecret: 300,
  other: 4000,
};
const pools: Record<Transaction, string> = {
  rsa2048: 'keys',
  rsa3072: 'keys',
  rsa4096: 'keys',
  createKey: 'createKey',
  createSecret: 'createSecret',
  other: 'other',
};
const WINDOW_MILLISECONDS = 10_000;
/** Sums of 1/4000 are not exact. */
const ROUNDING = 1e-9;

/**
 * The windows are fixed ones that begin with their first transaction: which kind the service has is not documented. They
 * are not kept over a restart.
 */
export class Throttle {
  readonly #pools = new Map<string, { since: number; used: number }>();

  /**
   * Counts a transaction, unless there is no room for it: those that are refused do not count
   * (https://learn.microsoft.com/azure/key-vault/general/overview-throttling).
   *
   * @throws VaultError 429
   */
  admit(transaction: Transaction, limits: VaultLimits, now: number): void {
    const limit = limits[transaction] ?? documented[transaction];
    const name = pools[transaction];
    const former = this.#pools.get(name);
    // A clock that was set back begins anew as well.
    const isOver = former === undefined || now < former.since || now - former.since >= WINDOW_MILLISECONDS;
    const pool = isOver ? { since: now, used: 0 } : former;
    this.#pools.set(name, pool);
    if (limit === 0 || pool.used + 1 / limit > 1 + ROUNDING) throw throttled(`over the limit of ${transaction}`);
    pool.used += 1 / limit;
  }
}
