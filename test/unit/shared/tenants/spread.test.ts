import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes, seconds } from '../../../../shared/clock.ts';
import { isTurn, spreadOf } from '../../../../shared/tenants/spread.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';

describe('the spread of a tenant', () => {
  test('is the same in every process and every release', () => {
    assert.equal(spreadOf(contoso), 0.4014381249435246);
    assert.equal(spreadOf(contoso.toUpperCase()), spreadOf(contoso));
  });

  test('lies from 0 up to 1, evenly over all tenants', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let tenant = 0; tenant < 10_000; tenant += 1) {
      const spread = spreadOf(`00000000-0000-4000-8000-${String(tenant).padStart(12, '0')}`);
      assert.ok(spread >= 0 && spread < 1);
      const tenth = Math.floor(spread * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) assert.ok(Math.abs(count - 1000) < 150, tenths.join(' '));
  });
});

describe('the turn of a tenant', () => {
  const ids = Array.from({ length: 300 }, () => crypto.randomUUID());

  for (const [what, interval, period] of [
    ['15 minutes, by runs of 5', 15 * minutes, 5 * minutes],
    ['15 minutes, by runs of 4, which do not divide it', 15 * minutes, 4 * minutes],
    ['an hour, by runs of 2 seconds', 1 * hours, 2 * seconds],
    ['a day, by runs of 5 minutes', 24 * hours, 5 * minutes],
  ] as const) {
    test(`comes once in every ${what}`, () => {
      const runs = Math.ceil((3 * interval) / period);
      for (const id of ids.slice(0, what.startsWith('an hour') ? 20 : 300)) {
        const turns = Array.from({ length: runs }, (_, run) => noon + run * period).filter((now) =>
          isTurn(id, now, interval, period),
        );
        const [first = 0] = turns;
        assert.ok(turns.length >= Math.floor((runs * period) / interval), `${turns.length} turns`);
        assert.ok(turns.length <= Math.ceil((runs * period) / interval), `${turns.length} turns`);
        assert.ok(first - noon < interval);
      }
    });
  }

  test('comes in every run where runs are as far apart as turns, or farther', () => {
    for (const id of ids) {
      assert.equal(isTurn(id, noon, 15 * minutes, 15 * minutes), true);
      assert.equal(isTurn(id, noon, 15 * minutes, 20 * minutes), true);
    }
  });

  test('falls into each of the runs of an interval for about as many tenants', () => {
    const counts = Array.from(
      { length: 12 },
      (_, run) => ids.filter((id) => isTurn(id, noon + run * 5 * minutes, 1 * hours, 5 * minutes)).length,
    );
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      ids.length,
    );
    assert.ok(Math.max(...counts) < 60, counts.join(' '));
  });
});
