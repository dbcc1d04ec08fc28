/** Tokens in a map, unencrypted: the sealing is the table's. */

import { TenantpostError } from '../../shared/errors.ts';
import type { Shard } from '../../shared/shard.ts';
import type { Resource } from '../../shared/resource.ts';
import type { Token } from '../../shared/tokens/token.ts';
import type { TokenIndex, TokenInIndex } from '../../shared/tokens/token-index.ts';
import type { TokenStore } from '../../shared/tokens/token-source.ts';

/** What stands in a row that whoever can change the table has broken. */
export const broken = 'broken';

export class MemoryTokenStore implements TokenStore, TokenIndex {
  readonly rows = new Map<string, string>();
  readonly #index = new Map<string, TokenInIndex>();

  async read(tenantId: string, resource: Resource): Promise<string | undefined> {
    await Promise.resolve();
    const value = this.rows.get(`${tenantId} ${resource}`);
    if (value === broken) throw new TenantpostError('TOKEN_WRONG', 'The row was changed.');
    return value;
  }

  write({ tenantId, resource, value, issuedAt, expiresAt }: Token): Promise<void> {
    this.put(tenantId, value, resource);
    this.#index.set(`${tenantId} ${resource}`, { tenantId, resource, issuedAt, expiresAt });
    return Promise.resolve();
  }

  remove(tenantId: string, resource: Resource): Promise<void> {
    this.rows.delete(`${tenantId} ${resource}`);
    this.#index.delete(`${tenantId} ${resource}`);
    return Promise.resolve();
  }

  async *list({ from, before }: Shard): AsyncIterable<TokenInIndex> {
    for (const row of [...this.#index.values()]) {
      await Promise.resolve();
      if (row.tenantId >= from && row.tenantId < before) yield row;
    }
  }

  /** Writes past the port, as whoever can change the table would. */
  put(tenantId: string, value: string, resource: Resource = 'graph'): void {
    this.rows.set(`${tenantId} ${resource}`, value);
  }
}
