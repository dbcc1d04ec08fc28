/** Rows of the outcome table. */

import { fingerprint } from '../../shared/mail/mail-job.ts';
import type { Outcome } from '../../shared/mail/outcome.ts';
import { contoso } from './app-identity.ts';
import { noon } from './clock.ts';
import { aMailJob } from './mail-job.ts';

/** By default the row of `aMailJob()`, claimed at noon. */
export function anOutcome(overrides: Partial<Outcome> = {}): Outcome {
  return {
    tenantId: contoso,
    id: 'invoice-4711',
    state: 'sending',
    fingerprint: fingerprint(aMailJob()),
    tries: 1,
    createdAt: noon,
    updatedAt: noon,
    ...overrides,
  };
}
