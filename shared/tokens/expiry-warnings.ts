/** Says in time, and once for each step, that the certificate or the secret will expire. */

import { type Clock, hours } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Proof } from './credential.ts';
import type { CredentialRecord } from './credential-record.ts';

const day = 24 * hours;

/** Days before the expiry. The last ones are for whoever did not act on the first. */
export const warningSteps = [60, 30, 14, 7, 1] as const;

/** Whole days that are left, rounded up: an hour before the end it is one day, and from the end on it is none. */
export const daysLeft = (expiresAt: number, now: number): number => Math.max(0, Math.ceil((expiresAt - now) / day));

/** The step that a proof is in: the smallest that is not yet behind it. */
export function warningStep(expiresAt: number, now: number): (typeof warningSteps)[number] | undefined {
  const left = daysLeft(expiresAt, now);
  return warningSteps.findLast((step) => left <= step);
}

interface Dependencies {
  readonly record: Pick<CredentialRecord, 'firstWarning'>;
  readonly now: Clock;
  readonly log: Log;
}

/** @throws TenantpostError `STORAGE_UNAVAILABLE`: then the next run of the timer says it. */
export async function warnOfExpiry(proof: Proof, { record, now, log }: Dependencies): Promise<void> {
  const { id, expiresAt } = proof;
  if (expiresAt === undefined) return;
  const step = warningStep(expiresAt, now());
  if (step === undefined || !(await record.firstWarning(id, step))) return;
  const left = daysLeft(expiresAt, now());
  log(left > 7 ? 'warning' : 'error', 'credential.expires', { proof: id, daysLeft: left, expiresAt });
}
