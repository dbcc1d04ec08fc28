/** When to warn that a certificate or a secret will expire. */

import { hours } from '../clock.ts';

const day = 24 * hours;

/** Days before the expiry. The last ones are for whoever did not act on the first. */
const warningSteps = [60, 30, 14, 7, 1] as const;

export type WarningStep = (typeof warningSteps)[number];

/** Whole days that are left, rounded up: an hour before the end it is one day, and from the end on it is none. */
export const daysLeft = (expiresAt: number, now: number): number => Math.max(0, Math.ceil((expiresAt - now) / day));

/** The step that a proof is in: the smallest that is not yet behind it. Those that were missed do not come again. */
export function warningStep(expiresAt: number, now: number): WarningStep | undefined {
  const left = daysLeft(expiresAt, now);
  return warningSteps.findLast((step) => left <= step);
}
