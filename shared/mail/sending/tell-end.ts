/**
 * Publishes the ends of mail jobs. One that cannot be told now waits among the jobs in a message of its own, and not as
 * its job: a job that failed would be tried again for that, and one whose row retention has removed would be sent again.
 */

import { z } from 'zod';
import { type Clock, hours, minutes } from '../../clock.ts';
import { asTenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { tenantId } from '../../tenants/tenant.ts';
import type { Events } from '../events.ts';
import type { JobQueue } from '../job-queue.ts';
import { mailJobId } from '../job/mail-job.ts';
import type { MailStore } from '../mail-store.ts';
import { type StoredOutcome, terminalStates, unreadableTenant } from '../outcome.ts';

interface Dependencies {
  readonly store: Pick<MailStore, 'read'>;
  readonly queue: JobQueue;
  readonly events: Events;
  readonly now: Clock;
  readonly log: Log;
}

const prefix = 'tenantpost end=';

/** A job's row, at the version at which it ended. */
const untold = z.strictObject({
  tenantId: z.union([tenantId, z.literal(unreadableTenant)]),
  id: mailJobId,
  etag: z.string(),
});

/** Twice as long after each look, so that thousands of ends that wait for weeks stop nothing else. */
const leastDelay = 1 * minutes;
const mostDelay = 24 * hours;

export class TellEnd {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** @throws TenantpostError `STORAGE_UNAVAILABLE` when it can neither be told nor kept for later. */
  async tell({ outcome, etag }: StoredOutcome): Promise<void> {
    if (!terminalStates.includes(outcome.state)) return;
    const { events, queue, now, log } = this.#with;
    try {
      await events.publish(outcome);
    } catch (error) {
      const { tenantId, id, endedAt = outcome.updatedAt } = outcome;
      const delay = Math.min(Math.max(now() - endedAt, leastDelay), mostDelay);
      await queue.put(prefix + JSON.stringify({ tenantId, id, etag }), delay);
      const { code, detail } = asTenantpostError(error);
      log('warning', 'job.end-untold', { ...detail, tenantId, id, code, seconds: delay / 1000 });
    }
  }

  /** Tells the end that a queue message stands for. @returns whether it is such a message. */
  async takes(message: unknown): Promise<boolean> {
    const end = typeof message === 'string' ? read(message) : undefined;
    if (end === undefined) return false;
    const stored = await this.#with.store.read(end.tenantId, end.id);
    // Whoever has changed the row tells its next end.
    if (stored?.etag === end.etag) await this.tell(stored);
    return true;
  }
}

function read(message: string): z.infer<typeof untold> | undefined {
  if (!message.startsWith(prefix)) return undefined;
  try {
    return untold.parse(JSON.parse(message.slice(prefix.length)));
  } catch {
    return undefined;
  }
}
