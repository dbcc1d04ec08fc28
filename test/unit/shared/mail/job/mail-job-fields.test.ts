import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aMailJob } from '../../../../support/mail-job.ts';
import { refusalOf, wrongField } from '../../../../support/mail-job-refusal.ts';
import { malformedMailJobs } from '../../../../support/malformed-mail-jobs/all.ts';

describe('a wrong field is named by its JSON pointer', () => {
  for (const { what, overrides, field, expected } of malformedMailJobs) {
    test(`${what}: ${field}`, () => {
      assert.deepEqual(wrongField(overrides), { field, expected });
    });
  }

  test('and no value is ever shown', () => {
    for (const { overrides } of malformedMailJobs) {
      const { message, detail } = refusalOf(aMailJob({ id: 'secret id', ...overrides }));
      assert.doesNotMatch(
        `${message} ${JSON.stringify(detail)}`,
        /secret|customer\.example|evil|It is attached|bil ?ling|invoice-4711|VCALENDAR\r|2026-0[2-9]|urgent|INVITE/,
      );
    }
  });

  test('and of several the first is named and all are counted', () => {
    const { detail } = refusalOf(aMailJob({ from: 'x', subject: 7, extra: 1 }));
    assert.equal(detail['field'], '/from');
    assert.equal(detail['problems'], 3);
  });
});
