/** A claimed mail leaves, or it is found out whether it did; either way its row says so and its permit is given back. */

import { type Clock, hours } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Token } from '../tokens/token.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import { askOf, type Claim, permitFor } from './admission.ts';
import type { Carrier, Claimed, Finding } from './carrier.ts';
import type { ClaimTimes } from './claim.ts';
import { enter, extend, type GateState, leave, type Limits } from './gate-state.ts';
import { hold } from './hold.ts';
import { delayOf, expired, type JobLedger, recorded, type Subject } from './job-ledger.ts';
import type { Mail } from './mail.ts';
import type { Change } from './mail-store.ts';
import type { MailboxGate } from './mailbox-gate.ts';
import type { DraftProgress, Outcome, StoredOutcome } from './outcome.ts';

interface Dependencies {
  readonly carrier: Carrier;
  readonly tokens: Pick<TokenSource, 'refused'>;
  readonly gate: MailboxGate;
  readonly limits: Limits;
  readonly times: ClaimTimes;
  readonly ledger: JobLedger;
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
  readonly #claim: Claim;
  #stored: StoredOutcome;

  constructor(dependencies: Dependencies, { mail, token, subject, claim }: Dispatched) {
    this.#with = dependencies;
    this.#mail = mail;
    this.#token = token;
    this.#subject = subject;
    this.#claim = claim;
    this.#stored = claim.stored;
  }

  async run(): Promise<void> {
    const { progress } = this.#stored.outcome;
    if (!this.#claim.isUnsettled) return this.#send(progress);
    let finding: Finding;
    try {
      finding = this.#canAsk() ? await this.#with.carrier.find(this.#claimed(progress)) : { kind: 'unsure' };
    } catch (error) {
      const known = asTenantpostError(error);
      if (known.code === 'SEND_TOKEN_REFUSED') await this.#with.tokens.refused(this.#token);
      if (known.code !== 'UNEXPECTED' && known.meaning.disposition === 'again') {
        return this.#askLater(known, delayOf(known, this.#stored.outcome.tries));
      }
      finding = { kind: 'unsure' };
    }
    switch (finding.kind) {
      case 'sent':
        return this.#sent(finding.requestId);
      case 'not-sent':
        return this.#send(finding.progress);
      case 'unsure':
        if (this.#mail.job.onUnknown === 'resend') return this.#send(undefined);
        return this.#end('unknown', lost('The worker that sent this job ended before it could say so.'));
    }
  }

  /** The mailbox is asked by reading it, which Mail.Send alone does not allow; a delivery by drafts has that right. */
  #canAsk(): boolean {
    const mayRead = this.#token.roles.some((role) => role === 'Mail.Read' || role === 'Mail.ReadWrite');
    return this.#with.carrier.transport === 'graph' && (mayRead || this.#isByDraft());
  }

  #isByDraft(): boolean {
    return this.#mail.job.delivery === 'exactly-once' || this.#stored.outcome.progress !== undefined;
  }

