import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { roomAt, usedIn, type WindowState, withUse } from '../../../../../shared/mail/gate/sliding-window.ts';
import { seededRandom } from '../../../../support/seeded-random.ts';

const window = { milliseconds: 1000, buckets: 61 };

/** Uses so much at each of these seconds. */
const used = (...uses: [second: number, count: number][]): WindowState =>
  uses.reduce<WindowState>((state, [second, count]) => withUse(state, window, second * 1000, count), []);

describe('a sliding window', () => {
  test('counts what is at most a minute old, and forgets it in the bucket after', () => {
    const state = used([1000, 4], [1030.5, 5]);
    assert.equal(usedIn(state, window, 1_060_999), 9);
    assert.equal(usedIn(state, window, 1_061_000), 5);
    assert.equal(usedIn(state, window, 1_091_000), 0);
  });

  test('keeps one sum a bucket, and none that no later window sees', () => {
    const state = used(...Array.from({ length: 2000 }, (_, at): [number, number] => [at / 10, 1]));
    assert.equal(state.length, 61);
    assert.equal(usedIn(state, window, 199_999), 610);
  });

  test('takes use that comes out of order into its own bucket', () => {
    const state = used([1000, 1], [1005, 2], [1003, 4], [1000.9, 8]);
    assert.deepEqual(state, [
      { bucket: 1000, count: 9 },
      { bucket: 1003, count: 4 },
      { bucket: 1005, count: 2 },
    ]);
  });

  test('counts what a clock that was ahead has written', () => {
    assert.equal(usedIn(used([1050, 3]), window, 1_000_000), 3);
  });

  test('leaves the state as it was', () => {
    const state = used([1000, 4]);
    withUse(state, window, 1_000_000, 1);
    assert.deepEqual(state, [{ bucket: 1000, count: 4 }]);
  });

  test('has room at once where there is some, else when enough has passed', () => {
    const state = used([1000, 4], [1020, 4], [1040, 2]);
    assert.equal(roomAt(state, window, 1_045_500, 2, 12), 1_045_500);
    assert.equal(roomAt(state, window, 1_045_500, 3, 12), 1_061_000);
    assert.equal(roomAt(state, window, 1_045_500, 7, 12), 1_081_000);
    assert.equal(roomAt(state, window, 1_045_500, 12, 12), 1_101_000);
  });

  test('has room for more than the limit when it is empty, and not before', () => {
    assert.equal(roomAt([], window, 1_000_000, 500, 12), 1_000_000);
    assert.equal(roomAt(used([1000, 1]), window, 1_000_500, 500, 12), 1_061_000);
  });

  test('has no room while a limit that was lowered is exceeded', () => {
    const state = used([1000, 20], [1030, 5]);
    assert.equal(roomAt(state, window, 1_031_000, 1, 5), 1_091_000);
    assert.equal(roomAt(state, window, 1_031_000, 1, 6), 1_061_000);
  });

  test('never lets more than the limit into any minute, whatever comes when', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seededRandom(seed);
      const limit = 1 + random.below(40);
      const letIn: { at: number; count: number }[] = [];
      let state: WindowState = [];
      let now = 1_000_000_000;
      for (let step = 0; step < 400; step += 1) {
        now += random.below(3000);
        const count = 1 + random.below(Math.min(limit, 5));
        const at = roomAt(state, window, now, count, limit);
        now = at;
        state = withUse(state, window, at, count);
        letIn.push({ at, count });
        const inMinute = letIn.filter((one) => one.at > at - 60_000).reduce((sum, one) => sum + one.count, 0);
        assert.ok(inMinute <= limit, `seed ${seed}: ${inMinute} of ${limit}`);
      }
    }
  });
});
