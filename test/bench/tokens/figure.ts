/** How a figure that was measured several times is told. */

export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** @param digits of what is kept, all figures of one table alike. */
export function figureOf(values: readonly number[], digits = 3): Figure {
  const sorted = values.toSorted((one, other) => one - other);
  const rounded = (value: number | undefined): number => Number((value ?? Number.NaN).toPrecision(digits));
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { median: rounded(median), min: rounded(sorted[0]), max: rounded(sorted.at(-1)), runs: sorted.length };
}
