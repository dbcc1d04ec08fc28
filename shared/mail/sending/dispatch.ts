/** A claimed mail leaves, or it is found out whether it did; either way its row says so and its permit is given back. */

import { type Clock, hours, seconds } from '../../clock.ts';
import { asTenantpostError, type TenantpostError } from '../../errors.ts';
import type { Token } from '../../tokens/token.ts';
import type { TokenSource } from '../../tokens/token-source.ts';
import { askOf, type Claim, permitFor } from './admission.ts';
import { delayOf } from './backoff.ts';
import type { Carrier, Claimed, Finding } from '../carrier.ts';
import type { ClaimTimes } from './claim.ts';
import { ClaimedRow } from './claimed-row.ts';
import type { ContentStore } from '../job/content-store.ts';
import { enter, type Limits } from '../gate/gate-state.ts';
import { countSent } from '../gate/sent-count.ts';
import { hold } from '../gate/hold.ts';
import { expired, unconfirmed } from './job-errors.ts';
import { type JobLedger, recorded, type Subject } from './job-ledger.ts';
import { keepContent } from '../job/keep-content.ts';
import type { Mail } from '../job/mail.ts';
import type { Change } from '../mail-store.ts';
import type { MailboxGate } from '../gate/mailbox-gate.ts';
import { measureEnd, type Measuring } from './measure-end.ts';
import type { DraftProgress, Outcome } from '../outcome.ts';
import { rowMark } from './postmark.ts';

interface Dependencies extends Measuring {
  readonly carrier: Carrier;
  readonly tokens: Pick<TokenSource, 'refused'>;
  readonly gate: MailboxGate;
  readonly limits: Limits;
  readonly times: ClaimTimes;
  readonly ledger: JobLedger;
  readonly content: Pick<ContentStore, 'touch'>;
  readonly now: Clock;
}

/** A claimed job with everything that its sending takes. */
export interface Dispatched {
  readonly mail: Mail;
  readonly token: Token;
  readonly subject: Subject;
  readonly claim: Claim;
}

/** What Microsoft says of a mailbox, and not of one message: its other mail waits as well. */
const holdsMailbox: readonly string[] = ['SEND_THROTTLED', 'MAILBOX_QUOTA'];

/** After so many lost answers in a row somebody should look into the mailbox first. */
const mostResends = 3;

/** A quota of a day comes back little by little; Microsoft names no time. */
const quotaPause = 1 * hours;

export class Dispatch {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** @throws storage trouble after a send: the queue delivers the message again, and its row says what is to be done. */
  async run(dispatched: Dispatched): Promise<void> {
    await new OneDispatch(this.#with, dispatched).run();
  }
}

/** One claimed job: its row changes with every step. */
class OneDispatch {
  readonly #with: Dependencies;
  readonly #mail: Mail;
  readonly #token: Token;
  readonly #subject: Subject;
  readonly #isUnsettled: boolean;
  readonly #row: ClaimedRow;

  constructor(dependencies: Dependencies, { mail, token, subject, claim }: Dispatched) {
    this.#with = dependencies;
    this.#mail = mail;
    this.#token = token;
    this.#subject = subject;
    this.#isUnsettled = claim.isUnsettled;
    this.#row = new ClaimedRow(dependencies, subject, mail.job.from.toLowerCase(), claim);
  }

  async run(): Promise<void> {
    const { progress, tries } = this.#row.outcome;
    if (!this.#isUnsettled) return this.#send(progress);
    let finding: Finding;
    try {
      finding = this.#canAsk() ? await this.#with.carrier.find(this.#claimed(progress)) : { kind: 'unsure' };
    } catch (error) {
      const known = asTenantpostError(error);
      this.#countThrottle(known);
      if (known.code === 'SEND_TOKEN_REFUSED') await this.#with.tokens.refused(this.#token);
      if (known.code !== 'UNEXPECTED' && known.meaning.disposition === 'again') {
        return this.#askLater(known, delayOf(known, tries), tries + 1);
      }
      finding = { kind: 'unsure' };
    }
    switch (finding.kind) {
      case 'sent':
        return this.#sent(finding.requestId);
      case 'not-sent':
        return this.#send(finding.progress);
      case 'unsure':
        return this.#resend();
    }
  }

  /** The mailbox is asked by reading it, which Mail.Send alone does not allow; a delivery by drafts has that right. */
  #canAsk(): boolean {
    const mayRead = this.#token.roles.some((role) => role === 'Mail.Read' || role === 'Mail.ReadWrite');
    return this.#with.carrier.transport === 'graph' && (mayRead || this.#isByDraft());
  }

