/** What became of a mail job: the row under its id, which also makes sure that one worker at a time tries it. */

import type { ErrorCode } from '../errors.ts';

/**
 * - `scheduled`: waits; nothing has left.
 * - `sending`: a worker has claimed it and may be talking to Microsoft this moment, or an answer was lost and the mailbox is
 *   to be asked.
 * - `sent`: Graph accepted it (202), or the SMTP server did (250).
 * - `refused`: we did not try, for the reason in `code`.
 * - `failed`: we tried and Microsoft refused it for good.
 * - `unknown`: Microsoft may have accepted it; nobody can tell without looking into the mailbox.
 * - `cancelled`: taken back before it left.
 */
export const outcomeStates = ['scheduled', 'sending', 'sent', 'refused', 'failed', 'unknown', 'cancelled'] as const;
export type OutcomeState = (typeof outcomeStates)[number];

/** No more will become of these by themselves. */
export const terminalStates: readonly OutcomeState[] = ['sent', 'refused', 'failed', 'unknown', 'cancelled'];

/** How a mail job leaves; each has a send queue of its own. */
export const transportNames = ['graph', 'smtp'] as const;
export type TransportName = (typeof transportNames)[number];

/** How far a delivery by a draft has come; see draft-delivery.ts. */
export interface DraftProgress {
  /** The draft's id in the mailbox; empty where one may have been made and nobody was told its id. */
  readonly draftId: string;
  /** `submitting` is written before the request that sends it: from then on it may have left. */
  readonly step: 'attaching' | 'submitting';
  /** How many of the job's attachments are on the draft, in their order. */
  readonly attached: number;
  /** The upload session of the next attachment: its address, sealed, and the first octet that Graph does not have. */
  readonly upload?: { readonly sealedUrl: string; readonly next: number };
}

/** Never holds recipients, subject or content. */
export interface Outcome {
  readonly tenantId: string;
  /** The mail job's id, or `message-<digest>` for a message without a readable one. */
  readonly id: string;
  readonly state: OutcomeState;
  readonly transport: TransportName;
  /** See `fingerprint` in mail-job.ts; of the message's digest where it is no JSON. Empty for a job cancelled before it came. */
  readonly fingerprint: string;
  /** How often it was put back or sent, but for waiting its turn. */
  readonly tries: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the state became a terminal one, epoch milliseconds. */
  readonly endedAt?: number;
  readonly code?: ErrorCode;
  /** JSON pointer of the field that was wrong. */
  readonly field?: string;
  readonly expected?: string;
  /** When it is tried, or its mailbox asked, next: epoch milliseconds. */
  readonly notBefore?: number;
  /** The mailbox that sends, from when on it is claimed: whose permit to give back. */
  readonly mailbox?: string;
  readonly progress?: DraftProgress;
  /** How often it was sent once more although nobody could tell whether it had left. */
  readonly resends?: number;
  /** It was refused or failed before: its entry of then is still in poison. */
  readonly hadFailed?: boolean;
  /** Graph's `request-id`, for Microsoft's support. */
  readonly requestId?: string;
  /** Graph's own error code, or the SMTP server's reply code with its enhanced status: `550 5.7.60`. */
  readonly serviceCode?: string;
}

/** A row with the version that it was read at. */
export interface StoredOutcome {
  readonly outcome: Outcome;
  readonly etag: string;
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
  if (row.state === 'cancelled' && row.fingerprint === '') return 'ended';
  if (row.fingerprint !== fingerprint) return 'other-job';
  if (row.state === 'scheduled') return 'waiting';
  return row.state === 'sending' ? 'sending' : 'ended';
}
