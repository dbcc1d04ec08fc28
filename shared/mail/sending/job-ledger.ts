/** What is written about a mail job that is not sent now: its row, its entry in poison, and the message put back. */

import { type Clock, minutes, seconds } from '../../clock.ts';
import type { TenantpostError } from '../../errors.ts';
import type { LogEvent } from '../../log-events.ts';
import type { Log, LogLevel } from '../../log.ts';
import { delayOf, mostBackoff } from './backoff.ts';
import { changeRow } from './change-row.ts';
import { type ClaimTimes, claimable } from './claim.ts';
import type { Events } from '../events.ts';
import { idReused, unconfirmed } from './job-errors.ts';
import type { JobQueue } from '../job-queue.ts';
import { measureEnd, type Measuring } from './measure-end.ts';
import type { Change, MailStore } from '../mail-store.ts';
import { type Outcome, type OutcomeState, standing, type StoredOutcome, type TransportName } from '../outcome.ts';
import type { PoisonEntry } from '../poison.ts';
import { type Postmark, postmarked } from './postmark.ts';
import { TellEnd } from './tell-end.ts';

/** Which row and which queue message it is about. */
export interface Subject {
  readonly transport: TransportName;
  readonly tenantId: string;
  readonly id: string;
  readonly fingerprint: string;
  /** The queue message without its postmark, to be put back or kept in poison. */
  readonly text: string;
}

export interface LedgerDependencies extends Measuring {
  readonly store: Pick<MailStore, 'read' | 'commit'>;
  /** Where what cannot leave now waits. */
  readonly queue: JobQueue;
  readonly events: Events;
  readonly times: ClaimTimes;
  readonly now: Clock;
  readonly log: Log;
}

/** Without storage there is no row to count tries in, so the delay is always this. */
const storageDelay = 1 * minutes;

export class JobLedger {
  readonly ends: TellEnd;
  readonly #with: LedgerDependencies;

  constructor(dependencies: LedgerDependencies) {
    this.#with = dependencies;
    this.ends = new TellEnd(dependencies);
  }

