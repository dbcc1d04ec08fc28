import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secondsUntilFree, useOf, withUse } from '../../../../../local/cloud/exchange/sliding-window.ts';
import type { Slice } from '../../../../../local/cloud/state/limits.ts';

const rate = { most: 10, seconds: 60 };
const at = (seconds: number): number => 1_000_000 + seconds * 1000;

/** Uses so much at each of these seconds. */
const used = (...uses: [second: number, count: number][]): Slice[] =>
  uses.reduce<Slice[]>((slices, [second, count]) => withUse(slices, rate, at(second), count), []);

describe('a sliding window', () => {
  test('forgets what is as old as the window', () => {
    const slices = used([0, 4], [30, 5]);
    assert.equal(useOf(slices, rate, at(59)), 9);
    assert.equal(useOf(slices, rate, at(60)), 5);
    assert.equal(useOf(slices, rate, at(90)), 0);
  });

  test('keeps few sums of much use', () => {
    const slices = used(...Array.from({ length: 5000 }, (_, index): [number, number] => [index / 100, 1]));
    assert.equal(useOf(slices, rate, at(50)), 5000);
    assert.ok(slices.length <= 600, `There are ${slices.length}.`);
  });

  test('is free again when enough of it has passed', () => {
    const slices = used([0, 4], [20, 4], [40, 2]);
    assert.equal(secondsUntilFree(slices, rate, at(45), 3), 15);
    assert.equal(secondsUntilFree(slices, rate, at(45), 5), 35);
    assert.equal(secondsUntilFree(slices, rate, at(45), 10), 55);
  });

  test('is never free for more than the limit, and never in no time', () => {
    assert.equal(secondsUntilFree(used([0, 4]), rate, at(1), 11), 60);
    assert.equal(secondsUntilFree(used([0, 10]), rate, at(59.99), 1), 1);
  });
});
