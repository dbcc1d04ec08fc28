import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readConfig } from '../../../shared/config.ts';
import { emulatorSettings, type Environment } from '../../support/settings.ts';

const connection = `InstrumentationKey=${crypto.randomUUID()};IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/`;
const telemetryOf = (settings: Environment) => readConfig(emulatorSettings(settings)).telemetry;

describe('telemetry', () => {
  test('is off where nothing is said, and goes to Application Insights where that is connected', () => {
    assert.deepEqual(telemetryOf({}), { kind: 'off' });
    assert.deepEqual(telemetryOf({ APPLICATIONINSIGHTS_CONNECTION_STRING: connection }), {
      kind: 'azure-monitor',
      connectionString: connection,
      traceRatio: 1,
    });
  });

  test('goes where it is told to, also beside a connection string, which is for the Functions host then', () => {
    const connected = { APPLICATIONINSIGHTS_CONNECTION_STRING: connection };
    assert.deepEqual(telemetryOf({ ...connected, TENANTPOST_TELEMETRY: 'off' }), { kind: 'off' });
    assert.deepEqual(telemetryOf({ TENANTPOST_TELEMETRY: 'console' }), { kind: 'console' });
    const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', TENANTPOST_TRACE_RATIO: '0.25' };
    assert.deepEqual(telemetryOf({ ...connected, ...collector, TENANTPOST_TELEMETRY: 'otlp' }), {
      kind: 'otlp',
      endpoint: 'http://collector:4318',
      traceRatio: 0.25,
    });
  });

  const wrong: readonly [what: string, settings: Environment, problem: RegExp][] = [
    ['a kind that there is not', { TENANTPOST_TELEMETRY: 'on' }, /TENANTPOST_TELEMETRY: expected one of off, console/],
    ['no collector', { TENANTPOST_TELEMETRY: 'otlp' }, /OTEL_EXPORTER_OTLP_ENDPOINT: .*TENANTPOST_TELEMETRY is otlp/],
    ['no connection', { TENANTPOST_TELEMETRY: 'azure-monitor' }, /APPLICATIONINSIGHTS_CONNECTION_STRING: .*not set/],
    ['a collector with a password', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:secret@collector' }, /no credentials/],
    ['a collector that is none', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /an OpenTelemetry collector/],
    ['a ratio above one', { TENANTPOST_TRACE_RATIO: '1.5' }, /TENANTPOST_TRACE_RATIO: expected a number from 0 to 1/],
    ['a key alone', { APPLICATIONINSIGHTS_CONNECTION_STRING: crypto.randomUUID() }, /InstrumentationKey=<GUID>/],
    [
      'an endpoint without TLS',
      { APPLICATIONINSIGHTS_CONNECTION_STRING: connection.replace('https', 'http') },
      /APPLICATIONINSIGHTS_CONNECTION_STRING: expected/,
    ],
    [
      'a setting that is misspelt',
      { TENANTPOST_TELEMETRY_KIND: 'otlp' },
      /TENANTPOST_TELEMETRY_KIND: expected no such/,
    ],
  ];
  for (const [what, settings, problem] of wrong) {
    test(`refuses ${what}, and names no value`, () => {
      assert.throws(
        () => telemetryOf(settings),
        (error: Error) => {
          assert.match(error.message, problem);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }
});
