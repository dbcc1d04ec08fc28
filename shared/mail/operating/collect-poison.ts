/**
 * The last net: what the Functions host took from a send queue after five failures, without a word of ours, since the worker
 * was killed each time. It gets its entry in poison like everything else that did not leave.
 */

import { TenantpostError } from '../../errors.ts';
import { JobLedger, type LedgerDependencies, type Subject } from '../sending/job-ledger.ts';
import type { MailStore } from '../mail-store.ts';
import { type Outcome, terminalStates, type TransportName } from '../outcome.ts';
import { rawMessage } from '../sending/raw-message.ts';
import { subjectOf } from '../sending/subject.ts';

interface Dependencies extends LedgerDependencies {
  readonly transport: TransportName;
  readonly store: Pick<MailStore, 'read' | 'commit'>;
}

export class CollectPoison {
  readonly #with: Dependencies;
  readonly #ledger: JobLedger;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
    this.#ledger = new JobLedger(dependencies);
  }

  /**
   * @param item a message of the host's own poison queue.
   * @throws storage trouble: the message stays where it is, and comes again when its lock ends.
   */
  async handle(item: unknown): Promise<void> {
    if (await this.#ledger.ends.takes(item)) return;
    const subject = subjectOf(this.#with.transport, rawMessage(item));
    const stored = await this.#with.store.read(subject.tenantId, subject.id);
    // The fifth throw of a worker that lived has left its reason; a job that was sent and whose end could not be published
    // comes here as well.
    if (stored && hasEnded(stored.outcome, subject)) return this.#ledger.endedBefore(subject, stored);
    const message = 'The Functions host gave the message up: its worker ended five times without saying why.';
    await this.#ledger.giveUp(subject, new TenantpostError('UNEXPECTED', message));
  }
}

function hasEnded({ state, fingerprint }: Outcome, subject: Subject): boolean {
  return terminalStates.includes(state) && fingerprint === subject.fingerprint;
}
