/** How a claimed mail leaves, and how it is found out whether it did. One implementation a transport. */

import type { Token } from '../tokens/token.ts';
import type { Resource } from '../resource.ts';
import type { Mail } from './job/mail.ts';
import type { DraftProgress, TransportName } from './outcome.ts';

export interface SendReceipt {
  /** Graph's `request-id`. */
  readonly requestId: string | undefined;
}

/** A job that is ours to send, with everything that its sending takes. */
export interface Claimed {
  readonly mail: Mail;
  readonly token: Token;
  /** What an earlier worker wrote down. */
  readonly progress: DraftProgress | undefined;
  /**
   * Writes down how far it has come, and keeps claim and permit from running out.
   *
   * @throws TenantpostError `CLAIM_LOST` when another worker has taken the job over: this one must not go on.
   */
  readonly record: (progress: DraftProgress) => Promise<void>;
}

/** What the mailbox says of a send whose answer was lost. */
export type Finding =
  | { readonly kind: 'sent'; readonly requestId?: string | undefined }
  /** It has not left, and sending it (again) makes no second one; it goes on from what is left of it. */
  | { readonly kind: 'not-sent'; readonly progress?: DraftProgress | undefined }
  /** The mailbox cannot be asked, or does not know. */
  | { readonly kind: 'unsure' };

export interface Carrier {
  readonly transport: TransportName;
  /** What its tokens are for. */
  readonly resource: Resource;
  /**
   * Sends once, going on from `progress` where there is any. It never retries a request that may have been accepted.
   *
   * @throws TenantpostError by what happened; disposition `unknown` (`SEND_UNCONFIRMED`) whenever the mail may have left.
   */
  send(claimed: Claimed): Promise<SendReceipt>;
  /**
   * Asks the mailbox what became of a send that was begun, once the settling time is over. Removes what was left half done.
   *
   * @throws TenantpostError `again` when the mailbox cannot be asked now.
   */
  find(claimed: Claimed): Promise<Finding>;
  /**
   * Removes what was begun of a job that is not to be sent any more: cancelled, or expired.
   *
   * @throws TenantpostError when it cannot be removed now, or not at all.
   */
  discard?(claimed: Omit<Claimed, 'record'>): Promise<void>;
}
