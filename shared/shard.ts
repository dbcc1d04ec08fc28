/** A part of all tenants, by a range of their ids: tables are read by range, and GUIDs spread evenly over it. */

export interface Shard {
  /** From 0. */
  readonly index: number;
  /** Lower bound of tenant ids, inclusive; for the first one empty. */
  readonly from: string;
  /** Upper bound, exclusive. */
  readonly before: string;
}

const prefixDigits = 4;
const prefixes = 16 ** prefixDigits;

/** Sorts after every GUID. */
const end = 'g';

/** @param count into how many, at least 1. Together they cover every id, none twice. */
export function shards(count: number): readonly Shard[] {
  const bound = (index: number): string =>
    Math.floor((index * prefixes) / count)
      .toString(16)
      .padStart(prefixDigits, '0');
  return Array.from({ length: count }, (_, index) => ({
    index,
    from: index === 0 ? '' : bound(index),
    before: index === count - 1 ? end : bound(index + 1),
  }));
}
