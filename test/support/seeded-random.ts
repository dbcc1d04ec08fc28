/** Numbers that look random and are the same in each run, so that a failure can be repeated (mulberry32). */

import assert from 'node:assert/strict';

export function seededRandom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most: number): number => Math.floor(next() * most);
  return {
    below,
    /** Whether something happens that happens so often. */
    chance: (share: number): boolean => next() < share,
    pick: <Item>(from: readonly Item[]): Item => {
      const item = from[below(from.length)];
      assert.ok(item !== undefined);
      return item;
    },
    guid: (): string => {
      const digits = Array.from({ length: 32 }, () => below(16).toString(16)).join('');
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
  };
}
