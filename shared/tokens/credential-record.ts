/** What is remembered of the credential's proofs across processes and restarts. */

import type { CredentialKind } from './credential.ts';

export interface ProofUse {
  /** `Proof.id`. */
  readonly proofId: string;
  readonly kind: CredentialKind;
  /** Epoch milliseconds of the newest known use, late by some minutes at most. */
  readonly usedAt: number;
}

export interface CredentialRecord {
  /** Notes that Entra accepted a proof. */
  noteUse(use: ProofUse): Promise<void>;
  /** Of every proof that was ever accepted. */
  uses(): Promise<readonly ProofUse[]>;
  /** Whether nobody has warned of this before: true once for each proof and number of days. */
  firstWarning(proofId: string, days: number): Promise<boolean>;
}
