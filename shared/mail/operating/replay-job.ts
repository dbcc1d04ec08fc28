/** Queues a mail job again that did not leave, from its entry in poison, once what stopped it has been mended. */

import type { Clock } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { changeRow } from '../sending/change-row.ts';
import { idReused } from '../sending/job-errors.ts';
import type { Measuring } from '../sending/measure-end.ts';
import type { MailStore } from '../mail-store.ts';
import { type Outcome, standing, type StoredOutcome } from '../outcome.ts';
import type { PoisonEntry } from '../poison.ts';
import { postmarked, rowMark } from '../sending/postmark.ts';
import { rawMessage } from '../sending/raw-message.ts';
import { queueOf, type SendQueues } from './send-queues.ts';
import { subjectOf } from '../sending/subject.ts';

interface Dependencies extends Pick<Measuring, 'tracing'> {
  readonly store: Pick<MailStore, 'read' | 'commit' | 'readPoison'>;
  readonly queues: SendQueues;
  readonly now: Clock;
  readonly log: Log;
}

export class ReplayJob {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * Row, message, entry, in this order: a process that dies in between leaves the entry, and the next call begins again.
   *
   * @param evenIfSent whether a job goes out again of which nobody can tell whether it left.
   * @throws TenantpostError `JOB_NOT_FOUND` when nothing of this id is in poison, `JOB_ENDED` when its job has ended in a way
   *   that is not to be undone, and `JOB_ID_REUSED` when another job has its id.
   */
  async replay(tenantId: string, id: string, evenIfSent: boolean): Promise<Outcome> {
    const { store, queues, tracing, now, log } = this.#with;
    const found = await store.readPoison(tenantId, id);
    if (found === undefined) return this.#replayedBefore(tenantId, id);
    const { entry } = found;
    const queue = queueOf(queues, entry.transport);
    // The id in the message, which is another than the entry's when a job came under an id that was taken.
    const subject = subjectOf(entry.transport, rawMessage(entry.text));
    const { outcome, etag } = await changeRow(store, subject, undefined, async (stored) => {
      if (stored && standing(stored.outcome, subject.fingerprint) === 'waiting') return stored;
      requireReplayable(stored, subject.fingerprint, evenIfSent);
      const row = scheduledRow(entry, subject, stored, now());
      const etags = await store.commit(subject.tenantId, [{ kind: 'outcome', outcome: row, etag: stored?.etag }]);
      return etags && { outcome: row, etag: etags[0] ?? '' };
    });
    await queue.put(postmarked(subject.text, { row: rowMark({ outcome, etag }), trace: tracing.current() }), 0);
    log('information', 'job.replayed', { tenantId, id, transport: entry.transport });
    // Only as it was read: a worker may have met the message, and put it there again.
    await store.commit(tenantId, [{ kind: 'no-poison', id, etag: found.etag }]);
    return outcome;
  }

  /** Whoever had no answer asks again, and finds it done. */
  async #replayedBefore(tenantId: string, id: string): Promise<Outcome> {
    const stored = await this.#with.store.read(tenantId, id);
    if (stored === undefined) {
      throw new TenantpostError('JOB_NOT_FOUND', 'Nothing of this id is in poison.', { detail: { tenantId, id } });
    }
    const { state } = stored.outcome;
    if (state === 'scheduled') return stored.outcome;
    throw new TenantpostError('JOB_ENDED', `Nothing of this id is in poison: it is ${state}.`, {
      detail: { tenantId, id, state },
    });
  }
}

function requireReplayable(stored: StoredOutcome | undefined, fingerprint: string, evenIfSent: boolean): void {
  if (stored === undefined) return;
  const { tenantId, id, state } = stored.outcome;
  const stands = standing(stored.outcome, fingerprint);
  if (stands === 'free' || (stands === 'ended' && state === 'unknown' && evenIfSent)) return;
  if (stands === 'other-job') throw idReused();
  const message =
    state === 'unknown'
      ? 'The mail may have left, and would then arrive twice: say "evenIfSent": true to send it all the same.'
      : `The mail job cannot be replayed: it is ${state}.`;
  throw new TenantpostError('JOB_ENDED', message, { detail: { tenantId, id, state } });
}

function scheduledRow(
  { transport }: PoisonEntry,
  { tenantId, id, fingerprint }: Pick<Outcome, 'tenantId' | 'id' | 'fingerprint'>,
  stored: StoredOutcome | undefined,
  at: number,
): Outcome {
  const { createdAt = at, state, progress, fingerprint: before } = stored?.outcome ?? {};
  // Where nobody knows whether a draft left, the mail begins anew; one that was refused goes on with its draft.
  const goesOn = progress !== undefined && state !== 'unknown' && before === fingerprint;
  const facts = { tries: 0, createdAt, updatedAt: at, ...(goesOn ? { progress } : {}) };
  return { tenantId, id, state: 'scheduled', transport, fingerprint, ...facts };
}
