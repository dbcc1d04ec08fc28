/** How parseMailJob refuses. */

import assert from 'node:assert/strict';
import { TenantpostError } from '../../shared/errors.ts';
import { parseMailJob } from '../../shared/mail/job/mail-job.ts';
import { aMailJob } from './mail-job.ts';

export function refusalOf(job: object): TenantpostError {
  try {
    parseMailJob(job);
  } catch (error) {
    assert.ok(error instanceof TenantpostError);
    return error;
  }
  assert.fail('The job was taken.');
}

/** The field that is called wrong, and what was expected of it. */
export function wrongField(overrides: Record<string, unknown>): { field: unknown; expected: unknown } {
  const { code, message, detail } = refusalOf(aMailJob(overrides));
  assert.equal(code, 'JOB_INVALID');
  assert.ok(typeof detail['expected'] === 'string' && detail['expected'] !== '');
  assert.ok(message.includes(String(detail['field'])) && message.includes(detail['expected']), message);
  return { field: detail['field'], expected: detail['expected'] };
}
