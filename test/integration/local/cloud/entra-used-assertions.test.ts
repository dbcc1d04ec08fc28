import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsedAssertions } from '../../../../local/cloud/entra/used-assertions.ts';

const appId = '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10';
const now = 1_800_000_000;

test('a jti is free again when the assertion that used it has expired', () => {
  const used = new UsedAssertions();
  assert.equal(used.admit('first', { appId, jti: 'j', until: now + 600 }, now), true);
  assert.equal(used.admit('second', { appId, jti: 'j', until: now + 1200 }, now + 600), false);
  assert.equal(used.admit('second', { appId, jti: 'j', until: now + 1200 }, now + 601), true);
  assert.equal(used.admit('first', { appId, jti: 'j', until: now + 600 }, now + 602), false);
});

test('a jti of one app is free for another', () => {
  const used = new UsedAssertions();
  assert.equal(used.admit('first', { appId, jti: 'j', until: now + 600 }, now), true);
  assert.equal(used.admit('second', { appId: 'another', jti: 'j', until: now + 600 }, now), true);
});

test('assertions that are valid for years are remembered up to a bound, and the oldest forgotten first', () => {
  const used = new UsedAssertions();
  const admit = (assertion: string, jti: string): boolean =>
    used.admit(assertion, { appId, jti, until: now + 1e9 }, now);
  for (let number = 0; number < 25_000; number += 1) admit(`assertion ${number}`, `${number}`);
  assert.equal(admit('a replay', '24999'), false);
  assert.equal(admit('a replay', '10000'), false);
  assert.equal(admit('a replay', '0'), true);
});

test('a clock that is set back does not free what was used', () => {
  const used = new UsedAssertions();
  assert.equal(used.admit('first', { appId, jti: 'j', until: now + 600 }, now), true);
  assert.equal(used.admit('second', { appId, jti: 'j', until: now + 600 }, now - 86_400), false);
});
