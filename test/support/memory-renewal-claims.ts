/** Claims on renewals in a map, for several token sources that stand for processes. */

import type { Clock } from '../../shared/clock.ts';
import type { RenewalClaims, SharedFailure } from '../../shared/tokens/shared-renewal.ts';
import type { Resource } from '../../shared/resource.ts';

export class MemoryRenewalClaims implements RenewalClaims {
  readonly rows = new Map<string, { until: number; failure: SharedFailure | undefined }>();
  readonly #now: Clock;

  constructor(now: Clock) {
    this.#now = now;
  }

  async claim(tenantId: string, resource: Resource, until: number): Promise<'ours' | 'theirs' | SharedFailure> {
    await Promise.resolve();
    const held = this.rows.get(`${tenantId} ${resource}`);
    if (held !== undefined && held.until > this.#now()) return held.failure ?? 'theirs';
    this.rows.set(`${tenantId} ${resource}`, { until, failure: undefined });
    return 'ours';
  }

  async release(tenantId: string, resource: Resource, failure: SharedFailure | undefined): Promise<void> {
    await Promise.resolve();
    if (failure === undefined) this.rows.delete(`${tenantId} ${resource}`);
    else this.rows.set(`${tenantId} ${resource}`, { until: this.#now() + 5000, failure });
  }
}
