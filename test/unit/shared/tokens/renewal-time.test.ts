import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes, seconds } from '../../../../shared/clock.ts';
import { isFresh, isStillValid, renewFrom, type TokenLife } from '../../../../shared/tokens/renewal-time.ts';

/** A token that is issued at 0. */
const living = (expiresAt: number): TokenLife => ({ issuedAt: 0, expiresAt });

describe('how long before its end a token is fresh, and how long it is still valid', () => {
  for (const [life, margin, last] of [
    // The shortest that a policy allows, what Entra draws by default, and the longest there is.
    [10 * minutes, 1 * minutes, 30 * seconds],
    [60 * minutes, 5 * minutes, 30 * seconds],
    [90 * minutes, 5 * minutes, 30 * seconds],
    [28 * hours, 5 * minutes, 30 * seconds],
    // No Microsoft cloud issues it; another implementation may.
    [60 * seconds, 6 * seconds, 3 * seconds],
  ] as const) {
    test(`goes by its own life: of ${life / minutes} minutes the last ${margin / seconds} and ${last / seconds} seconds`, () => {
      const token = living(life);
      assert.equal(isFresh(token, life - margin - 1), true);
      assert.equal(isFresh(token, life - margin), false);
      assert.equal(isStillValid(token, life - last - 1), true);
      assert.equal(isStillValid(token, life - last), false);
    });
  }

  test('a token whose life ends before it begins is neither, once it has ended', () => {
    const token = { issuedAt: 2000, expiresAt: 1000 };
    assert.deepEqual([isFresh(token, 1000), isStillValid(token, 1000)], [false, false]);
  });

  test('whatever is fresh is still valid', () => {
    for (const life of [0, 1, 1000, 10 * minutes, hours, 28 * hours]) {
      for (let at = 0; at <= life; at += Math.max(1, life / 200)) {
        assert.ok(!isFresh(living(life), at) || isStillValid(living(life), at));
      }
    }
  });
});

describe('the timer renews', () => {
  const ahead = 10 * minutes;

  test('ahead of the margin by what is left out between two runs', () => {
    const life = 60 * minutes;
    assert.equal(renewFrom(living(life), 15 * minutes, 0), life - (5 + 15) * minutes);
  });

  test('with a quarter of its life left, where that is earlier', () => {
    for (const life of [60 * minutes, 90 * minutes, 28 * hours]) {
      const wanted = Math.min((life * 3) / 4, life - 15 * minutes);
      assert.equal(renewFrom(living(life), ahead, 0), wanted);
    }
  });

  test('up to a tenth of its life earlier, by the spread of the tenant', () => {
    const life = 80 * minutes;
    assert.equal(renewFrom(living(life), ahead, 0.5), renewFrom(living(life), ahead, 0) - 4 * minutes);
    assert.equal(renewFrom(living(life), ahead, 1), renewFrom(living(life), ahead, 0) - 8 * minutes);
  });

  test('at each run what lives too short to be left out, rather than never', () => {
    assert.ok(renewFrom(living(10 * minutes), ahead, 0) <= 0);
  });

  test('so that no token is ever without a fresh one, though a run is missed, for each life that Entra issues', () => {
    const period = 5 * minutes;
    for (let life = 16 * minutes; life <= 90 * minutes; life += minutes) {
      for (const spread of [0, 0.3, 1]) {
        const token = living(life);
        // The run that finds it due comes up to a period late, and the next one is missed.
        const renewedAt = renewFrom(token, 2 * period, spread) + 2 * period - 1;
        assert.equal(isFresh(token, renewedAt), true, `${life / minutes} minutes, spread ${spread}`);
      }
    }
  });
});
