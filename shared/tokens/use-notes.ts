/** Notes in the record which proofs this process uses: seldom, in the background, and never lost while the process lives. */

import { minutes } from '../clock.ts';
import { asTenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CredentialRecord, ProofUse } from './credential-record.ts';

/** How often each process notes a proof that it goes on using. */
export const noteEvery = 10 * minutes;

interface Dependencies {
  readonly record: Pick<CredentialRecord, 'noteUse'>;
  readonly log: Log;
}

export class UseNotes {
  readonly #with: Dependencies;
  /** When each proof was used by what the record says, as far as this process wrote it. */
  readonly #notedAt = new Map<string, number>();
  /** Uses that the record should know of: of each proof the newest. They stay until they are written. */
  readonly #unwritten = new Map<string, ProofUse>();
  #writing = false;
  #failing = false;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** Returns at once. What could not be written is tried again at the next use, of whichever proof. */
  used(use: ProofUse): void {
    const { proofId, usedAt } = use;
    if (usedAt - (this.#notedAt.get(proofId) ?? -Infinity) >= noteEvery) this.#unwritten.set(proofId, use);
    // One write at a time: while storage is slow, uses do not pile up requests.
    if (!this.#writing && this.#unwritten.size > 0) void this.#write();
  }

  async #write(): Promise<void> {
    const { record, log } = this.#with;
    this.#writing = true;
    try {
      for (const use of [...this.#unwritten.values()]) {
        const { proofId, usedAt } = use;
        await record.noteUse(use);
        this.#notedAt.set(proofId, usedAt);
        const newest = this.#unwritten.get(proofId) ?? use;
        if (newest.usedAt - usedAt < noteEvery) this.#unwritten.delete(proofId);
      }
      this.#failing = false;
    } catch (error) {
      // Whether an old certificate may go is asked of the record, so a gap in it must be seen; once, not at every use.
      const { code } = asTenantpostError(error);
      if (!this.#failing)
        log('warning', 'credential.use-not-noted', { proof: [...this.#unwritten.keys()].join(' '), code });
      this.#failing = true;
    } finally {
      this.#writing = false;
    }
  }
}
