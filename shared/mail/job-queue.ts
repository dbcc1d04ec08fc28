/** What a send function does to its queue beside taking messages from it. */

import type { ErrorCode, Owner } from '../errors.ts';

/** What lies in the poison queue: why, and the message to queue again once that is mended. */
export interface PoisonEntry {
  readonly reason: {
    readonly code: ErrorCode;
    /** What happened, without content. */
    readonly message: string;
    readonly remedy: string;
    readonly owner: Owner;
    readonly field?: string;
    readonly expected?: string;
    /** The row in the outcome table. */
    readonly tenant: string;
    readonly id: string;
    /** ISO 8601. */
    readonly at: string;
  };
  /** The queue message as it came. */
  readonly text: string;
}

export interface JobQueue {
  /** Puts a message back so that it appears after the delay. It costs no try of the queue. */
  putBack(text: string, delayMilliseconds: number): Promise<void>;
  poison(entry: PoisonEntry): Promise<void>;
}
