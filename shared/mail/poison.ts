/** What is kept of a job that did not leave: why, and the message to queue again once that is mended. */

import type { ErrorCode, Owner } from '../errors.ts';
import type { OutcomeState, TransportName } from './outcome.ts';

export interface PoisonEntry {
  /** As in the outcome. */
  readonly tenantId: string;
  readonly id: string;
  readonly transport: TransportName;
  /** Epoch milliseconds. */
  readonly at: number;
  /** What its outcome said then: whether the mail may have left (`unknown`). Entries of an earlier version say nothing. */
  readonly state?: OutcomeState;
  readonly reason: {
    readonly code: ErrorCode;
    /** What happened, without content. */
    readonly message: string;
    readonly remedy: string;
    readonly owner: Owner;
    readonly field?: string;
    readonly expected?: string;
  };
  /** The queue message as the producer wrote it, as near as the Functions host leaves it; at most 64 KiB of UTF-8. */
  readonly text: string;
}
