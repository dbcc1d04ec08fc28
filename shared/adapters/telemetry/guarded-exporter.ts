/** An exporter held to its time: it is asked, it may fail or hang or throw, and what became of it is told. */

import type { ExportWatch } from './export-watch.ts';
import type { Signal } from './exporters.ts';

interface Result {
  readonly code: number;
}

interface Exporter<Batch> {
  export(batch: Batch, done: (result: Result) => void): void;
}

interface Guard {
  readonly exportWithin: number;
  readonly watch: Pick<ExportWatch, 'exported' | 'lost'>;
  /** Whether a request of this signal has failed since it was asked last, where the exporter would not say so. */
  readonly hasFailed: (signal: Signal) => boolean;
}

/** By https://opentelemetry.io/docs/specs/otel/trace/sdk/#exportbatch: SUCCESS and FAILED. */
const [success, failure] = [0, 1];

export function guarded<Batch, Guarded extends Exporter<Batch>>(
  exporter: Guarded,
  signal: Signal,
  sizeOf: (batch: Batch) => number,
  { exportWithin, watch, hasFailed }: Guard,
): Guarded {
  const original = exporter.export.bind(exporter);
  exporter.export = (batch, done) => {
    let isOver = false;
    const end = (result: Result): void => {
      // Azure Monitor's answers twice.
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (result.code === success && !hasFailed(signal)) watch.exported(signal);
      else watch.lost(signal, sizeOf(batch));
      done(result);
    };
    const timer = setTimeout(() => end({ code: failure }), exportWithin);
    timer.unref();
    // Some answer by a promise as well, and one that nobody handles would end the process.
    new Promise((resolve) => resolve(original(batch, end))).catch(() => end({ code: failure }));
  };
  return exporter;
}
