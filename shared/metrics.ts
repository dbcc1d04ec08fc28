/** What this app counts. The names are stable: dashboards and alerts go by them. */

import { type Counter, type Gauge, type Histogram, metrics as otel } from '@opentelemetry/api';

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

/**
 * Metrics by the OpenTelemetry API (https://opentelemetry.io/docs/specs/otel/metrics/api/). Without a meter provider every
 * call does nothing. Instruments are made at first use, as a provider that is registered later would not see earlier ones.
 */
export function openTelemetryMetrics(): Metrics {
  const counters = new Map<CounterName, Counter>();
  const gauges = new Map<GaugeName, Gauge>();
  const histograms = new Map<HistogramName, Histogram>();
  const meter = () => otel.getMeter('tenantpost');
  const held = <Name, Instrument>(map: Map<Name, Instrument>, name: Name, make: () => Instrument): Instrument => {
    const instrument = map.get(name) ?? make();
    map.set(name, instrument);
    return instrument;
  };
  return {
    count: (name, attributes) => held(counters, name, () => meter().createCounter(name)).add(1, attributes),
    gauge: (name, value, attributes) => held(gauges, name, () => meter().createGauge(name)).record(value, attributes),
    record: (name, value, attributes) =>
      held(histograms, name, () => meter().createHistogram(name)).record(value, attributes),
  };
}
