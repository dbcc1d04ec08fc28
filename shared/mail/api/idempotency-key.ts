/**
 * The header `Idempotency-Key` stands for a mail job's id: clients that repeat requests by themselves know this name, of
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
 */

import { TenantpostError } from '../../errors.ts';

/** @throws TenantpostError `REQUEST_INVALID` when job and header have different ids. */
export function withIdempotencyKey(job: unknown, key: string | undefined): unknown {
  if (key === undefined || typeof job !== 'object' || job === null || Array.isArray(job)) return job;
  const id: unknown = 'id' in job ? job.id : undefined;
  if (id === undefined) return { ...job, id: key };
  if (id === key) return job;
  throw new TenantpostError('REQUEST_INVALID', 'The mail job has another id than the header Idempotency-Key.', {
    detail: { field: '/id', expected: 'the same as the header Idempotency-Key, or nothing' },
  });
}

/** @throws TenantpostError `REQUEST_INVALID`: one key cannot name many jobs. */
export function requireNoKey(key: string | undefined): void {
  if (key === undefined) return;
  throw new TenantpostError('REQUEST_INVALID', 'A request with many mail jobs has a header Idempotency-Key.', {
    detail: { field: '/jobs', expected: 'an id in each job, and no header Idempotency-Key' },
  });
}
