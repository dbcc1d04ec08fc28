/**
 * To an OpenTelemetry collector as OTLP over HTTP, in JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp. What else the
 * exporters take, headers with a key above all, they read from OTEL_EXPORTER_OTLP_* themselves.
 */

import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Exporters, Signal } from './exporters.ts';

/** Of one signal at a time: what comes faster is dropped. */
const atOnce = 2;

/** @param endpoint without a slash at its end. */
export function otlpExporters(endpoint: string, exportWithin: number): Exporters {
  const options = (signal: Signal) => ({
    url: `${endpoint}/v1/${signal}`,
    timeoutMillis: exportWithin,
    concurrencyLimit: atOnce,
  });
  return {
    traces: new OTLPTraceExporter(options('traces')),
    metrics: new OTLPMetricExporter(options('metrics')),
    logs: new OTLPLogExporter(options('logs')),
  };
}
