/** To Application Insights, by Microsoft's own exporter and a managed identity: local authentication is off there. */

import type { TokenCredential } from '@azure/identity';
import { SpanKind } from '@opentelemetry/api';
import {
  AI_OPERATION_NAME,
  AzureMonitorLogExporter,
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
} from '@azure/monitor-opentelemetry-exporter';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Exporters, Signal } from './exporters.ts';

type Options = NonNullable<ConstructorParameters<typeof AzureMonitorTraceExporter>[0]>;
type Policy = NonNullable<Options['additionalPolicies']>[number]['policy'];

/** @param failed is told of each request that did not succeed: without its own files the exporter calls that a success. */
export function azureMonitorExporters(
  connectionString: string,
  credential: TokenCredential,
  exportWithin: number,
  failed: (signal: Signal) => void,
): Exporters {
  // It would send figures about itself to an endpoint of Microsoft's, with the host name of the app, by a token of nobody.
  // eslint-disable-next-line no-restricted-properties -- the exporter has no option for it
  process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'] ??= 'true';
  const options = (signal: Signal): Options => ({
    connectionString,
    credential,
    // It would write telemetry that could not be sent into the temporary folder, and send it by whichever process comes next.
    disableOfflineStorage: true,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy: watched(exportWithin, () => failed(signal)), position: 'perCall' }],
  });
  return {
    traces: new AzureMonitorTraceExporter(options('traces')),
    beforeTraces: named,
    metrics: new AzureMonitorMetricExporter(options('metrics')),
    logs: new AzureMonitorLogExporter(options('logs')),
  };
}

/** Without it a request that came by a queue has no name in Application Insights. */
const named: SpanProcessor = {
  onStart(span) {
    if (span.kind === SpanKind.CONSUMER) span.setAttribute(AI_OPERATION_NAME, span.name);
  },
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

function watched(exportWithin: number, failed: () => void): Policy {
  return {
    name: 'watched',
    async sendRequest(request, next) {
      request.timeout = exportWithin;
      try {
        const response = await next(request);
        if (response.status >= 300) failed();
        return response;
      } catch (error) {
        failed();
        throw error;
      }
    },
  };
}
