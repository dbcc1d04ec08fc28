/** The row of a job that this worker has claimed. It is written together with its mailbox's gate, where it has a permit. */

import { TenantpostError } from '../../errors.ts';
import { type Claim, permitFor } from './admission.ts';
import type { ClaimTimes } from './claim.ts';
import { extend, type GateState, leave } from '../gate/gate-state.ts';
import type { JobLedger, Subject } from './job-ledger.ts';
import type { Change } from '../mail-store.ts';
import type { MailboxGate } from '../gate/mailbox-gate.ts';
import type { Outcome, StoredOutcome } from '../outcome.ts';

interface Dependencies {
  readonly gate: MailboxGate;
  readonly ledger: JobLedger;
  readonly times: ClaimTimes;
}

export class ClaimedRow {
  readonly #with: Dependencies;
  readonly #subject: Subject;
  readonly #mailbox: string;
  readonly #permit: string;
  #stored: StoredOutcome;

  /** @param mailbox in lower case. */
  constructor(dependencies: Dependencies, subject: Subject, mailbox: string, { permit, stored }: Claim) {
    this.#with = dependencies;
    this.#subject = subject;
    this.#mailbox = mailbox;
    this.#permit = permit;
    this.#stored = stored;
  }

  get stored(): StoredOutcome {
    return this.#stored;
  }

  get outcome(): Outcome {
    return this.#stored.outcome;
  }

  /**
   * Writes down how far it has come, and keeps claim and permit from running out.
   *
   * @throws TenantpostError `CLAIM_LOST`
   */
  async keep(facts: Partial<Outcome>): Promise<void> {
    const written = await this.#write((gate, at) => ({
      gate: extend(gate, this.#permit, at + permitFor(this.#with.times)),
      outcome: { ...this.outcome, ...facts, updatedAt: at },
    }));
    if (!written) throw new TenantpostError('CLAIM_LOST', 'Another worker has taken this job over.');
  }

  /** Gives the permit back, and says what becomes of the job. @returns whether it is still this worker's. */
  async release(
    next: (gate: GateState, at: number) => { gate: GateState; outcome: Outcome },
    ...more: Change[]
  ): Promise<boolean> {
    const written = await this.#write((gate, at) => next(leave(gate, this.#permit), at), ...more);
    if (!written) await this.#changedMeanwhile();
    return written;
  }

  async #write(
    next: (gate: GateState, at: number) => { gate: GateState; outcome: Outcome },
    ...more: Change[]
  ): Promise<boolean> {
    const { etag } = this.#stored;
    const done = await this.#with.gate.change(this.#subject.tenantId, this.#mailbox, (gate, at) => {
      const { gate: after, outcome } = next(gate, at);
      return { gate: after, changes: [{ kind: 'outcome', outcome, etag }, ...more], result: outcome };
    });
    if (done.kind === 'conflict') return false;
    this.#stored = { outcome: done.result, etag: done.etags[0] ?? '' };
    return true;
  }

  /**
   * Another worker took this one for gone, and what that one writes stands. Or it was this one's own write, whose answer was
   * lost: then there is no other message of the job, and who drops this one leaves its row in `sending` for ever.
   */
  async #changedMeanwhile(): Promise<void> {
    const { ledger, gate } = this.#with;
    ledger.note('warning', 'job.row-changed-meanwhile', this.#subject);
    await gate.change(this.#subject.tenantId, this.#mailbox, (state) => {
      return { gate: leave(state, this.#permit), changes: [], result: undefined };
    });
    await ledger.leaveTo(this.#subject, 0);
  }
}
