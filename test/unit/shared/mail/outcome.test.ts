import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type OutcomeState, outcomeStates, type Standing, standing } from '../../../../shared/mail/outcome.ts';
import { anOutcome } from '../../../support/outcome.ts';

test('a job without a row is free', () => {
  assert.equal(standing(undefined, 'print'), 'free');
});

describe('how a job stands to the row under its id', () => {
  const table: Record<OutcomeState, { same: Standing; other: Standing }> = {
    scheduled: { same: 'waiting', other: 'other-job' },
    sending: { same: 'sending', other: 'other-job' },
    sent: { same: 'ended', other: 'other-job' },
    unknown: { same: 'ended', other: 'other-job' },
    cancelled: { same: 'ended', other: 'other-job' },
    // These never left.
    refused: { same: 'free', other: 'free' },
    failed: { same: 'free', other: 'free' },
  };
  for (const state of outcomeStates) {
    test(`${state}: the same mail is ${table[state].same}, another one ${table[state].other}`, () => {
      const row = anOutcome({ state, fingerprint: 'print' });
      assert.equal(standing(row, 'print'), table[state].same);
      assert.equal(standing(row, 'another print'), table[state].other);
    });
  }
});

test('a job that was cancelled before anybody saw it has ended, whatever it is', () => {
  assert.equal(standing(anOutcome({ state: 'cancelled', fingerprint: '' }), 'print'), 'ended');
});