  #isByDraft(): boolean {
    return this.#mail.job.delivery === 'exactly-once' || this.#row.outcome.progress !== undefined;
  }

  /** Rather twice than not at all, and not as often as answers are lost: each of them may have been a mail. */
  async #resend(): Promise<void> {
    const { resends = 0, tries } = this.#row.outcome;
    if (this.#mail.job.onUnknown !== 'resend' || resends >= mostResends) {
      return this.#end('unknown', unconfirmed());
    }
    try {
      await this.#row.keep({ resends: resends + 1, tries: tries + 1 });
    } catch (error) {
      // With any other the row still says that it may have left.
      if (asTenantpostError(error).code !== 'CLAIM_LOST') throw error;
      return this.#notSent(error);
    }
    return this.#send(undefined);
  }

  async #send(progress: DraftProgress | undefined): Promise<void> {
    const { carrier, now, times } = this.#with;
    const { expiresAt } = this.#mail.job;
    if (expiresAt !== undefined && expiresAt <= now()) return this.#expire(progress);
    let requestId: string | undefined;
    try {
      // Whoever was frozen since the claim may have been taken for gone.
      if (now() - this.#row.outcome.updatedAt > times.messageLock / 2) await this.#row.keep({});
      ({ requestId } = await carrier.send(this.#claimed(progress)));
    } catch (error) {
      return this.#notSent(error);
    }
    // Outside of the try: the mail has left, and a row that cannot be written must not look like a failed send.
    await this.#sent(requestId);
  }

  /** A draft of it would lie in the mailbox for somebody to wonder at. */
  async #expire(progress: DraftProgress | undefined): Promise<void> {
    try {
      if (progress || this.#isByDraft()) await this.#with.carrier.discard?.(this.#claimed(progress));
    } catch (error) {
      const { code } = asTenantpostError(error);
      this.#with.ledger.note('warning', 'job.draft-left', this.#subject, { code });
    }
    await this.#end('failed', expired());
  }

  #claimed(progress: DraftProgress | undefined): Claimed {
    return {
      mail: this.#mail,
      token: this.#token,
      progress,
      record: (next) => this.#row.keep({ progress: next }),
    };
  }

  async #sent(requestId: string | undefined): Promise<void> {
    // Logged first: if the row cannot be written, this line is what shows that the mail left.
    this.#with.ledger.note('information', 'job.sent', this.#subject, { requestId });
    const { hadFailed } = this.#row.outcome;
    const { progress: _, ...row } = this.#with.ledger.ended(this.#row.outcome, 'sent');
    await this.#finish(requestId === undefined ? row : { ...row, requestId });
    const { id } = this.#subject;
    if (hadFailed === true) await this.#with.ledger.commit(this.#subject, [{ kind: 'no-poison', id }]);
  }

  async #notSent(error: unknown): Promise<void> {
    const known = asTenantpostError(error);
    this.#countThrottle(known);
    if (known.code === 'CLAIM_LOST') return this.#with.ledger.note('warning', 'job.claim-lost', this.#subject);
    // Nobody foresaw it, so nobody can say that it did not leave.
    const happened = known.code === 'UNEXPECTED' ? unconfirmed('Sending ended in an unforeseen error.', error) : known;
    switch (happened.meaning.disposition) {
      case 'never':
        return this.#end('failed', happened);
      case 'again':
        if (happened.code === 'SEND_TOKEN_REFUSED') await this.#with.tokens.refused(this.#token);
        return this.#again(happened);
      default:
        if (!this.#canAsk() && this.#mail.job.onUnknown !== 'resend') return this.#end('unknown', happened);
        return this.#askLater(happened, this.#with.times.settle);
    }
  }

  /** Nothing left: it is tried again, after what Microsoft asked for. */
  async #again(error: TenantpostError): Promise<void> {
    const { now, limits, times, ledger, content } = this.#with;
    const delay = error.code === 'MAILBOX_QUOTA' ? quotaPause : 0;
    const wait = Math.max(delay, delayOf(error, this.#row.outcome.tries));
    let at = now() + wait;
    let turn: number | undefined;
    const written = await this.#row.release((gate, start) => {
      at = start + wait;
      let next = gate;
      if (holdsMailbox.includes(error.code)) {
        next = hold(next, { by: 'service', since: start, until: at, code: error.code });
        // Its next turn is booked with the hold, behind it; otherwise all that waits would come back at one moment.
        const ask = askOf(this.#mail, this.#subject, undefined, start + permitFor(times));
        const entered = enter(next, ask, start, limits);
        if (entered.admission.kind === 'at') {
          next = entered.gate;
          at = Math.max(at, entered.admission.at);
          turn = entered.admission.turn;
        }
      }
      const row = { ...this.#row.outcome, ...recorded(error), state: 'scheduled', notBefore: at } as const;
      return { gate: next, outcome: { ...row, updatedAt: start } };
    });
    if (!written) return;
    await keepContent(this.#mail.job, content, now(), at);
    const postmark = { turn, row: rowMark(this.#row.stored) };
    await ledger.putBack(this.#subject, Math.max(0, at - now()), postmark, error);
  }

  /** It may have left: once the mailbox has settled, it is asked. */
  async #askLater(error: TenantpostError, delay: number, tries = this.#row.outcome.tries): Promise<void> {
    const facts = { ...recorded(error), code: 'SEND_UNCONFIRMED', tries } as const;
    const written = await this.#row.release((gate, at) => ({
      gate,
      outcome: { ...this.#row.outcome, ...facts, notBefore: at + delay, updatedAt: at },
    }));
    if (written) await this.#with.ledger.putBack(this.#subject, delay, {}, error);
  }

  /** It did not leave and never will (`failed`), or nobody knows (`unknown`): row and poison entry, together or not at all. */
  async #end(state: 'failed' | 'unknown', error: TenantpostError): Promise<void> {
    const { ledger } = this.#with;
    const row = ledger.ended(this.#row.outcome, state, error);
    const entry = ledger.poisonEntry(this.#subject, error, row.state);
    if (await this.#finish(row, { kind: 'poison', entry })) {
      ledger.note('warning', 'job.to-poison', this.#subject, { ...error.detail, code: error.code });
    }
  }

  async #finish(outcome: Outcome, ...more: Change[]): Promise<boolean> {
    const written = await this.#row.release(
      (gate, at) => {
        return { gate: outcome.state === 'sent' ? countSent(gate, at) : gate, outcome };
      },
      ...more,
    );
    if (!written) return false;
    this.#measure(outcome);
    await this.#with.ledger.ends.tell(this.#row.stored);
    return true;
  }

  #measure(outcome: Outcome): void {
    const { transport, state, createdAt, endedAt = outcome.updatedAt } = outcome;
    measureEnd(this.#with, outcome);
    if (state !== 'sent') return;
    const since = Math.max(createdAt, this.#mail.job.notBefore ?? createdAt);
    const waited = Math.max(0, endedAt - since) / seconds;
    this.#with.metrics.record('tenantpost.mail.waiting_seconds', waited, { transport });
  }

  #countThrottle({ code }: TenantpostError): void {
    if (code !== 'SEND_THROTTLED') return;
    this.#with.metrics.count('tenantpost.mail.throttled', { transport: this.#with.carrier.transport });
  }
}
