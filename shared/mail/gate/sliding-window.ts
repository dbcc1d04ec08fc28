/** How much was used, or is booked, in the last so many buckets of time: a few sums, however much it was. */

/** A window counts whole buckets, and so sees any two uses that are at most (buckets - 1) x milliseconds apart. */
export interface Window {
  readonly milliseconds: number;
  readonly buckets: number;
}

/** What fell into one bucket; buckets are numbered from the epoch. */
export interface Slice {
  readonly bucket: number;
  readonly count: number;
}

/** In order of time, without empty buckets. */
export type WindowState = readonly Slice[];

/** What is in the window that ends at `at`. What lies after it counts as well: a clock may have been set back. */
export function usedIn(state: WindowState, { milliseconds, buckets }: Window, at: number): number {
  const oldest = Math.floor(at / milliseconds) - buckets + 1;
  return state.reduce((sum, { bucket, count }) => (bucket < oldest ? sum : sum + count), 0);
}

/**
 * With so much more at that time.
 *
 * @param from no window is asked for any more that ends before this: what such windows alone could see is dropped.
 */
export function withUse(
  state: WindowState,
  { milliseconds, buckets }: Window,
  at: number,
  count: number,
  from: number = at,
): WindowState {
  if (count <= 0) return state;
  const bucket = Math.floor(at / milliseconds);
  const oldest = Math.floor(from / milliseconds) - buckets + 1;
  const kept = state.filter((slice) => slice.bucket >= oldest);
  const place = kept.findLastIndex((slice) => slice.bucket <= bucket);
  const here = kept[place];
  if (here?.bucket === bucket) return kept.with(place, { bucket, count: here.count + count });
  return kept.toSpliced(place + 1, 0, { bucket, count });
}

/** The first time, not before `at`, at which so much more is within the limit; more than the limit waits for an empty window. */
export function roomAt(state: WindowState, window: Window, at: number, count: number, limit: number): number {
  const most = limit - Math.min(count, limit);
  let used = usedIn(state, window, at);
  if (used <= most) return at;
  const oldest = Math.floor(at / window.milliseconds) - window.buckets + 1;
  for (const slice of state) {
    if (slice.bucket < oldest) continue;
    used -= slice.count;
    if (used <= most) return (slice.bucket + window.buckets) * window.milliseconds;
  }
  return at;
}
