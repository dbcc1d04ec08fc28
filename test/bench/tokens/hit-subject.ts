/** A token cache that is measured, filled with so many tenants. */

/** A hit is told by its tenant alone: all are asked for Graph's token. */
type Hit = (tenantId: string) => Promise<unknown>;

export interface FilledCache {
  /** Nothing is wrapped around what a user of the cache calls, since that would be measured as well. */
  readonly hit: Hit;
  /** The token itself, from what `hit` resolved to. */
  readonly tokenOf: (answer: unknown) => string;
  /** How many requests for a token have been made of whatever is behind the cache. */
  readonly requests: () => number;
}

export interface HitSubject {
  readonly label: string;
  /** Hits in one measurement of so many tenants: about a tenth of a second. */
  readonly hits: (tenants: number) => number;
  readonly fill: (tenantIds: readonly string[]) => Promise<FilledCache>;
}
