/** What is remembered of the credential's proofs across processes and restarts. */

import type { CredentialKind } from './credential.ts';

/** That Entra accepted a proof. */
export interface ProofUse {
  /** `Proof.id`. */
  readonly proofId: string;
  readonly kind: CredentialKind;
  /** Epoch milliseconds. */
  readonly usedAt: number;
  /** As `Proof` has them: the vault may no longer list the proof when somebody asks. */
  readonly expiresAt?: number;
  readonly registeredAs?: string;
}

/** `usedAt` is the newest use that was noted: the newest of all is later by some minutes at most. */
export interface RememberedUse extends ProofUse {
  readonly firstUsedAt: number;
}

export interface Warning {
  readonly proofId: string;
  /** Epoch milliseconds: a version whose end was moved in the vault is warned of anew. */
  readonly expiresAt: number;
  /** The step: so many days before the expiry. */
  readonly days: number;
}

export interface CredentialRecord {
  /** Notes a use. One that is older than what is known, or later by less than a minute, changes nothing. */
  noteUse(use: ProofUse): Promise<void>;
  /** All that is remembered, of every proof that was ever accepted. */
  read(): Promise<{ readonly uses: readonly RememberedUse[]; readonly warnings: readonly Warning[] }>;
  /** Whether nobody has warned of this before: true once. */
  firstWarning(warning: Warning): Promise<boolean>;
}
