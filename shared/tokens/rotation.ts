/**
 * Which of the credential's proofs is used: the newest that Entra accepts. A new version of the certificate may appear in
 * the vault before it is registered with Entra, and a registration needs time to arrive everywhere; until then Entra answers
 * AADSTS700027 and the version before goes on proving the app.
 */

import { type Clock, seconds } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Credential, Presented, Proof } from './credential.ts';
import type { CredentialRecord } from './credential-record.ts';
import { UseNotes } from './use-notes.ts';

export interface RotationOptions {
  readonly credential: Credential;
  readonly record: Pick<CredentialRecord, 'noteUse'>;
  /** For so long a proof that Entra did not accept is tried last: thousands of tenants must not each pay for one refusal. */
  readonly refreshSeconds?: number;
  readonly now: Clock;
  readonly log: Log;
}

/**
 * The numbers by which Entra says that it does not know this very proof, or no longer. Every other refusal would meet the
 * next proof as well: an assertion that is malformed, for another audience or outside of its time (50027, 700023, 700024) is
 * so whichever certificate signs it, and the subject name of a certificate (700030) is looked at only where a chain is
 * sent, which this app never does. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const unknownToEntra: ReadonlySet<unknown> = new Set([
  // The certificate is not registered, or has expired there; 50012 is the older number for the same.
  ...[700027, 50012],
  // The secret is none of the app's, or has expired.
  ...[7000215, 7000222],
  // No federated credential trusts the issuer, audience or subject of the managed identity's token.
  ...[700211, 700212, 700213, 7002138],
]);

/** When no proof is accepted, nobody asks for so long: requests that are bound to fail would only add to the trouble. */
const allRefusedHolds = 30 * seconds;

interface Refusal {
  readonly at: number;
  readonly error: TenantpostError;
}

/** The one request that goes ahead with a proof of which nobody knows yet whether Entra accepts it. */
interface Trial {
  readonly proofId: string;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export class Rotation {
  readonly #options: RotationOptions;
  readonly #refusedFor: number;
  readonly #notes: UseNotes;
  readonly #accepted = new Set<string>();
  readonly #refusals = new Map<string, Refusal>();
  /** When the log last said that a proof is not registered. */
  readonly #saidAt = new Map<string, number>();
  #inUse: string | undefined;
  /** What the credential listed last. */
  #listed: readonly Proof[] = [];
  #trial: Trial | undefined;

  constructor(options: RotationOptions) {
    this.#options = options;
    this.#refusedFor = (options.refreshSeconds ?? 600) * seconds;
    this.#notes = new UseNotes(options);
  }

  /**
   * Asks with one proof after the other until one is accepted.
   *
   * @throws what `ask` threw for another reason than the proof; else the refusal of the newest proof.
   */
  async ask<Answer>(tenantId: string, ask: (presented: Presented) => Promise<Answer>): Promise<Answer> {
    const proofs = await this.#options.credential.proofs();
    this.#listed = proofs;
    const verdict = this.#verdictFor(proofs);
    if (verdict !== undefined) await verdict;
    this.#requireSomeHope(tenantId, proofs);
    const order = this.#inOrder(proofs);
    const trial = this.#begin(order);
    try {
      const refused = new Map<Proof, TenantpostError>();
      for (const [place, proof] of order.entries()) {
        try {
          const answer = await ask(await proof.present(tenantId));
          this.#accept(proof);
          return answer;
        } catch (error) {
          if (!isOfThisProof(error)) throw error;
          refused.set(proof, error);
          this.#refuse(proof, error, order[place + 1]);
        }
      }
      const newest = proofs.find((proof) => refused.has(proof));
      throw (newest && refused.get(newest)) ?? nothingToShow();
    } finally {
      trial?.end();
    }
  }

  /**
   * What to wait for, once, before asking: while another request tries what nobody has used yet, and nothing is known to
   * work. So a switch costs a process one refused request, and not one for each that is under way.
   */
  #verdictFor(proofs: readonly Proof[]): Promise<void> | undefined {
    return proofs.some(({ id }) => this.#accepted.has(id)) ? undefined : this.#trial?.over;
  }

  /**
   * Newest first, but what was refused lately last; and while another request tries what nobody has used yet, what is known
   * to work first.
   */
  #inOrder(proofs: readonly Proof[]): readonly Proof[] {
    const refused = ({ id }: Proof): boolean => this.#wasRefused(id, this.#refusedFor) !== undefined;
    const order = [...proofs.filter((proof) => !refused(proof)), ...proofs.filter(refused)];
    const known = this.#trial && order.find(({ id }) => this.#accepted.has(id));
    return known === undefined ? order : [known, ...order.filter((proof) => proof !== known)];
  }

