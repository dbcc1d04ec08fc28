/** When the tokens of the shared table end, read without decrypting one. */

import type { Shard } from '../shard.ts';
import type { TokenLife } from './renewal-time.ts';
import type { Resource } from '../resource.ts';

export interface TokenInIndex extends TokenLife {
  readonly tenantId: string;
  readonly resource: Resource;
}

/** The row's own word, which nothing authenticates: good for planning, never for handing a token out. */
export interface TokenIndex {
  /** @throws TenantpostError `STORAGE_UNAVAILABLE`. */
  list(shard: Shard): AsyncIterable<TokenInIndex>;
}
