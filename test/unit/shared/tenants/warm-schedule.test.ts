import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmSchedule } from '../../../../shared/tenants/warm-schedule.ts';

for (const [seconds, schedule] of [
  [2, '*/2 * * * * *'],
  [30, '*/30 * * * * *'],
  [60, '0 */1 * * * *'],
  [300, '0 */5 * * * *'],
  [900, '0 */15 * * * *'],
] as const) {
  test(`every ${seconds} seconds is ${schedule}`, () => {
    assert.equal(warmSchedule(seconds), schedule);
  });
}
