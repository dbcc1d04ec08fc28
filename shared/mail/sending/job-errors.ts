/** What is said of a mail job in more than one place. */

import { TenantpostError } from '../../errors.ts';

export function idReused(): TenantpostError {
  return new TenantpostError('JOB_ID_REUSED', 'The id belongs to another mail job.', {
    detail: { field: '/id', expected: 'an id of its own' },
  });
}

/** Nobody knows whether it left. */
export function unconfirmed(
  message = 'The worker that sent this job ended before it could say so.',
  cause?: unknown,
): TenantpostError {
  return new TenantpostError('SEND_UNCONFIRMED', message, cause === undefined ? {} : { cause });
}

export function expired(): TenantpostError {
  return new TenantpostError('JOB_EXPIRED', 'The job came to its turn after its expiresAt.', {
    detail: { field: '/expiresAt', expected: 'a time that is not over' },
  });
}
