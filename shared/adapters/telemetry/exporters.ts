/** What telemetry is handed to: one exporter for each signal. */

import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';

export type Signal = 'traces' | 'metrics' | 'logs';

export interface Exporters {
  readonly traces: SpanExporter;
  /** What the exporter's reader needs to find in a span beside. */
  readonly beforeTraces?: SpanProcessor;
  readonly metrics: PushMetricExporter;
  /** Left out where the log is seen anyway. */
  readonly logs?: LogRecordExporter;
}

/** In milliseconds. */
export interface TelemetryTimes {
  /**
   * For how long one export may take, whatever the exporter does about it by itself. Meanwhile a queue fills up, and what no
   * longer fits is dropped: nobody who works waits for either.
   */
  readonly exportWithin: number;
  /** For how long the end of the process is put off. */
  readonly flushWithin: number;
  /** How often spans and log records are exported. */
  readonly batchesEvery: number;
  readonly metricsEvery: number;
}

export const usualTimes: TelemetryTimes = {
  exportWithin: 5_000,
  // The Functions host gives a worker five seconds to end in: WorkerTerminateGracePeriodInSeconds of azure-functions-host.
  flushWithin: 3_000,
  batchesEvery: 2_000,
  metricsEvery: 60_000,
};
