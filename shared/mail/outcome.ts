/** What became of a mail job, and the row that makes sure it is tried by one worker at a time. */

import type { ErrorCode } from '../errors.ts';

/**
 * - `scheduled`: waits; nothing has left.
 * - `sending`: a worker has claimed it and may be talking to Graph this moment.
 * - `sent`: Graph accepted it (202).
 * - `refused`: we did not try, for the reason in `code`.
 * - `failed`: we tried and Graph refused it for good.
 * - `unknown`: Graph may have accepted it; nobody can tell without looking into the mailbox.
 */
export type OutcomeState = 'scheduled' | 'sending' | 'sent' | 'refused' | 'failed' | 'unknown';

/** Never holds recipients, subject or content. */
export interface Outcome {
  readonly tenantId: string;
  /** The mail job's id, or `message-<digest>` for a message without a readable one. */
  readonly id: string;
  readonly state: OutcomeState;
  /** See `fingerprint` in mail-job.ts; of the message's digest where it is no JSON. */
  readonly fingerprint: string;
  /** How often it was put back or sent. */
  readonly tries: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly code?: ErrorCode;
  /** JSON pointer of the field that was wrong. */
  readonly field?: string;
  readonly expected?: string;
  /** For `scheduled`: when it is tried again, epoch milliseconds. */
  readonly notBefore?: number;
  /** Graph's `request-id`, for Microsoft's support. */
  readonly requestId?: string;
  /** Graph's own error code. */
  readonly graphCode?: string;
}

/** A row with the version that it was read at. */
export interface StoredOutcome {
  readonly outcome: Outcome;
  readonly etag: string;
}

export interface OutcomeStore {
  /** @returns the row's version, or nothing when there is a row already. */
  insert(outcome: Outcome): Promise<string | undefined>;
  read(tenantId: string, id: string): Promise<StoredOutcome | undefined>;
  /** @returns the new version, or nothing when somebody else changed the row since. */
  replace(outcome: Outcome, etag: string): Promise<string | undefined>;
}

/** Where the row of a message stands whose tenant cannot be read. */
export const unreadableTenant = 'unreadable';

/**
 * How a job stands to the row under its id. `refused` and `failed` never left, so their id is free again: for the same mail
 * once the cause is mended, and for a corrected one.
 */
export type Standing = 'free' | 'waiting' | 'sending' | 'ended' | 'other-job';

export function standing(row: Outcome | undefined, fingerprint: string): Standing {
  if (row === undefined || row.state === 'refused' || row.state === 'failed') return 'free';
  if (row.fingerprint !== fingerprint) return 'other-job';
  if (row.state === 'scheduled') return 'waiting';
  return row.state === 'sending' ? 'sending' : 'ended';
}
