/** What a worker that meets a job's row may do: of two deliveries of one job only one sends. */

import { seconds } from '../../clock.ts';
import { type Outcome, standing, type StoredOutcome } from '../outcome.ts';

/** A message appears again at a whole second, its row has milliseconds. */
const rounding = 1 * seconds;

export type Claimable =
  /** The job is free to be sent; the row, if there is one, is replaced. */
  | { readonly kind: 'free'; readonly stored: StoredOutcome | undefined }
  /** It may have been sent: its worker is gone, or an answer was lost. The mailbox is to be asked first. */
  | { readonly kind: 'unsettled'; readonly stored: StoredOutcome }
  /** Nothing is left to do. */
  | { readonly kind: 'ended'; readonly stored: StoredOutcome }
  /** Another job has this id. */
  | { readonly kind: 'other-job' }
  /** Another worker has it now, or its time has not come. */
  | { readonly kind: 'elsewhere'; readonly retryAfterMilliseconds: number };

export interface ClaimTimes {
  /** The Functions host hides a message for this long at a time; a worker that is silent for longer is gone. */
  readonly messageLock: number;
  /** How long after a send the mailbox tells whether it happened. */
  readonly settle: number;
}

/** @param at now, epoch milliseconds. */
export function claimable(
  stored: StoredOutcome | undefined,
  fingerprint: string,
  at: number,
  times: ClaimTimes,
): Claimable {
  if (stored === undefined) return { kind: 'free', stored };
  const { outcome } = stored;
  switch (standing(outcome, fingerprint)) {
    case 'other-job':
      return { kind: 'other-job' };
    case 'ended':
      return { kind: 'ended', stored };
    case 'free':
      return { kind: 'free', stored };
    case 'waiting': {
      // A second delivery comes at any time; what it waits for holds for that one too.
      const early = (outcome.notBefore ?? at) - at;
      return early > rounding ? { kind: 'elsewhere', retryAfterMilliseconds: early } : { kind: 'free', stored };
    }
    case 'sending': {
      const early = settlesAt(outcome, times) - at;
      if (early > rounding) return { kind: 'elsewhere', retryAfterMilliseconds: early };
      return { kind: 'unsettled', stored };
    }
  }
}

/**
 * With a time in it the row was left by a worker whose answer was lost. Without one a worker may be at it this moment: what
 * it does it writes down, and it is gone when it has been silent for longer than its message stays hidden.
 */
function settlesAt({ notBefore, updatedAt }: Outcome, { messageLock, settle }: ClaimTimes): number {
  return notBefore ?? updatedAt + Math.max(messageLock, settle);
}
