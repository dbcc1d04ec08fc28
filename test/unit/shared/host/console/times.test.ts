import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, minutes, seconds } from '../../../../../shared/clock.ts';
import { distanceText } from '../../../../../shared/host/console/times.ts';
import { noon } from '../../../../support/clock.ts';

for (const [distance, expected] of [
  [0, 'just now'],
  [-9 * seconds, 'just now'],
  [-10 * seconds, '10 seconds ago'],
  [-100 * seconds, '2 minutes ago'],
  [5 * minutes, 'in 5 minutes'],
  [-47 * hours, '47 hours ago'],
  [-48 * hours, '2 days ago'],
  [365 * 24 * hours, 'in 365 days'],
] as const) {
  test(`${distance / 1000} seconds from now is ${expected}`, () => {
    assert.equal(distanceText(noon + distance, noon), expected);
  });
}
