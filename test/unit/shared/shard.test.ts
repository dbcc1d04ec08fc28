import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Shard, shards } from '../../../shared/shard.ts';

const isIn =
  (id: string) =>
  ({ from, before }: Shard): boolean =>
    id >= from && id < before;

describe('shards', () => {
  test('of one are everything', () => {
    assert.deepEqual(shards(1), [{ index: 0, from: '', before: 'g' }]);
  });

  test('of four begin where the first digit says', () => {
    assert.deepEqual(shards(4), [
      { index: 0, from: '', before: '4000' },
      { index: 1, from: '4000', before: '8000' },
      { index: 2, from: '8000', before: 'c000' },
      { index: 3, from: 'c000', before: 'g' },
    ]);
  });

  for (const count of [1, 2, 3, 5, 7, 16, 31, 32]) {
    test(`of ${count} have every id in one of them, and in one alone`, () => {
      const all = shards(count);
      assert.equal(all.length, count);
      const edges = all.flatMap(({ from, before }) => [from, before]).map((edge) => edge.padEnd(8, '0'));
      const ids = [
        '00000000-0000-0000-0000-000000000000',
        'ffffffff-ffff-ffff-ffff-ffffffffffff',
        ...edges.filter((edge) => !edge.startsWith('g')),
        ...Array.from({ length: 1000 }, () => crypto.randomUUID()),
      ];
      for (const id of ids) assert.equal(all.filter(isIn(id)).length, 1, id);
    });
  }

  test('hold about as many tenants each', () => {
    const counts = shards(10).map(() => 0);
    for (let tenant = 0; tenant < 20_000; tenant += 1) {
      const id = crypto.randomUUID();
      const at = shards(10).findIndex(isIn(id));
      counts[at] = (counts[at] ?? 0) + 1;
    }
    // Seven standard deviations of 2000 of 20,000.
    for (const count of counts) assert.ok(Math.abs(count - 2000) < 300, counts.join(' '));
  });
});