  /** Before any claim: the job waits, and its row says why. @returns for how long: milliseconds. */
  async wait(subject: Subject, error: TenantpostError): Promise<number> {
    let delay = 0;
    await this.#settleRow(subject, idReused(), async (stored, stands) => {
      const tries = (stored?.outcome.tries ?? 0) + 1;
      delay = delayOf(error, tries);
      // The row of a job that may have been sent says so until its mailbox is asked, and counts nothing meanwhile.
      if (stored && stands === 'sending') {
        delay = Math.max(delay, Math.min((this.#with.now() - stored.outcome.updatedAt) / 2, mostBackoff));
        await this.putBack(subject, delay, {}, error);
        return undefined;
      }
      const notBefore = this.#with.now() + delay;
      const row = { ...this.fresh(subject, stored?.outcome), tries, ...recorded(error), notBefore };
      const written = await this.commit(subject, [{ kind: 'outcome', outcome: row, etag: stored?.etag }]);
      if (written === undefined) return 'again';
      await this.putBack(subject, delay, {}, error);
      return undefined;
    });
    return delay;
  }

  /** Its own time has not come: the row says when it does. */
  async schedule(subject: Subject, notBefore: number): Promise<void> {
    await this.#settleRow(subject, idReused(), async (stored, stands) => {
      const delay = notBefore - this.#with.now();
      if (stands !== 'sending') {
        const row = { ...this.fresh(subject, stored?.outcome), notBefore };
        const written = await this.commit(subject, [{ kind: 'outcome', outcome: row, etag: stored?.etag }]);
        if (written === undefined) return 'again';
      }
      this.note('information', 'job.scheduled', subject, { seconds: Math.round(delay / seconds) });
      await this.#put(subject, delay);
      return undefined;
    });
  }

  /** Before any claim, with no table to write a row into: the job waits all the same, and no try is spent. */
  waitForStorage(subject: Subject, postmark: Postmark, error: TenantpostError): Promise<void> {
    return this.putBack(subject, storageDelay, postmark, error);
  }

  /** Another worker has it: look again when that one must be done, or gone. */
  async leaveTo(subject: Subject, delayMilliseconds: number): Promise<void> {
    this.note('information', 'job.claimed-elsewhere', subject, { seconds: Math.ceil(delayMilliseconds / seconds) });
    await this.#put(subject, delayMilliseconds);
  }

  /** Before any claim: the job is not tried. The row of a job that left, or may be leaving, keeps what it says. */
  async refuse(subject: Subject, error: TenantpostError): Promise<void> {
    await this.#settleRow(subject, error, async (stored, stands) => {
      if (stored !== undefined && stands === 'sending') return this.#refuseSending(subject, stored);
      const outcome = this.ended(this.fresh(subject, stored?.outcome), 'refused', error);
      return this.#end(subject, outcome, stored?.etag, error);
    });
  }

  /** Five throws of a worker that nobody foresaw, and nothing left: its reason is kept where the host would keep none. */
  async giveUp(subject: Subject, error: TenantpostError): Promise<void> {
    await this.#settleRow(subject, error, async (stored, stands) => {
      if (stored !== undefined && stands === 'sending') return this.#refuseSending(subject, stored);
      return this.#end(subject, this.ended(this.fresh(subject, stored?.outcome), 'failed', error), stored?.etag, error);
    });
  }

  /** Another job has the id: its row stands, and this one is kept beside it, with what is wrong with it. */
  async keepOtherJob(subject: Subject, error = idReused()): Promise<void> {
    const entry = this.poisonEntry(subject, error, 'refused');
    // Beside the entry of the job that has the id, which may fail yet and be kept under it.
    const own = { ...entry, id: `${subject.id}~${subject.fingerprint.slice(0, 8)}` };
    await this.commit(subject, [{ kind: 'poison', entry: own }]);
    this.note('warning', 'job.to-poison', subject, { code: error.code });
    measureEnd(this.#with, { transport: subject.transport, state: 'refused', code: error.code });
  }

  /** A second delivery of a job that ended: whoever was to be told of the end may not have been. */
  async endedBefore(subject: Subject, stored: StoredOutcome | undefined): Promise<void> {
    this.note('information', 'job.ended-before', subject, { state: stored?.outcome.state });
    if (stored) await this.ends.tell(stored);
  }

  async putBack(
    subject: Subject,
    delay: number,
    postmark: Postmark,
    { code, detail }: Pick<TenantpostError, 'code' | 'detail'>,
  ): Promise<void> {
    await this.#with.queue.put(postmarked(subject.text, { ...postmark, trace: this.#with.tracing.current() }), delay);
    this.#with.tracing.note({ 'tenantpost.job.state': 'scheduled', 'tenantpost.code': code });
    this.note('warning', 'job.put-back', subject, { ...detail, code, seconds: Math.ceil(delay / seconds) });
  }

  commit(subject: Subject, changes: readonly Change[]): Promise<readonly string[] | undefined> {
    return this.#with.store.commit(subject.tenantId, changes);
  }

  note(level: LogLevel, event: LogEvent, { tenantId, id }: Subject, detail: TenantpostError['detail'] = {}): void {
    this.#with.log(level, event, { tenantId, id, ...detail });
  }

  /** The row of a job that waits or is tried, over what there was before. */
  fresh(subject: Subject, before: Outcome | undefined): Outcome {
    const at = this.#with.now();
    const { transport, tenantId, id, fingerprint } = subject;
    const { tries = 0, createdAt = at, progress, resends } = before ?? {};
    const hadFailed = before?.state === 'refused' || before?.state === 'failed' || before?.hadFailed === true;
    // A corrected job under the id of one that failed has no draft of that one.
    const isSame = before?.fingerprint === fingerprint;
    return {
      ...{ tenantId, id, state: 'scheduled', transport, fingerprint, tries, createdAt, updatedAt: at },
      ...(progress !== undefined && isSame ? { progress } : {}),
      ...(resends !== undefined && isSame ? { resends } : {}),
      ...(hadFailed ? { hadFailed } : {}),
    };
  }

  /** The row of a job that has come to its end. Of one that was sent once more nobody can say that it did not leave. */
  ended(row: Outcome, wanted: Outcome['state'], error?: TenantpostError): Outcome {
    const at = this.#with.now();
    const { notBefore: _, code: __, hadFailed: ___, ...facts } = row;
    const state = row.resends !== undefined && wanted !== 'sent' ? 'unknown' : wanted;
    return { ...facts, state, ...(error === undefined ? {} : recorded(error)), updatedAt: at, endedAt: at };
  }

  poisonEntry({ transport, tenantId, id, text }: Subject, error: TenantpostError, state: OutcomeState): PoisonEntry {
    const { remedy, owner } = error.meaning;
    const reason = { code: error.code, message: error.message, remedy, owner, ...fieldOf(error) };
    return { tenantId, id, transport, at: this.#with.now(), state, reason, text };
  }

  async #end(
    subject: Subject,
    outcome: Outcome,
    etag: string | undefined,
    error: TenantpostError,
  ): Promise<'again' | undefined> {
    const entry = this.poisonEntry(subject, error, outcome.state);
    const written = await this.commit(subject, [
      { kind: 'outcome', outcome, etag },
      { kind: 'poison', entry },
    ]);
    if (written === undefined) return 'again';
    this.note('warning', 'job.to-poison', subject, { ...error.detail, code: error.code });
    measureEnd(this.#with, outcome);
    await this.ends.tell({ outcome, etag: written[0] ?? '' });
    return undefined;
  }

  /** As its producer wrote it, but for the trace: whoever meets it next goes by its row. */
  async #put({ text }: Subject, delay: number): Promise<void> {
    const { queue, tracing } = this.#with;
    const trace = tracing.current();
    await queue.put(trace === undefined ? text : postmarked(text, { trace }), delay);
    tracing.note({ 'tenantpost.job.state': 'scheduled' });
  }

  /** The job may have left, and now nobody can ask its mailbox any more. */
  async #refuseSending(subject: Subject, stored: StoredOutcome): Promise<'again' | undefined> {
    const { now, times } = this.#with;
    const met = claimable(stored, subject.fingerprint, now(), times);
    if (met.kind === 'elsewhere') {
      await this.leaveTo(subject, met.retryAfterMilliseconds);
      return undefined;
    }
    const error = unconfirmed();
    return this.#end(subject, this.ended(stored.outcome, 'unknown', error), stored.etag, error);
  }

  /** Reads the row and lets `write` act on it, once more when another writer was there first. */
  async #settleRow(
    subject: Subject,
    ifOtherJob: TenantpostError,
    write: (stored: StoredOutcome | undefined, stands: 'free' | 'waiting' | 'sending') => Promise<'again' | undefined>,
  ): Promise<void> {
    await changeRow(this.#with.store, subject, undefined, async (stored) => {
      const stands = standing(stored?.outcome, subject.fingerprint);
      if (stands === 'other-job') await this.keepOtherJob(subject, ifOtherJob);
      else if (stands === 'ended') await this.endedBefore(subject, stored);
      else if ((await write(stored, stands)) === 'again') return undefined;
      return { done: true };
    });
  }
}

export function recorded(error: TenantpostError): Partial<Outcome> {
  const { serviceCode, requestId } = error.detail;
  return {
    code: error.code,
    ...fieldOf(error),
    ...(typeof serviceCode === 'string' ? { serviceCode } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

function fieldOf({ detail: { field, expected } }: TenantpostError): { field?: string; expected?: string } {
  return {
    ...(typeof field === 'string' ? { field } : {}),
    ...(typeof expected === 'string' ? { expected } : {}),
  };
}
