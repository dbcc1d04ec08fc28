/**
 * Which of the credential's proofs is used: the newest that Entra accepts. A new version of the certificate may appear in
 * the vault before it is registered with Entra, and a registration needs time to arrive everywhere; until then Entra answers
 * AADSTS700027 and the version before goes on proving the app.
 */

import { type Clock, minutes, seconds } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Credential, Presented, Proof } from './credential.ts';
import type { CredentialRecord } from './credential-record.ts';

interface Options {
  readonly credential: Credential;
  readonly record: Pick<CredentialRecord, 'noteUse'>;
  readonly now: Clock;
  readonly log: Log;
}

/**
 * The numbers by which Entra says that it does not know this proof, or no longer; any other refusal would meet the next one
 * as well. 700027: the key is not registered. 7000215 and 7000222: the secret is wrong, or has expired.
 */
const unknownToEntra: readonly unknown[] = [700027, 7000215, 7000222];

/** For so long a proof that Entra did not accept is tried last: thousands of tenants must not each pay for one refusal. */
const refusalHolds = 5 * minutes;

/** And when none is accepted, nobody asks for so long: requests that are bound to fail would only add to the trouble. */
const allRefusedHolds = 30 * seconds;

/** How often each process notes the proof that it uses. */
const noteEvery = 10 * minutes;

interface Refusal {
  readonly at: number;
  readonly error: TenantpostError;
}

export class Rotation {
  readonly #options: Options;
  #inUse: { readonly id: string; readonly notedAt: number } | undefined;
  readonly #refusals = new Map<string, Refusal>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Asks with one proof after the other until one is accepted.
   *
   * @throws what `ask` threw for another reason than the proof; else the refusal of the newest proof.
   */
  async ask<Answer>(tenantId: string, ask: (presented: Presented) => Promise<Answer>): Promise<Answer> {
    const { credential, now, log } = this.#options;
    const proofs = this.#inOrder(await credential.proofs());
    let refusal = this.#sharedRefusal(proofs);
    if (refusal !== undefined) throw refusal;
    for (const [place, proof] of proofs.entries()) {
      try {
        const answer = await ask(await proof.present(tenantId));
        this.#accepted(proof);
        return answer;
      } catch (error) {
        if (!isUnknownToEntra(error)) throw error;
        refusal ??= error;
        this.#refusals.set(proof.id, { at: now(), error });
        log('warning', 'credential.not-registered', {
          credential: credential.kind,
          proof: proof.id,
          next: proofs[place + 1]?.id,
          aadsts: error.detail['aadsts'],
        });
      }
    }
    throw refusal ?? new TenantpostError('CREDENTIAL_REFUSED', 'There is nothing to prove the app with.');
  }

  /** The proof that Entra accepted last; before the first request of this process, the newest. */
  async current(): Promise<Proof | undefined> {
    const proofs = await this.#options.credential.proofs();
    return proofs.find(({ id }) => id === this.#inUse?.id) ?? proofs[0];
  }

  #accepted(proof: Proof): void {
    const { credential, record, now, log } = this.#options;
    this.#refusals.delete(proof.id);
    const at = now();
    const noted = this.#inUse;
    if (noted?.id === proof.id && at - noted.notedAt < noteEvery) return;
    if (noted !== undefined && noted.id !== proof.id) {
      log('information', 'credential.changed', { credential: credential.kind, proof: proof.id, before: noted.id });
    }
    this.#inUse = { id: proof.id, notedAt: at };
    record.noteUse({ proofId: proof.id, kind: credential.kind, usedAt: at }).catch((error: unknown) => {
      // Whether an old certificate may go is asked of the record, so a gap in it must be seen; mail goes on.
      log('warning', 'credential.use-not-noted', { proof: proof.id, code: asTenantpostError(error).code });
    });
  }

  #inOrder(proofs: readonly Proof[]): readonly Proof[] {
    const refused = ({ id }: Proof): boolean => this.#wasRefused(id, refusalHolds) !== undefined;
    return [...proofs.filter((proof) => !refused(proof)), ...proofs.filter(refused)];
  }

  /** Why the newest was refused, when all of them were a moment ago. */
  #sharedRefusal(proofs: readonly Proof[]): TenantpostError | undefined {
    const refusals = proofs.map(({ id }) => this.#wasRefused(id, allRefusedHolds));
    return refusals.includes(undefined) ? undefined : refusals[0];
  }

  #wasRefused(id: string, within: number): TenantpostError | undefined {
    const refusal = this.#refusals.get(id);
    return refusal !== undefined && this.#options.now() - refusal.at < within ? refusal.error : undefined;
  }
}

function isUnknownToEntra(error: unknown): error is TenantpostError {
  return error instanceof TenantpostError && unknownToEntra.includes(error.detail['aadsts']);
}
