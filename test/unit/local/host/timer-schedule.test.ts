import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  initialStatus,
  never,
  resumedStatus,
  statusAfter,
  TimerSchedule,
} from '../../../../local/host/timer-schedule.ts';

const sunday = new Date('2026-11-22T08:00:00.500Z');
const next = (expression: string, after = sunday): string => new TimerSchedule(expression).next(after).toISOString();

test('reads six fields in UTC', () => {
  assert.equal(next('0 */5 * * * *'), '2026-11-22T08:05:00.000Z');
  assert.equal(next('*/10 * * * * *'), '2026-11-22T08:00:10.000Z');
  assert.equal(next('0 30 9 * * 1-5'), '2026-11-23T09:30:00.000Z');
  assert.equal(next('0 0 9-17/4 * * *'), '2026-11-22T09:00:00.000Z');
  assert.equal(next('0 0 0 * January *'), '2027-01-01T00:00:00.000Z');
  assert.equal(next('0 0 0 * * mon,Thursday'), '2026-11-23T00:00:00.000Z');
});

test('needs both day fields to match, as NCRONTAB does', () => {
  assert.equal(next('0 0 9 1 * Mon'), '2027-02-01T09:00:00.000Z');
});

test('counts a step after a number to the end of the field', () => {
  assert.equal(next('0 5/15 * * * *', new Date('2026-11-22T08:36:00Z')), '2026-11-22T08:50:00.000Z');
});

test('excludes the moment that it counts from', () => {
  assert.equal(next('0 * * * * *', new Date('2026-11-22T08:01:00Z')), '2026-11-22T08:02:00.000Z');
});

test('refuses other dialects, time spans and days that never come', () => {
  const others = [
    '* * * * *',
    '00:05:00',
    '@daily',
    '0 0 0 L * *',
    '0 0 0 ? * *',
    '0 0 0 * * 5#2',
    '0 0 0 15W * *',
    '61 * * * * *',
    '',
  ];
  for (const expression of others) {
    assert.throws(() => new TimerSchedule(expression), /is no six-field NCRONTAB expression/, expression);
  }
  assert.throws(() => new TimerSchedule('0 0 0 30 2 *'), /never comes/);
});

test('is under a minute only when every minute has several occurrences', () => {
  for (const expression of ['* * * * * *', '*/5 * * * * *', '10,20 * * * * *']) {
    assert.equal(new TimerSchedule(expression).isSubMinute, true, expression);
  }
  for (const expression of ['0 * * * * *', '30 * * * * *', '* 30 * * * *', '* * 12 * * *', '0 */5 * * * *']) {
    assert.equal(new TimerSchedule(expression).isSubMinute, false, expression);
  }
});

const hourly = new TimerSchedule('0 0 * * * *');
const at = (time: string): Date => new Date(`2026-11-22T${time}Z`);

test('goes on with a status that was kept under the same schedule, missed or not', () => {
  const kept = { last: at('05:00:00.020'), next: at('06:00:00'), lastUpdated: at('05:00:00.020') };
  assert.equal(resumedStatus(kept, hourly, sunday), kept);
  const fresh = { last: never, next: at('06:00:00'), lastUpdated: at('05:30:00') };
  assert.equal(resumedStatus(fresh, hourly, sunday), fresh);
});

test('starts over under another schedule, and counts from now what would be past', () => {
  const kept = { last: at('05:00:00'), next: at('05:05:00'), lastUpdated: at('05:00:00') };
  assert.deepEqual(resumedStatus(kept, hourly, sunday), initialStatus(hourly, sunday));
  const daily = new TimerSchedule('0 0 23 * * *');
  assert.deepEqual(resumedStatus(kept, daily, sunday), {
    last: never,
    next: at('23:00:00'),
    lastUpdated: at('05:00:00'),
  });
});

test('counts from the planned moment when a timer fired early, so that it does not fire twice', () => {
  const early = at('08:59:59.999');
  assert.deepEqual(statusAfter(early, at('09:00:00'), hourly), {
    last: at('09:00:00'),
    next: at('10:00:00'),
    lastUpdated: at('09:00:00'),
  });
  assert.deepEqual(statusAfter(sunday, undefined, hourly), { last: sunday, next: at('09:00:00'), lastUpdated: sunday });
});
