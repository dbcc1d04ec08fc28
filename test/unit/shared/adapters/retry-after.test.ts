import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { retryAfterSeconds } from '../../../../shared/adapters/retry-after.ts';

describe('Retry-After', () => {
  for (const [value, seconds] of [
    ['30', 30],
    ['0', 1],
    ['1', 1],
    ['3600', 3600],
    ['86400', 3600],
    ['99999999999999999999', 3600],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 1],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 3600],
  ] as const) {
    test(`of ${value} is ${seconds} s`, () => assert.equal(retryAfterSeconds(value), seconds));
  }

  test('of a date is the time until then', () => {
    const seconds = retryAfterSeconds(new Date(Date.now() + 60_000).toUTCString());
    assert.ok(seconds !== undefined && seconds > 50 && seconds <= 60, String(seconds));
  });

  for (const value of ['', 'soon', '-', null, undefined]) {
    test(`of ${JSON.stringify(value)} is none`, () => assert.equal(retryAfterSeconds(value), undefined));
  }
});
