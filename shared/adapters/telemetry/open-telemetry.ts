/** OpenTelemetry's SDK, set up so that nobody who works ever waits for it: bounded queues, time limits, nothing thrown. */

import { context, metrics as otelMetrics, trace } from '@opentelemetry/api';
import { logs as otelLogs } from '@opentelemetry/api-logs';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { ExportWatch } from './export-watch.ts';
import type { Exporters, Signal, TelemetryTimes } from './exporters.ts';
import { guarded } from './guarded-exporter.ts';

interface Options {
  readonly exporters: Exporters;
  readonly watch: ExportWatch;
  /** How many of all traces are kept. By their id, so that each is kept whole in whichever process it goes on. */
  readonly traceRatio: number;
  readonly times: TelemetryTimes;
  /** Whether a request of this signal has failed since it was asked last, where its exporter would not say so. */
  readonly hasFailed: (signal: Signal) => boolean;
}

/** Some megabytes at most: a thousand mails under way, with everything about them. */
const queues = { maxQueueSize: 4096, maxExportBatchSize: 512 };

/** Nothing that we write is as long, but for the stack of an error that nobody foresaw. */
const attributeValueLengthLimit = 2_000;

/** @returns what exports the rest and ends it all. */
export function openTelemetry({ exporters, traceRatio, times, ...others }: Options): () => Promise<void> {
  const { exportWithin, batchesEvery, metricsEvery } = times;
  const guard = { exportWithin, ...others };
  // The SDK gives a batch up a little after its exporter was given up.
  const exportTimeoutMillis = exportWithin + 1_000;
  const batches = { ...queues, scheduledDelayMillis: batchesEvery, exportTimeoutMillis };
  const resource = resourceFromAttributes({
    'service.name': 'tenantpost',
    'service.instance.id': crypto.randomUUID(),
  });
  const traces = guarded(exporters.traces, 'traces', (spans: ReadableSpan[]) => spans.length, guard);
  const metrics = guarded(exporters.metrics, 'metrics', metricsIn, guard);

  const beforeTraces = exporters.beforeTraces === undefined ? [] : [exporters.beforeTraces];
  const tracers = new BasicTracerProvider({
    resource,
    sampler: new TraceIdRatioBasedSampler(traceRatio),
    spanLimits: { attributeValueLengthLimit },
    spanProcessors: [...beforeTraces, new BatchSpanProcessor(traces, batches)],
  });
  // No longer than the interval: the SDK refuses that.
  const timing = {
    exportIntervalMillis: metricsEvery,
    exportTimeoutMillis: Math.min(exportTimeoutMillis, metricsEvery),
  };
  const meters = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: metrics, ...timing })],
  });
  const providers: { shutdown(): Promise<void> }[] = [tracers, meters];

  // Also for the fixtures of a test that starts it twice: what is set stays set otherwise.
  end();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracers);
  otelMetrics.setGlobalMeterProvider(meters);
  if (exporters.logs) {
    const records = (batch: ReadableLogRecord[]): number => batch.length;
    const exporter = guarded(exporters.logs, 'logs', records, guard);
    const loggers = new LoggerProvider({
      resource,
      logRecordLimits: { attributeValueLengthLimit },
      processors: [new BatchLogRecordProcessor({ exporter, ...batches })],
    });
    otelLogs.setGlobalLoggerProvider(loggers);
    providers.push(loggers);
  }
  return async () => {
    await Promise.allSettled(providers.map((one) => one.shutdown()));
    end();
  };
}

function end(): void {
  context.disable();
  trace.disable();
  otelMetrics.disable();
  otelLogs.disable();
}

function metricsIn({ scopeMetrics }: ResourceMetrics): number {
  return scopeMetrics.reduce((sum, { metrics }) => sum + metrics.length, 0);
}
