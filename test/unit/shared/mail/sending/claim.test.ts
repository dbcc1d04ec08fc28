import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../../shared/clock.ts';
import { claimable } from '../../../../../shared/mail/sending/claim.ts';
import type { Outcome } from '../../../../../shared/mail/outcome.ts';
import { noon } from '../../../../support/clock.ts';
import { anOutcome } from '../../../../support/outcome.ts';

const times = { messageLock: 10 * minutes, settle: 5 * minutes };
const { fingerprint } = anOutcome();
const stored = (overrides: Partial<Outcome>) => ({ outcome: anOutcome(overrides), etag: 'version' });
const met = (overrides: Partial<Outcome>, at = noon, settle = times.settle) =>
  claimable(stored(overrides), fingerprint, at, { ...times, settle });

test('a job without a row is free', () => {
  assert.deepEqual(claimable(undefined, fingerprint, noon, times), { kind: 'free', stored: undefined });
});

describe('a job that waits', () => {
  test('is free once its time has come, and a second before', () => {
    const row = { state: 'scheduled', notBefore: noon + 10 * seconds } as const;
    for (const at of [noon + 9 * seconds, noon + 10 * seconds, noon + 10 * minutes]) {
      assert.deepEqual(met(row, at), { kind: 'free', stored: stored(row) });
    }
  });

  test('is left alone before, and looked at again then', () => {
    const row = { state: 'scheduled', notBefore: noon + 3 * minutes } as const;
    assert.deepEqual(met(row), { kind: 'elsewhere', retryAfterMilliseconds: 3 * minutes });
  });

  test('for nothing that is known is free', () => {
    assert.equal(met({ state: 'scheduled' }).kind, 'free');
  });
});

describe('a job that is being sent', () => {
  test('is its worker’s for as long as a message stays hidden', () => {
    assert.deepEqual(met({}, noon + 4 * minutes), { kind: 'elsewhere', retryAfterMilliseconds: 6 * minutes });
  });

  test('is to be asked about once its worker is gone, and no earlier than the mailbox has settled', () => {
    assert.deepEqual(met({}, noon + 10 * minutes), { kind: 'unsettled', stored: stored({}) });
    const settle = 30 * minutes;
    assert.equal(met({}, noon + 29 * minutes, settle).kind, 'elsewhere');
    assert.equal(met({}, noon + 30 * minutes, settle).kind, 'unsettled');
  });

  test('and whose answer was lost is to be asked about at the time that stands in its row', () => {
    const row = { code: 'SEND_UNCONFIRMED', notBefore: noon + minutes } as const;
    assert.deepEqual(met(row), { kind: 'elsewhere', retryAfterMilliseconds: minutes });
    assert.deepEqual(met(row, noon + minutes), { kind: 'unsettled', stored: stored(row) });
  });
});

for (const state of ['refused', 'failed'] as const) {
  test(`a job that was ${state} is free, also when it was corrected`, () => {
    assert.equal(met({ state }).kind, 'free');
    assert.equal(met({ state, fingerprint: 'another' }).kind, 'free');
  });
}

for (const state of ['sent', 'unknown', 'cancelled'] as const) {
  test(`a job that is ${state} has ended`, () => {
    assert.deepEqual(met({ state }), { kind: 'ended', stored: stored({ state }) });
  });
}

test('a job that was cancelled before it came has ended, whatever is in it', () => {
  assert.equal(met({ state: 'cancelled', fingerprint: '' }).kind, 'ended');
});

for (const state of ['scheduled', 'sending', 'sent', 'unknown', 'cancelled'] as const) {
  test(`the id of another job that is ${state} is taken`, () => {
    assert.deepEqual(met({ state, fingerprint: 'another' }), { kind: 'other-job' });
  });
}
