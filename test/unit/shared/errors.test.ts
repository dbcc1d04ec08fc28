import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asTenantpostError, errorMeanings, TenantpostError } from '../../../shared/errors.ts';

describe('the vocabulary', () => {
  for (const [code, meaning] of Object.entries(errorMeanings)) {
    test(`says of ${code} what is seen, what it means and what to do`, () => {
      assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
      for (const sentence of [meaning.symptom, meaning.meaning, meaning.remedy]) {
        assert.match(sentence, /^[A-Z].{6,}\.$/, 'a sentence');
      }
      assert.ok(meaning.httpStatus >= 400 && meaning.httpStatus < 600);
    });
  }

  test('calls only what may have reached Graph unknown', () => {
    const unknown = Object.entries(errorMeanings).filter(([, { disposition }]) => disposition === 'unknown');
    assert.deepEqual(
      unknown.map(([code]) => code),
      ['SEND_UNCONFIRMED'],
    );
  });
});

describe('an error', () => {
  test('carries its code, its detail, its cause and the meaning of the code', () => {
    const cause = new Error('the socket closed');
    const error = new TenantpostError('SEND_THROTTLED', 'Graph is busy.', {
      cause,
      detail: { status: 429 },
      retryAfterSeconds: 12,
    });
    assert.equal(error.name, 'TenantpostError');
    assert.equal(error.code, 'SEND_THROTTLED');
    assert.equal(error.cause, cause);
    assert.deepEqual(error.detail, { status: 429 });
    assert.equal(error.retryAfterSeconds, 12);
    assert.equal(error.meaning, errorMeanings.SEND_THROTTLED);
  });

  test('without options has an empty detail and no cause', () => {
    const error = new TenantpostError('UNEXPECTED', 'Something happened.');
    assert.deepEqual(error.detail, {});
    assert.equal(error.retryAfterSeconds, undefined);
    assert.ok(!('cause' in error));
  });
});

describe('asTenantpostError', () => {
  test('gives our own errors back as they are', () => {
    const error = new TenantpostError('JOB_INVALID', 'The job is wrong.');
    assert.equal(asTenantpostError(error), error);
  });

  for (const thrown of [new TypeError('the password is hunter2'), 'the password is hunter2', undefined, null, 7]) {
    test(`turns ${thrown instanceof Error ? 'a foreign error' : typeof thrown} into UNEXPECTED and keeps it as the cause only`, () => {
      const error = asTenantpostError(thrown);
      assert.equal(error.code, 'UNEXPECTED');
      assert.equal(error.cause, thrown);
      assert.deepEqual(error.detail, {});
      assert.doesNotMatch(error.message, /hunter2/);
    });
  }
});
