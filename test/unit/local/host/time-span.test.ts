import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimeSpan, parseTimeSpan } from '../../../../local/host/time-span.ts';

test('reads hh:mm:ss with optional days and fraction', () => {
  assert.equal(parseTimeSpan('00:00:30'), 30_000);
  assert.equal(parseTimeSpan('01:02:03'), 3_723_000);
  assert.equal(parseTimeSpan('2.00:00:01'), 172_801_000);
  assert.equal(parseTimeSpan('00:00:00.1'), 100);
  assert.equal(parseTimeSpan('00:00:00.0500000'), 50);
});

test('refuses what .NET does not read as a time of day', () => {
  for (const text of ['24:00:00', '00:60:00', '00:00:60', '30', '00:30', '-00:00:01', '', '00:00:01.', ' 00:00:01']) {
    assert.equal(parseTimeSpan(text), undefined, text);
  }
});

test('writes what it reads', () => {
  for (const text of ['00:00:00', '00:05:00', '23:59:59', '1.00:00:00']) {
    assert.equal(formatTimeSpan(parseTimeSpan(text) ?? NaN), text);
  }
});
