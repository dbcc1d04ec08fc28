/** Metrics that a test can read. */

import type { Metrics } from '../../shared/metrics.ts';

export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export function recordingMetrics(): Metrics & { readonly all: Measured[]; sum(name: string): number } {
  const all: Measured[] = [];
  return {
    all,
    sum: (name) => all.filter((one) => one.name === name).reduce((sum, { value }) => sum + value, 0),
    count: (name, attributes = {}, by = 1) => void all.push({ name, value: by, attributes }),
    gauge: (name, value, attributes = {}) => void all.push({ name, value, attributes }),
    record: (name, value, attributes = {}) => void all.push({ name, value, attributes }),
  };
}
