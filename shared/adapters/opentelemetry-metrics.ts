/** Metrics by the OpenTelemetry API: https://opentelemetry.io/docs/specs/otel/metrics/api/. */

import { type Counter, type Gauge, type Histogram, type MetricOptions, metrics as otel } from '@opentelemetry/api';
import { type CounterName, type GaugeName, type HistogramName, type Metrics, metricTable } from '../metrics.ts';

/** OpenTelemetry's own bounds are made for milliseconds; mail waits for seconds, minutes and hours. */
const secondsBounds = [0, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];

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
  const counter = (name: CounterName) => held(counters, name, () => meter().createCounter(name, optionsOf(name)));
  const gauge = (name: GaugeName) => held(gauges, name, () => meter().createGauge(name, optionsOf(name)));
  const histogram = (name: HistogramName) =>
    held(histograms, name, () =>
      meter().createHistogram(name, { ...optionsOf(name), advice: { explicitBucketBoundaries: secondsBounds } }),
    );
  return {
    count: (name, attributes, by = 1) => counter(name).add(by, attributes),
    gauge: (name, value, attributes) => gauge(name).record(value, attributes),
    record: (name, value, attributes) => histogram(name).record(value, attributes),
  };
}

function optionsOf(name: keyof typeof metricTable): MetricOptions {
  const { unit, meaning } = metricTable[name];
  return { unit, description: meaning };
}
