/** Rows of mail jobs. */

import { fingerprint } from '../../shared/mail/job/mail-job.ts';
import { type Outcome, terminalStates } from '../../shared/mail/outcome.ts';
import { contoso } from './app-identity.ts';
import { noon } from './clock.ts';
import { aMailJob } from './mail-job.ts';

/** By default the row of `aMailJob()`, claimed at noon. */
export function anOutcome(overrides: Partial<Outcome> = {}): Outcome {
  const outcome: Outcome = {
    tenantId: contoso,
    id: 'invoice-4711',
    state: 'sending',
    transport: 'graph',
    fingerprint: fingerprint(aMailJob()),
    mailbox: 'billing@contoso.example',
    tries: 1,
    createdAt: noon,
    updatedAt: noon,
    ...overrides,
  };
  return terminalStates.includes(outcome.state) ? { endedAt: outcome.updatedAt, ...outcome } : outcome;
}

/** The row of a job that was not claimed: whose mailbox sends it is not written down yet. */
export function anUnclaimedOutcome(overrides: Partial<Outcome> = {}): Outcome {
  const { mailbox: _, ...outcome } = anOutcome({ state: 'scheduled', ...overrides });
  return outcome;
}
