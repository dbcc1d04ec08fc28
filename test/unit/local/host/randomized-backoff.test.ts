import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestPollingInterval } from '../../../../local/host/queue-trigger.ts';
import { RandomizedBackoff } from '../../../../local/host/randomized-backoff.ts';

const sleeps = (backoff: RandomizedBackoff, count: number) =>
  Array.from({ length: count }, () => Math.round(backoff.next()));

test('doubles from 100 ms up to the maximum, and stays there', () => {
  assert.deepEqual(sleeps(new RandomizedBackoff(100, 2000, () => 0.5), 8), [100, 200, 300, 500, 900, 1700, 2000, 2000]);
});

test('starts again after messages were found', () => {
  const backoff = new RandomizedBackoff(100, 60_000, () => 0.5);
  sleeps(backoff, 10);
  backoff.reset();
  assert.deepEqual(sleeps(backoff, 3), [100, 200, 300]);
});

test('is stretched by up to a fifth either way', () => {
  assert.deepEqual(sleeps(new RandomizedBackoff(100, 60_000, () => 0), 4), [100, 180, 260, 420]);
  assert.deepEqual(sleeps(new RandomizedBackoff(100, 60_000, () => 1), 4), [100, 220, 340, 580]);
});

test('never sleeps longer than the maximum', () => {
  assert.deepEqual(sleeps(new RandomizedBackoff(100, 100), 3), [100, 100, 100]);
});

test('counts from another least, and from none when that is 0', () => {
  assert.deepEqual(sleeps(new RandomizedBackoff(1000, 60_000, () => 0.5), 4), [1000, 2000, 3000, 5000]);
  assert.deepEqual(sleeps(new RandomizedBackoff(0, 60_000, () => 0.5), 3), [0, 0, 0]);
});

test('polling is capped at 2 s in Development when host.json says nothing, and by host.json in every other case', () => {
  assert.equal(longestPollingInterval(60_000, true), 2000);
  assert.equal(longestPollingInterval(5000, true), 5000);
  assert.equal(longestPollingInterval(500, true), 500);
  assert.equal(longestPollingInterval(60_000, false), 60_000);
});
