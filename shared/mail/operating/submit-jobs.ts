/** Takes mail jobs over HTTP: each has a row before its message is on the queue, so that nothing is taken and then lost. */

import { type Clock, hours } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import { requireHome } from '../../home-tenant.ts';
import type { Log } from '../../log.ts';
import { changeRow } from '../sending/change-row.ts';
import type { ContentStore } from '../job/content-store.ts';
import { fitQueue } from '../job/fit-queue.ts';
import { idReused } from '../sending/job-errors.ts';
import { fingerprint, parseMailJob } from '../job/mail-job.ts';
import type { Measuring } from '../sending/measure-end.ts';
import type { MailStore } from '../mail-store.ts';
import { type Outcome, standing, type TransportName } from '../outcome.ts';
import { postmarked, rowMark } from '../sending/postmark.ts';
import { queueOf, type SendQueues } from './send-queues.ts';

interface Dependencies extends Pick<Measuring, 'tracing'> {
  readonly store: Pick<MailStore, 'read' | 'commit'>;
  readonly queues: SendQueues;
  readonly content: Pick<ContentStore, 'put'>;
  readonly now: Clock;
  readonly log: Log;
  /** The only tenant whose mail is taken, when the registration is single-tenant. */
  readonly singleTenantId?: string | undefined;
}

export interface TakenJob {
  readonly outcome: Outcome;
  /** How many recipients were written twice and will get the mail once. */
  readonly removed: number;
}

/** Of many jobs so many are taken at once. */
const lanes = 8;

export class SubmitJobs {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * The same job under the same id is taken once, however often it is submitted; whoever had no answer asks again.
   *
   * @throws TenantpostError `JOB_ID_REUSED` when another job has the id, `JOB_ENDED` when the id was cancelled before it came,
   *   and whatever else is wrong with it: nothing is taken then.
   */
  submit(value: unknown, transport: TransportName): Promise<TakenJob> {
    return this.#with.tracing.within('submit mail job', {}, () => this.#submit(value, transport));
  }

  async #submit(value: unknown, transport: TransportName): Promise<TakenJob> {
    const { tracing } = this.#with;
    const { store, queues, content, now, log, singleTenantId } = this.#with;
    // Before anything is written: a transport that nobody serves.
    queueOf(queues, transport);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noJob();
    const { job, removed } = parseMailJob(value);
    tracing.note({
      'tenantpost.transport': transport,
      'tenantpost.tenant.id': job.tenant,
      'tenantpost.job.id': job.id,
    });
    requireHome(job.tenant, singleTenantId, '/tenant');
    const fitted = await fitQueue(value, content);
    if (fitted.job !== value) parseMailJob(fitted.job);

    const subject = { tenantId: job.tenant, id: job.id, fingerprint: fingerprint(fitted.job) };
    const at = now();
    const delay = Math.max(0, (job.notBefore ?? at) - at);
    const times = { createdAt: at, updatedAt: at, ...(delay > 0 ? { notBefore: at + delay } : {}) };
    const row: Outcome = { ...subject, state: 'scheduled', transport, tries: 0, ...times };
    const enqueue = async (outcome: Outcome, etag: string): Promise<void> => {
      const postmark = { row: rowMark({ outcome, etag }), trace: tracing.current() };
      await queueOf(queues, outcome.transport).put(postmarked(fitted.text, postmark), delay);
      log('information', 'job.submitted', { tenantId: job.tenant, id: job.id, transport: outcome.transport, removed });
    };

    // Almost always the id is new: the first request inserts.
    return changeRow(store, subject, { stored: undefined }, async (stored) => {
      switch (standing(stored?.outcome, subject.fingerprint)) {
        case 'free': {
          const etags = await store.commit(job.tenant, [{ kind: 'outcome', outcome: row, etag: stored?.etag }]);
          if (etags === undefined) return undefined;
          // What failed under this id is no longer what stands there. Later, it could be what becomes of this one.
          if (stored) await store.commit(job.tenant, [{ kind: 'no-poison', id: job.id }]);
          await enqueue(row, etags[0] ?? '');
          return { outcome: row, removed };
        }
        case 'waiting':
          // Whoever wrote the row may have died before the message was on the queue. A second one does no harm.
          if (stored && (isUntouched(stored.outcome) || isOverdue(stored.outcome, at)))
            await enqueue(stored.outcome, stored.etag);
          return { outcome: stored?.outcome ?? row, removed };
        case 'other-job':
          throw idReused();
        default: {
          const outcome = stored?.outcome ?? row;
          // Cancelled before it came: it has not been taken, and will not be.
          if (outcome.fingerprint === '') throw cancelledBefore(outcome);
          return { outcome, removed };
        }
      }
    });
  }

  /** Each by itself: one that is refused stops no other. In the order of the jobs. */
  async submitAll(
    values: readonly unknown[],
    transport: TransportName,
  ): Promise<readonly PromiseSettledResult<TakenJob>[]> {
    const results = new Array<PromiseSettledResult<TakenJob>>(values.length);
    const underWay = new Map<string, Promise<unknown>>();
    const next = values.entries();
    const lane = async (): Promise<void> => {
      for (const [index, value] of next) {
        // Of two jobs with one id the first one stands.
        const key = idOf(value);
        const before = key === undefined ? undefined : underWay.get(key);
        const submitted = Promise.resolve(before).then(() => this.submit(value, transport));
        const settled = Promise.allSettled([submitted]);
        if (key !== undefined) underWay.set(key, settled);
        const [result] = await settled;
        results[index] = result;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return results;
  }
}

function isUntouched({ tries, createdAt, updatedAt, code }: Outcome): boolean {
  return tries === 0 && updatedAt === createdAt && code === undefined;
}

/** Nobody has looked at it for so long after its time that its message may be gone. */
function isOverdue({ notBefore, updatedAt }: Outcome, at: number): boolean {
  return at > Math.max(notBefore ?? 0, updatedAt) + 1 * hours;
}

function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  return typeof value.id === 'string' ? value.id : undefined;
}

function noJob(): TenantpostError {
  return new TenantpostError('REQUEST_INVALID', 'What was submitted is no mail job.', {
    detail: { field: '', expected: 'a mail job, or an object with jobs' },
  });
}

function cancelledBefore({ state }: Outcome): TenantpostError {
  return new TenantpostError('JOB_ENDED', 'The mail job was cancelled before it came.', { detail: { state } });
}