  /** @throws TenantpostError when all proofs were refused a moment ago: the reason of the newest, for this tenant. */
  #requireSomeHope(tenantId: string, proofs: readonly Proof[]): void {
    const refusals = proofs.map(({ id }) => this.#wasRefused(id, allRefusedHolds));
    const [newest] = refusals;
    if (newest === undefined || refusals.includes(undefined)) return;
    const { kind } = this.#options.credential;
    const { code, detail } = newest.error;
    const until = Math.min(...refusals.map((refusal) => refusal?.at ?? 0)) + allRefusedHolds;
    const ids = proofs.map(({ id }) => id).join(' ');
    throw new TenantpostError(
      code,
      `Entra is not asked for a token of tenant ${tenantId}: a moment ago no ${kind} of this app was accepted (${ids}).`,
      {
        cause: newest.error,
        detail: { ...detail, tenantId, credential: kind, proofs: ids },
        retryAfterSeconds: Math.ceil((until - this.#options.now()) / seconds),
      },
    );
  }

  /** Where there is only one proof and nothing against it, everybody may go at once. */
  #begin([first, ...others]: readonly Proof[]): Trial | undefined {
    if (first === undefined || this.#trial !== undefined || this.#accepted.has(first.id)) return undefined;
    if (others.length === 0 && !this.#refusals.has(first.id)) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    const trial: Trial = {
      proofId: first.id,
      over: promise,
      end: () => {
        if (this.#trial === trial) this.#trial = undefined;
        resolve();
      },
    };
    this.#trial = trial;
    return trial;
  }

  #accept({ id, expiresAt, registeredAs }: Proof): void {
    const { credential, now, log } = this.#options;
    this.#accepted.add(id);
    this.#refusals.delete(id);
    const before = this.#inUse;
    if (before !== id && !this.#isLateAnswer(id, before)) {
      this.#inUse = id;
      if (before !== undefined) {
        log('information', 'credential.changed', { credential: credential.kind, proof: id, before });
      }
    }
    this.#notes.used({
      proofId: id,
      kind: credential.kind,
      usedAt: now(),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(registeredAs !== undefined && { registeredAs }),
    });
  }

  /** An older proof that is accepted while the newer one works was shown before anybody knew that. */
  #isLateAnswer(id: string, inUse: string | undefined): boolean {
    if (inUse === undefined || !this.#accepted.has(inUse)) return false;
    const place = (of: string): number => this.#listed.findIndex((proof) => proof.id === of);
    return place(inUse) !== -1 && (place(id) === -1 || place(id) > place(inUse));
  }

  #refuse({ id, registeredAs }: Proof, error: TenantpostError, next: Proof | undefined): void {
    const { credential, now, log } = this.#options;
    const at = now();
    this.#accepted.delete(id);
    this.#refusals.set(id, { at, error });
    if (at - (this.#saidAt.get(id) ?? -Infinity) < this.#refusedFor) return;
    this.#saidAt.set(id, at);
    log('warning', error.code === 'CREDENTIAL_UNUSABLE' ? 'credential.unusable' : 'credential.not-registered', {
      credential: credential.kind,
      proof: id,
      registeredAs,
      next: next?.id,
      aadsts: error.detail['aadsts'],
    });
  }

  #wasRefused(id: string, within: number): Refusal | undefined {
    const refusal = this.#refusals.get(id);
    if (refusal === undefined) return undefined;
    const since = this.#options.now() - refusal.at;
    // A clock that was set back must not make a refusal last until it is there again.
    return since >= 0 && since < within ? refusal : undefined;
  }
}

/** Another proof may do. One that cannot even be presented (its key may not sign) is no better than one that is unknown. */
function isOfThisProof(error: unknown): error is TenantpostError {
  return (
    error instanceof TenantpostError &&
    (error.code === 'CREDENTIAL_UNUSABLE' || unknownToEntra.has(error.detail['aadsts']))
  );
}

function nothingToShow(): TenantpostError {
  return new TenantpostError('CREDENTIAL_REFUSED', 'There is nothing to prove the app with.');
}
