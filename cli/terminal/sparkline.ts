/** Numbers as a row of bars, for a look and not for reading off. */

const bars = '▁▂▃▄▅▆▇█';

/** Nought has the lowest bar to itself, so that one mail in a busy day is not nothing. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => bars[count <= 0 ? 0 : Math.max(1, Math.round((count / most) * (bars.length - 1)))])
    .join('');
}
