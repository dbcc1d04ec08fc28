/** What was put back and what was moved to poison. */

import type { JobQueue, PoisonEntry } from '../../shared/mail/job-queue.ts';

export interface PutBack {
  readonly text: string;
  readonly delayMilliseconds: number;
}

export class MemoryJobQueue implements JobQueue {
  readonly returned: PutBack[] = [];
  readonly poisoned: PoisonEntry[] = [];

  putBack(text: string, delayMilliseconds: number): Promise<void> {
    this.returned.push({ text, delayMilliseconds });
    return Promise.resolve();
  }

  poison(entry: PoisonEntry): Promise<void> {
    this.poisoned.push(entry);
    return Promise.resolve();
  }
}
