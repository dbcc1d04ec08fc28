/** What was put on a send queue. */

import type { JobQueue } from '../../shared/mail/job-queue.ts';
import { type Postmark, readPostmark } from '../../shared/mail/sending/postmark.ts';

export interface PutBack {
  /** Without its postmark. */
  readonly text: string;
  readonly delayMilliseconds: number;
}

export class MemoryJobQueue implements JobQueue {
  readonly returned: PutBack[] = [];
  /** As they lie on the queue. */
  readonly messages: string[] = [];
  readonly postmarks: Postmark[] = [];

  put(message: string, delayMilliseconds: number): Promise<void> {
    const { text, postmark } = readPostmark(message);
    this.messages.push(message);
    this.postmarks.push(postmark);
    this.returned.push({ text, delayMilliseconds });
    return Promise.resolve();
  }
}
