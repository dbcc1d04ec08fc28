import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { metrics as otel } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { openTelemetryMetrics } from '../../../../shared/adapters/opentelemetry-metrics.ts';

/** A meter provider whose metrics can be read, registered until the test ends. */
function registered() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  otel.setGlobalMeterProvider(provider);
  providers.push(provider);
  /** Name, attributes and value of everything that was measured. */
  return async () => {
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ scope, metrics }) => metrics.map((metric) => ({ scope: scope.name, metric })))
      .flatMap(({ scope, metric: { descriptor, dataPoints } }) =>
        dataPoints.map(({ attributes, value }) => ({ scope, name: descriptor.name, attributes, value })),
      );
  };
}

const providers: MeterProvider[] = [];

afterEach(async () => {
  otel.disable();
  for (const provider of providers.splice(0)) await provider.shutdown();
});

describe('metrics', () => {
  test('count by name and attributes, under the scope of the app', async () => {
    const read = registered();
    const metrics = openTelemetryMetrics();
    metrics.count('tenantpost.tokens.hits');
    metrics.count('tenantpost.tokens.hits');
    metrics.count('tenantpost.tokens.requests', { resource: 'graph' });
    metrics.count('tenantpost.tokens.requests', { resource: 'outlook' });
    metrics.count('tenantpost.tokens.requests', { resource: 'graph' });
    const scope = 'tenantpost';
    assert.deepEqual(await read(), [
      { scope, name: 'tenantpost.tokens.hits', attributes: {}, value: 2 },
      { scope, name: 'tenantpost.tokens.requests', attributes: { resource: 'graph' }, value: 2 },
      { scope, name: 'tenantpost.tokens.requests', attributes: { resource: 'outlook' }, value: 1 },
    ]);
  });

  test('keep the last value of a gauge', async () => {
    const read = registered();
    const metrics = openTelemetryMetrics();
    for (const left of [3, 0]) metrics.gauge('tenantpost.warm.tokens_left', left, { shard: '0' });
    const [{ name, attributes, value } = {}, ...others] = await read();
    assert.deepEqual([name, attributes, value], ['tenantpost.warm.tokens_left', { shard: '0' }, 0]);
    assert.deepEqual(others, []);
  });

  test('record how values are spread', async () => {
    const read = registered();
    const metrics = openTelemetryMetrics();
    for (const took of [1, 2, 4.5]) metrics.record('tenantpost.warm.seconds', took);
    const [{ name, value } = {}] = await read();
    assert.equal(name, 'tenantpost.warm.seconds');
    assert.ok(typeof value === 'object' && 'sum' in value);
    assert.deepEqual([value.count, value.sum, value.min, value.max], [3, 7.5, 1, 4.5]);
  });

  test('that are made before a provider is registered, and first used after it, are not lost', async () => {
    const metrics = openTelemetryMetrics();
    const read = registered();
    metrics.count('tenantpost.tokens.misses');
    assert.equal((await read()).length, 1);
  });

  test('without a provider do nothing, and fail nobody', () => {
    const metrics = openTelemetryMetrics();
    metrics.count('tenantpost.tokens.hits');
    metrics.gauge('tenantpost.warm.tokens_due', 1);
    metrics.record('tenantpost.warm.seconds', 1);
  });
});
