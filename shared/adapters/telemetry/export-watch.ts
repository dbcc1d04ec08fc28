/** Counts what could not be exported, and says once that an exporter fails, and once that it works again. */

import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { Signal } from './exporters.ts';

interface Dependencies {
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count'>;
}

export class ExportWatch {
  readonly #with: Dependencies;
  /** Since when a signal is not exported, by how much is lost. */
  readonly #lost = new Map<Signal, number>();

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  exported(signal: Signal): void {
    const lost = this.#lost.get(signal);
    if (lost === undefined) return;
    this.#lost.delete(signal);
    this.#with.log('information', 'telemetry.exported-again', { signal, lost });
  }

  lost(signal: Signal, items: number): void {
    const before = this.#lost.get(signal);
    this.#lost.set(signal, (before ?? 0) + items);
    this.#with.metrics.count('tenantpost.telemetry.lost', { signal }, items);
    // No reason: an exporter's error may hold its address, and what the other side has answered.
    if (before === undefined) this.#with.log('warning', 'telemetry.not-exported', { signal });
  }
}
