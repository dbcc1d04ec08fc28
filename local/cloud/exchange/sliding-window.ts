/** How much has been used in the last so many seconds, kept as a short list of sums so that much use needs no long one. */

import type { Rate, Slice } from '../state/limits.ts';

/** A window is kept in this many pieces: use is forgotten too early by less than one of them. */
const pieces = 600;

/** @returns the slices that are still in the window, with `count` more now. */
export function withUse(slices: readonly Slice[], { seconds }: Rate, now: number, count: number): Slice[] {
  const kept = inWindow(slices, seconds, now);
  const last = kept.at(-1);
  if (last !== undefined && now - last.at < (seconds * 1000) / pieces) {
    return [...kept.slice(0, -1), { at: last.at, count: last.count + count }];
  }
  return [...kept, { at: now, count }];
}

export const useOf = (slices: readonly Slice[], { seconds }: Rate, now: number): number =>
  inWindow(slices, seconds, now).reduce((sum, { count }) => sum + count, 0);

/** In how many whole seconds `count` more would be within the limit; the whole window when they never would be. */
export function secondsUntilFree(slices: readonly Slice[], rate: Rate, now: number, count: number): number {
  let used = useOf(slices, rate, now);
  const passed = inWindow(slices, rate.seconds, now).find((slice) => (used -= slice.count) + count <= rate.most);
  const at = (passed?.at ?? now) + rate.seconds * 1000;
  return Math.max(1, Math.ceil((at - now) / 1000));
}

const inWindow = (slices: readonly Slice[], seconds: number, now: number): Slice[] =>
  slices.filter(({ at }) => at > now - seconds * 1000);
