/** Metrics by the OpenTelemetry API: https://opentelemetry.io/docs/specs/otel/metrics/api/. */

import { type Counter, type Gauge, type Histogram, metrics as otel } from '@opentelemetry/api';
import type { CounterName, GaugeName, HistogramName, Metrics } from '../metrics.ts';

/**
 * Without a meter provider every call does nothing. Instruments are made at first use, as a provider that is registered later
 * would not see earlier ones.
 */
export function openTelemetryMetrics(): Metrics {
  const counters = new Map<CounterName, Counter>();
  const gauges = new Map<GaugeName, Gauge>();
  const histograms = new Map<HistogramName, Histogram>();
  const meter = () => otel.getMeter('tenantpost');
  const held = <Name, Instrument>(map: Map<Name, Instrument>, name: Name, make: () => Instrument): Instrument => {
    const known = map.get(name);
    if (known !== undefined) return known;
    const instrument = make();
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
