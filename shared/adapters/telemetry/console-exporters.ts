/** Spans and metrics to standard output. The log is there already. */

import { ConsoleMetricExporter } from '@opentelemetry/sdk-metrics';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Exporters } from './exporters.ts';

export function consoleExporters(): Exporters {
  return { traces: new ConsoleSpanExporter(), metrics: new ConsoleMetricExporter() };
}
