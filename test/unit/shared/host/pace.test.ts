import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Pace } from '../../../../shared/host/pace.ts';
import { settableClock } from '../../../support/clock.ts';

describe('a pace', () => {
  test('lets a key through once, says how long it has to wait, and lets it through again then', () => {
    const clock = settableClock();
    const pace = new Pace(30_000, clock.now);
    assert.equal(pace.take('contoso'), 0);
    clock.advance(10_000);
    assert.equal(pace.take('contoso'), 20_000);
    clock.advance(20_000);
    assert.equal(pace.take('contoso'), 0);
  });

  test('of one key is none of another', () => {
    const pace = new Pace(30_000, settableClock().now);
    assert.deepEqual([pace.take('contoso'), pace.take('fabrikam')], [0, 0]);
  });

  test('asked too early counts as not done: who goes on asking is let through all the same', () => {
    const clock = settableClock();
    const pace = new Pace(30_000, clock.now);
    pace.take('contoso');
    for (let second = 1; second < 30; second += 1) {
      clock.advance(1000);
      assert.ok(pace.take('contoso') > 0);
    }
    clock.advance(1000);
    assert.equal(pace.take('contoso'), 0);
  });

  test('keeps no more keys than it is made for, and forgets the oldest', () => {
    const pace = new Pace(30_000, settableClock().now);
    for (let key = 0; key <= 1000; key += 1) pace.take(String(key));
    assert.ok(pace.take('1000') > 0);
    assert.equal(pace.take('0'), 0);
  });
});
