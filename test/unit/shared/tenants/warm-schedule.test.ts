import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmSchedule } from '../../../../shared/tenants/warm-schedule.ts';

for (const [seconds, spread, schedule] of [
  [2, 0, '*/2 * * * * *'],
  // There is no room to be spread over.
  [30, 0.5, '*/30 * * * * *'],
  [60, 0, '0 */1 * * * *'],
  [300, 0, '0 */5 * * * *'],
  [300, 0.5, '30 */5 * * * *'],
  [900, 0.1, '6 */15 * * * *'],
  [900, 0.999_999, '59 */15 * * * *'],
] as const) {
  test(`every ${seconds} seconds, spread by ${spread}, is ${schedule}`, () => {
    assert.equal(warmSchedule(seconds, spread), schedule);
  });
}
