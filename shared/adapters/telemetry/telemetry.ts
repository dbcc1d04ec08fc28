/**
 * Traces, metrics and logs of this process, from its start to its end. What they need is loaded when they are on: an app
 * without telemetry does not pay for it.
 */

import type { TokenCredential } from '@azure/identity';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { TelemetryConfig } from '../../telemetry-settings.ts';
import { ExportWatch } from './export-watch.ts';
import { type Exporters, type Signal, type TelemetryTimes, usualTimes } from './exporters.ts';

interface Dependencies {
  readonly config: TelemetryConfig;
  /** Of the managed identity, for Azure Monitor. */
  readonly identity: TokenCredential;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly log: Log;
}

export class Telemetry {
  readonly #with: Dependencies;
  readonly #times: TelemetryTimes;
  #stop: (() => Promise<void>) | undefined;

  constructor(dependencies: Dependencies, times: TelemetryTimes = usualTimes) {
    this.#with = dependencies;
    this.#times = times;
  }

  get isOn(): boolean {
    return this.#with.config.kind !== 'off';
  }

  /**
   * What the Functions host is told of this worker: it would send the same lines once more.
   * https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/Channel/GrpcWorkerChannel.cs
   */
  get capabilities(): Readonly<Record<string, boolean>> {
    const { kind } = this.#with.config;
    const sendsLogs = kind === 'otlp' || kind === 'azure-monitor';
    return {
      // With `telemetryMode` openTelemetry in host.json.
      ...(sendsLogs ? { WorkerOpenTelemetryEnabled: true } : {}),
      // Without, if what it sends goes where ours goes.
      ...(kind === 'azure-monitor' ? { WorkerApplicationInsightsLoggingEnabled: true } : {}),
    };
  }

  /** Loads and sets up; asks nobody. Never throws: mail leaves without telemetry as well. */
  async start(): Promise<void> {
    const { config, log, metrics } = this.#with;
    if (config.kind === 'off') return;
    try {
      const failed = new Set<Signal>();
      const exporters = await this.#exporters(config, failed);
      const { openTelemetry } = await import('./open-telemetry.ts');
      this.#stop = openTelemetry({
        exporters,
        watch: new ExportWatch({ log, metrics }),
        traceRatio: config.kind === 'console' ? 1 : config.traceRatio,
        times: this.#times,
        hasFailed: (signal) => failed.delete(signal),
      });
    } catch (error) {
      log('error', 'telemetry.not-started', { kind: error instanceof Error ? error.name : typeof error });
    }
  }

  /** Exports what is left, as far as that can be done in the time that there is. Never throws. */
  async stop(): Promise<void> {
    const stop = this.#stop;
    if (stop === undefined) return;
    this.#stop = undefined;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, this.#times.flushWithin);
    await Promise.race([stop(), late.promise]).catch(() => undefined);
    clearTimeout(timer);
  }

  async #exporters(config: Exclude<TelemetryConfig, { kind: 'off' }>, failed: Set<Signal>): Promise<Exporters> {
    switch (config.kind) {
      case 'console':
        return (await import('./console-exporters.ts')).consoleExporters();
      case 'otlp':
        return (await import('./otlp-exporters.ts')).otlpExporters(config.endpoint, this.#times.exportWithin);
      case 'azure-monitor': {
        const { azureMonitorExporters } = await import('./azure-monitor-exporters.ts');
        const { exportWithin } = this.#times;
        const { connectionString } = config;
        return azureMonitorExporters(connectionString, this.#with.identity, exportWithin, (one) => failed.add(one));
      }
    }
  }
}
