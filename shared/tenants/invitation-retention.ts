/** Invitations that are over for long enough are removed, and so are the states of consents that can be used no more. */

import { type Clock, hours, seconds } from '../clock.ts';
import { asTenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';

const day = 24 * hours;

/** A state expires by its own signature within the hour; the row only says that it was used before that. */
const statesFor = 1 * day;

/** It shares the five minutes of a run of the Functions host with the retention of mail. */
const longest = 30 * seconds;

export interface Swept {
  readonly removed: number;
  /** What could not be removed, and is met again. */
  readonly failed: number;
  readonly isMore: boolean;
}

export interface OldInvitations {
  /**
   * Removes a page of those that expired before a time, used, revoked or neither. Both in epoch milliseconds.
   */
  sweep(invitationsBefore: number, statesBefore: number): Promise<Swept>;
}

interface Dependencies {
  readonly invitations: OldInvitations;
  readonly retentionDays: number;
  readonly now: Clock;
  readonly log: Log;
}

export class InvitationRetention {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** Never throws: what it did not reach is the next run's. */
  async run(): Promise<void> {
    const { invitations, retentionDays, now, log } = this.#with;
    const began = now();
    const done = { removed: 0, failed: 0 };
    try {
      let page: Swept;
      do {
        page = await invitations.sweep(began - retentionDays * day, began - statesFor);
        done.removed += page.removed;
        done.failed += page.failed;
        // A page of which nothing could be removed would be met again at once.
      } while (page.isMore && page.removed > 0 && now() - began < longest);
      log(done.failed > 0 ? 'warning' : 'information', 'retention.done', { part: 'invitations', ...done });
    } catch (error) {
      log('error', 'retention.failed', { part: 'invitations', code: asTenantpostError(error).code, ...done });
    }
  }
}