  async #send(progress: DraftProgress | undefined): Promise<void> {
    const { expiresAt } = this.#mail.job;
    if (expiresAt !== undefined && expiresAt <= this.#with.now()) return this.#expire(progress);
    let requestId: string | undefined;
    try {
      ({ requestId } = await this.#with.carrier.send(this.#claimed(progress)));
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
      record: (next) => this.#record(next),
    };
  }

  async #record(progress: DraftProgress): Promise<void> {
    const written = await this.#change((gate, at) => ({
      gate: extend(gate, this.#claim.permit, at + permitFor),
      outcome: { ...this.#stored.outcome, progress, updatedAt: at },
    }));
    if (!written) throw new TenantpostError('CLAIM_LOST', 'Another worker has taken this job over.');
  }

  async #sent(requestId: string | undefined): Promise<void> {
    // Logged first: if the row cannot be written, this line is what shows that the mail left.
    this.#with.ledger.note('information', 'job.sent', this.#subject, { requestId });
    const ended = this.#with.ledger.ended(this.#stored.outcome, 'sent');
    const { progress: _, ...row } = ended;
    await this.#finish(requestId === undefined ? row : { ...row, requestId });
    const { id } = this.#subject;
    if (this.#claim.hadFailed) await this.#with.ledger.commit(this.#subject, [{ kind: 'no-poison', id }]);
  }

  async #notSent(error: unknown): Promise<void> {
    const known = asTenantpostError(error);
    if (known.code === 'CLAIM_LOST') return this.#with.ledger.note('warning', 'job.claim-lost', this.#subject);
    // Nobody foresaw it, so nobody can say that it did not leave.
    const happened = known.code === 'UNEXPECTED' ? lost('Sending ended in an unforeseen error.', error) : known;
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
    const { now, limits, ledger } = this.#with;
    const delay = error.code === 'MAILBOX_QUOTA' ? quotaPause : 0;
    const wait = Math.max(delay, delayOf(error, this.#stored.outcome.tries));
    let at = now() + wait;
    let turn: number | undefined;
    const written = await this.#change((gate, start) => {
      at = start + wait;
      let next = leave(gate, this.#claim.permit);
      if (holdsMailbox.includes(error.code)) {
        next = hold(next, { by: 'service', since: start, until: at, code: error.code });
        // Its next turn is booked with the hold, behind it; otherwise all that waits would come back at one moment.
        const entered = enter(next, askOf(this.#mail, this.#subject, undefined, start), start, limits);
        if (entered.admission.kind === 'at') {
          next = entered.gate;
          at = Math.max(at, entered.admission.at);
          turn = entered.admission.turn;
        }
      }
      const row = { ...this.#stored.outcome, ...recorded(error), state: 'scheduled', notBefore: at } as const;
      return { gate: next, outcome: { ...row, updatedAt: start } };
    });
    if (!written) return this.#changedMeanwhile('scheduled');
    const { outcome, etag } = this.#stored;
    const row = outcome.progress ? undefined : { etag, tries: outcome.tries, createdAt: outcome.createdAt };
    await ledger.putBack(this.#subject, Math.max(0, at - now()), { turn, row }, error);
  }

  /** It may have left: once the mailbox has settled, it is asked. */
  async #askLater(error: TenantpostError, delay: number): Promise<void> {
    const facts = { ...recorded(error), code: 'SEND_UNCONFIRMED' } as const;
    const written = await this.#change((gate, at) => ({
      gate: leave(gate, this.#claim.permit),
      outcome: { ...this.#stored.outcome, ...facts, notBefore: at + delay, updatedAt: at },
    }));
    if (!written) return this.#changedMeanwhile('sending');
    await this.#with.ledger.putBack(this.#subject, delay, {}, error);
  }

  /** It did not leave and never will (`failed`), or nobody knows (`unknown`): row and poison entry, together or not at all. */
  async #end(state: 'failed' | 'unknown', error: TenantpostError): Promise<void> {
    const { ledger } = this.#with;
    const row = ledger.ended(this.#stored.outcome, state, error);
    const entry = ledger.poisonEntry(this.#subject, error);
    if (await this.#finish(row, { kind: 'poison', entry })) {
      ledger.note('warning', 'job.to-poison', this.#subject, { ...error.detail, code: error.code });
    }
  }

  async #finish(outcome: Outcome, ...more: Change[]): Promise<boolean> {
    const written = await this.#change((gate) => ({ gate: leave(gate, this.#claim.permit), outcome }), ...more);
    if (written) await this.#with.ledger.publish(outcome);
    else await this.#changedMeanwhile(outcome.state);
    return written;
  }

  /** Writes row and gate together. */
  async #change(
    next: (gate: GateState, at: number) => { gate: GateState; outcome: Outcome },
    ...more: Change[]
  ): Promise<boolean> {
    const { etag } = this.#stored;
    const { tenantId } = this.#subject;
    const done = await this.#with.gate.change(tenantId, this.#mailbox(), (gate, at) => {
      const { gate: after, outcome } = next(gate, at);
      return { gate: after, changes: [{ kind: 'outcome', outcome, etag }, ...more], result: outcome };
    });
    if (done.kind === 'conflict') return false;
    this.#stored = { outcome: done.result, etag: done.etags[0] ?? '' };
    return true;
  }

  /** Another worker took this one for gone. What that one writes stands; the permit was this one's. */
  async #changedMeanwhile(state: Outcome['state']): Promise<void> {
    this.#with.ledger.note('warning', 'job.row-changed-meanwhile', this.#subject, { state });
    await this.#with.gate.change(this.#subject.tenantId, this.#mailbox(), (gate) => {
      return { gate: leave(gate, this.#claim.permit), changes: [], result: undefined };
    });
  }

  #mailbox(): string {
    return this.#mail.job.from.toLowerCase();
  }
}

function lost(message: string, cause?: unknown): TenantpostError {
  return new TenantpostError('SEND_UNCONFIRMED', message, cause === undefined ? {} : { cause });
}
