/**
 * What is over is removed: outcomes and poison some time after the end, the gates of mailboxes that nobody uses, content that
 * no job needs any more. Each run has its time; what it did not reach is the next one's.
 */

import { type Clock, hours, minutes } from '../../clock.ts';
import { asTenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';

const day = 24 * hours;

/** A gate looks back for a day at most; what is older says nothing any more. */
const gateIdleFor = 2 * day;

/** The Functions host ends a run after five minutes (`functionTimeout`). Each of the parts has its share. */
export const partMilliseconds = 2 * minutes;

export interface Sweep {
  readonly removed: number;
  /** What could not be removed, and is met again. */
  readonly failed: number;
  /** Where to go on; nothing when the end was reached. */
  readonly position?: string | undefined;
}

export interface RowAges {
  /** Rows of ended jobs and poison entries from before this time: epoch milliseconds. */
  readonly endedBefore: number;
  /** Gates that nobody has passed since. */
  readonly gatesIdleSince: number;
}

/** One page at a time, from a position on. */
export interface OldRows {
  sweep(ages: RowAges, position: string | undefined): Promise<Sweep>;
}

export interface OldContent {
  /** @param before when it was last written or touched: epoch milliseconds. */
  sweep(before: number, position: string | undefined): Promise<Sweep>;
}

export const parts = ['rows', 'content'] as const;
export type RetentionPart = (typeof parts)[number];

export interface RetentionPositions {
  read(part: RetentionPart): Promise<string | undefined>;
  write(part: RetentionPart, position: string | undefined): Promise<void>;
}

interface Dependencies {
  readonly rows: OldRows;
  readonly content: OldContent;
  readonly positions: RetentionPositions;
  readonly retentionDays: number;
  readonly now: Clock;
  readonly log: Log;
}

export class Retention {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** One part's failure does not stop the other. */
  async run(): Promise<void> {
    const { now, rows, content, retentionDays } = this.#with;
    const before = now() - retentionDays * day;
    const ages = { endedBefore: before, gatesIdleSince: now() - gateIdleFor };
    await this.#part('rows', (position) => rows.sweep(ages, position));
    await this.#part('content', (position) => content.sweep(before, position));
  }

  async #part(part: RetentionPart, sweep: (position: string | undefined) => Promise<Sweep>): Promise<void> {
    const { positions, now, log } = this.#with;
    const until = now() + partMilliseconds;
    const done = { removed: 0, failed: 0, pages: 0 };
    let position: string | undefined;
    try {
      position = await positions.read(part);
      do {
        const page = await sweep(position);
        done.removed += page.removed;
        done.failed += page.failed;
        done.pages += 1;
        position = page.position;
      } while (position !== undefined && now() < until);
      log(done.failed > 0 ? 'warning' : 'information', 'retention.done', {
        part,
        ...done,
        left: position !== undefined,
      });
    } catch (error) {
      const { code, detail } = asTenantpostError(error);
      log('error', 'retention.failed', { ...detail, part, code, ...done });
      // A position that the service takes no more would stop every run to come.
      if (done.pages === 0) position = undefined;
    }
    await this.#leaveAt(part, position);
  }

  /** Without it the next run begins where this one did, and meets nothing that is gone. */
  async #leaveAt(part: RetentionPart, position: string | undefined): Promise<void> {
    try {
      await this.#with.positions.write(part, position);
    } catch (error) {
      const { code, detail } = asTenantpostError(error);
      this.#with.log('error', 'retention.failed', { ...detail, part, code });
    }
  }
}
