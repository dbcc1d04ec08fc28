/** Tokens in a map, unencrypted: the sealing is the table's. */

import type { Resource, Token } from '../../shared/tokens/token.ts';
import type { TokenStore } from '../../shared/tokens/token-source.ts';

export class MemoryTokenStore implements TokenStore {
  readonly rows = new Map<string, string>();

  read(tenantId: string, resource: Resource): Promise<string | undefined> {
    return Promise.resolve(this.rows.get(`${tenantId} ${resource}`));
  }

  write({ tenantId, resource, value }: Token): Promise<void> {
    this.put(tenantId, value, resource);
    return Promise.resolve();
  }

  remove(tenantId: string, resource: Resource): Promise<void> {
    this.rows.delete(`${tenantId} ${resource}`);
    return Promise.resolve();
  }

  /** Writes past the port, as whoever can change the table would. */
  put(tenantId: string, value: string, resource: Resource = 'graph'): void {
    this.rows.set(`${tenantId} ${resource}`, value);
  }
}
