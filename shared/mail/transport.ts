/** How a mail job leaves. */

import type { Token } from '../tokens/token.ts';
import type { MailJob } from './mail-job.ts';

export interface SendReceipt {
  /** Graph's `request-id`. */
  readonly requestId: string | undefined;
}

export interface Transport {
  /**
   * Sends once. It never retries by itself: a retry after a lost answer is a second mail.
   *
   * @throws TenantpostError by what happened; `SEND_UNCONFIRMED` whenever the message may have been accepted.
   */
  send(job: MailJob, token: Token): Promise<SendReceipt>;
}
