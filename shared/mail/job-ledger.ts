/** What is written about a mail job: its row in the outcome table and, when it does not leave, its entry in poison. */

import { type Clock, minutes, seconds } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { Log, LogLevel } from '../log.ts';
import { workerIsGoneAfter } from './claim.ts';
import type { JobQueue } from './job-queue.ts';
import { type Outcome, type OutcomeStore, standing, type StoredOutcome } from './outcome.ts';

/** Which row and which queue message it is about. */
export interface Subject {
  readonly tenantId: string;
  readonly id: string;
  readonly fingerprint: string;
  /** The queue message, to be put back or kept in poison. */
  readonly text: string;
}

interface Dependencies {
  readonly outcomes: OutcomeStore;
  readonly queue: JobQueue;
  readonly now: Clock;
  readonly log: Log;
}

/** Without storage there is no row to count tries in, so the delay is always this. */
const storageDelay = 1 * minutes;

export class JobLedger {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** Graph has accepted it. */
  async sent(subject: Subject, stored: StoredOutcome, requestId: string | undefined): Promise<void> {
    // Logged first: if the row cannot be written, this line is what shows that the mail left.
    this.note('information', 'job.sent', subject, { requestId });
    const row = { ...stored.outcome, state: 'sent', ...(requestId === undefined ? {} : { requestId }) } as const;
    await this.#write({ ...row, updatedAt: this.#with.now() }, stored);
  }

  /** A claimed job did not leave and is to be tried again. */
  async reschedule(subject: Subject, stored: StoredOutcome, error: TenantpostError): Promise<void> {
    const at = this.#with.now();
    const delay = delayOf(error, stored.outcome.tries);
    const row = { ...stored.outcome, state: 'scheduled', ...recorded(error), notBefore: at + delay } as const;
    await this.#write({ ...row, updatedAt: at }, stored);
    await this.#putBack(subject, delay, error);
  }

  /** A claimed job did not leave and never will (`failed`), or nobody knows (`unknown`). */
  async finish(
    subject: Subject,
    stored: StoredOutcome,
    state: 'failed' | 'unknown',
    error: TenantpostError,
  ): Promise<void> {
    // Poison first: a process that dies between the two finds the row open and comes here again, and nothing is lost.
    await this.poison(subject, error);
    await this.#write({ ...stored.outcome, state, ...recorded(error), updatedAt: this.#with.now() }, stored);
  }

  /** Before any claim: the job waits, and its row says why. */
  async wait(subject: Subject, error: TenantpostError): Promise<void> {
    const stored = await this.#with.outcomes.read(subject.tenantId, subject.id);
    const stands = standing(stored?.outcome, subject.fingerprint);
    if (stands === 'ended') return;
    if (stands === 'other-job') return this.poison(subject, idReused());
    const tries = (stored?.outcome.tries ?? 0) + 1;
    const delay = delayOf(error, tries);
    if (stands !== 'sending') {
      const row: Outcome = { ...this.#fresh(subject, stored), tries, state: 'scheduled', ...recorded(error) };
      await this.#write({ ...row, notBefore: this.#with.now() + delay }, stored);
    }
    await this.#putBack(subject, delay, error);
  }

  /** Before any claim, with no table to write a row into: the job waits all the same, and no try is spent. */
  waitForStorage(subject: Subject, error: TenantpostError): Promise<void> {
    return this.#putBack(subject, storageDelay, error);
  }

  /** Another worker has it: look again when that one must be done, or gone. */
  async leaveTo(subject: Subject, delayMilliseconds: number): Promise<void> {
    this.note('information', 'job.claimed-elsewhere', subject, { seconds: delayMilliseconds / seconds });
    await this.#with.queue.putBack(subject.text, delayMilliseconds);
  }

  /** Before any claim: the job is not tried. The row of a job that left, or may be leaving, keeps what it says. */
  async refuse(subject: Subject, error: TenantpostError): Promise<void> {
    const stored = await this.#with.outcomes.read(subject.tenantId, subject.id);
    const stands = standing(stored?.outcome, subject.fingerprint);
    if (stands === 'ended') return;
    if (stands === 'sending') return this.leaveTo(subject, workerIsGoneAfter);
    await this.poison(subject, error);
    if (stands === 'other-job') return;
    await this.#write({ ...this.#fresh(subject, stored), state: 'refused', ...recorded(error) }, stored);
  }

  async poison(subject: Subject, error: TenantpostError): Promise<void> {
    const { remedy, owner } = error.meaning;
    const about = { tenant: subject.tenantId, id: subject.id, at: new Date(this.#with.now()).toISOString() };
    await this.#with.queue.poison({
      reason: { code: error.code, message: error.message, remedy, owner, ...fieldOf(error), ...about },
      text: subject.text,
    });
    this.note('warning', 'job.to-poison', subject, { code: error.code, ...error.detail });
  }

  note(level: LogLevel, event: string, { tenantId, id }: Subject, detail: TenantpostError['detail'] = {}): void {
    this.#with.log(level, event, { tenantId, id, ...detail });
  }

  async #putBack(subject: Subject, delay: number, { code, detail }: TenantpostError): Promise<void> {
    await this.#with.queue.putBack(subject.text, delay);
    this.note('warning', 'job.put-back', subject, { code, seconds: delay / seconds, ...detail });
  }

  #fresh(subject: Subject, stored: StoredOutcome | undefined): Outcome {
    const at = this.#with.now();
    return {
      tenantId: subject.tenantId,
      id: subject.id,
      state: 'scheduled',
      fingerprint: subject.fingerprint,
      tries: stored?.outcome.tries ?? 0,
      createdAt: stored?.outcome.createdAt ?? at,
      updatedAt: at,
    };
  }

  async #write(outcome: Outcome, stored: StoredOutcome | undefined): Promise<void> {
    const { outcomes, log } = this.#with;
    const version =
      stored === undefined ? await outcomes.insert(outcome) : await outcomes.replace(outcome, stored.etag);
    // Another delivery of the job changed the row in between, after ten minutes of silence from here. What it wrote stands.
    if (version === undefined) {
      log('warning', 'job.row-changed-meanwhile', { tenantId: outcome.tenantId, id: outcome.id, state: outcome.state });
    }
  }
}

export function idReused(): TenantpostError {
  return new TenantpostError('JOB_ID_REUSED', 'The id belongs to another mail job.', {
    detail: { field: '/id', expected: 'an id of its own' },
  });
}

function recorded(error: TenantpostError): Partial<Outcome> {
  const { graphCode, requestId } = error.detail;
  return {
    code: error.code,
    ...fieldOf(error),
    ...(typeof graphCode === 'string' ? { graphCode } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

function fieldOf({ detail: { field, expected } }: TenantpostError): { field?: string; expected?: string } {
  return {
    ...(typeof field === 'string' ? { field } : {}),
    ...(typeof expected === 'string' ? { expected } : {}),
  };
}

/** What the service asked for, else 15 s doubling to 15 min; up to a fifth more at random, so that a herd spreads out. */
function delayOf(error: TenantpostError, tries: number): number {
  const wanted = (error.retryAfterSeconds ?? 0) * seconds;
  const backoff = Math.min(15 * seconds * 2 ** (tries - 1), 15 * minutes);
  return Math.round((wanted > 0 ? wanted : backoff) * (1 + Math.random() / 5));
}
