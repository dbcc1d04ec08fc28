/** What this app counts. The names are stable: dashboards and alerts go by them. */

/** Ids of tenants, mailboxes or messages never become attributes: each value is a time series of its own. */
type Attributes = Readonly<Record<string, string>>;

export type CounterName =
  | 'tenantpost.tokens.hits'
  | 'tenantpost.tokens.misses'
  | 'tenantpost.tokens.requests'
  | 'tenantpost.tokens.failures'
  | 'tenantpost.tokens.wrong';
export type GaugeName =
  | 'tenantpost.credential.days_left'
  | 'tenantpost.warm.tenants'
  | 'tenantpost.warm.tokens_due'
  | 'tenantpost.warm.tokens_left';
export type HistogramName = 'tenantpost.warm.seconds';

export interface Metrics {
  count(name: CounterName, attributes?: Attributes): void;
  gauge(name: GaugeName, value: number, attributes?: Attributes): void;
  record(name: HistogramName, value: number, attributes?: Attributes): void;
}
