/** The way from a job that could be sent to one that is ours to send: claim and turn at its mailbox, in one transaction. */

import { type Clock, minutes, seconds } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import { type ClaimTimes, claimable } from './claim.ts';
import { type Admission as Admitted, type Ask, enter, type Limits } from '../gate/gate-state.ts';
import type { JobLedger, Subject } from './job-ledger.ts';
import type { ContentStore } from '../job/content-store.ts';
import { keepContent } from '../job/keep-content.ts';
import type { Mail } from '../job/mail.ts';
import type { MailStore } from '../mail-store.ts';
import type { MailboxGate } from '../gate/mailbox-gate.ts';
import type { Measuring } from './measure-end.ts';
import type { Outcome, StoredOutcome } from '../outcome.ts';
import { type Postmark, rowMark } from './postmark.ts';

/** Longer than any one request may take: who needs a permit for longer writes down that he does. */
const longestPermit = 3 * minutes;

/**
 * How long a permit lasts unless it is extended. It is over by the time that the message of a killed worker is shown again, so
 * that whoever takes the job over is not kept out by it. A lock below the longest request is for hosts of tests alone.
 */
export const permitFor = ({ messageLock }: ClaimTimes): number => Math.min(longestPermit, messageLock);

/** Writers meet at a row now and then; more often than this in a row they do not. */
const mostRaces = 20;

export interface Claim {
  readonly stored: StoredOutcome;
  /** Of the mailbox's gate, to be given back. */
  readonly permit: string;
  /** It may have been sent before: the mailbox is to be asked first. */
  readonly isUnsettled: boolean;
}

interface Dependencies extends Measuring {
  readonly store: Pick<MailStore, 'read'>;
  readonly gate: MailboxGate;
  readonly limits: Limits;
  readonly times: ClaimTimes;
  readonly ledger: JobLedger;
  readonly content: Pick<ContentStore, 'touch'>;
  readonly now: Clock;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export class Admission {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * Claims a job right before it is sent. A row left in `sending` therefore means that the request may have reached
   * Microsoft, and nothing milder.
   *
   * @returns the row of a job that has ended; nothing when it is not to be sent now: the reason is recorded then, and the
   *   message put back.
   */
  async claim(mail: Mail, subject: Subject, { turn, row }: Postmark): Promise<Claim | { ended: Outcome } | undefined> {
    const { store, times, ledger, now } = this.#with;
    let known = row && waitingRow(ledger.fresh(subject, undefined), row);
    let isUnsettled = false;
    for (let races = 0; races < mostRaces; races += 1) {
      const claimed = await this.#enter(mail, subject, turn, known, isUnsettled);
      if (claimed !== 'conflict') return claimed;
      const met = claimable(await store.read(subject.tenantId, subject.id), subject.fingerprint, now(), times);
      switch (met.kind) {
        case 'ended':
          await ledger.endedBefore(subject, met.stored);
          return { ended: met.stored.outcome };
        case 'other-job':
          await ledger.keepOtherJob(subject);
          return undefined;
        case 'elsewhere':
          await ledger.leaveTo(subject, met.retryAfterMilliseconds);
          return undefined;
        case 'free':
        case 'unsettled':
          known = met.stored;
          isUnsettled = met.kind === 'unsettled';
      }
    }
    throw new TenantpostError('STORAGE_UNAVAILABLE', 'The row of a mail job is being written by too many at once.');
  }

  async #enter(
    mail: Mail,
    subject: Subject,
    turn: number | undefined,
    known: StoredOutcome | undefined,
    isUnsettled: boolean,
  ): Promise<Claim | 'conflict' | undefined> {
    const { gate, limits, times, ledger } = this.#with;
    const mailbox = mail.job.from.toLowerCase();
    const before = { ...ledger.fresh(subject, known?.outcome), mailbox };
    const entered = await gate.change(subject.tenantId, mailbox, (state, at) => {
      const next = enter(state, askOf(mail, subject, turn, at + permitFor(times)), at, limits);
      const outcome = rowOf(before, next.admission, isUnsettled, at);
      const change = { kind: 'outcome', outcome, etag: known?.etag } as const;
      return { gate: next.gate, changes: [change], result: { admission: next.admission, outcome } };
    });
    if (entered.kind === 'conflict') return 'conflict';
    const { admission, outcome } = entered.result;
    const [etag = ''] = entered.etags;
    const { now, wait, metrics, tracing } = this.#with;
    const pause = Math.max(0, admission.at - now());
    metrics.record('tenantpost.mail.gate_seconds', pause / seconds, { transport: subject.transport });
    if (admission.kind === 'now') {
      await (pause > 0 ? tracing.within('wait for turn', {}, () => wait(pause)) : wait(0));
      return { stored: { outcome, etag }, permit: admission.permit, isUnsettled };
    }
    await this.#waitForTurn(mail, subject, admission, rowMark({ outcome, etag }));
    return undefined;
  }

  async #waitForTurn(
    { job }: Mail,
    subject: Subject,
    { at, code, turn }: Extract<Admitted, { kind: 'at' }>,
    row: Postmark['row'],
  ): Promise<void> {
    const { ledger, content, now } = this.#with;
    await keepContent(job, content, now(), at);
    await ledger.putBack(subject, Math.max(0, at - now()), { turn, row }, { code, detail: {} });
  }
}

function waitingRow(fresh: Outcome, { etag, tries, createdAt }: NonNullable<Postmark['row']>): StoredOutcome {
  return { etag, outcome: { ...fresh, tries, createdAt } };
}

export function askOf(
  { job, bytes }: Mail,
  { transport }: Subject,
  turn: number | undefined,
  permitUntil: number,
): Ask {
  const recipients = job.to.length + job.cc.length + job.bcc.length;
  return {
    transport,
    // As base64, which every transport sends content as, with its line breaks.
    bytes: Math.ceil((bytes * 4) / 3 + bytes / 57),
    recipients,
    ...(turn === undefined ? {} : { turn }),
    permitUntil,
  };
}

function rowOf(before: Outcome, admission: Admitted, isUnsettled: boolean, at: number): Outcome {
  // The gate may run this later than the row was made, or again.
  const row = { ...before, updatedAt: at };
  if (admission.kind === 'now') return { ...row, state: 'sending', tries: before.tries + (isUnsettled ? 0 : 1) };
  const waits = { code: admission.code, notBefore: admission.at };
  if (!isUnsettled) return { ...row, ...waits, state: 'scheduled' };
  return { ...row, state: 'sending', code: 'SEND_UNCONFIRMED', notBefore: Math.max(admission.at, at + 1 * seconds) };
}
