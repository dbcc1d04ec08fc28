/** Proofs of the app and what is remembered of them, without a vault, a table or Entra. */

import { isDeepStrictEqual } from 'node:util';
import type { Credential, CredentialKind, Presented, Proof } from '../../shared/tokens/credential.ts';
import type { CredentialRecord, ProofUse, RememberedUse, Warning } from '../../shared/tokens/credential-record.ts';

/** What it presents tells which it is. */
export function aProof(id: string, overrides: Partial<Proof> = {}): Proof {
  return { id, present: () => Promise.resolve({ assertion: `assertion of ${id}` }), ...overrides };
}

/** The proof that something was presented of. */
export const proofOf = (presented: Presented): string =>
  'assertion' in presented ? presented.assertion.replace('assertion of ', '') : presented.secret;

export interface TestCredential extends Credential {
  /** Newest first; a test puts others in. */
  list: readonly Proof[];
}

export function aCredential(list: readonly Proof[], kind: CredentialKind = 'certificate'): TestCredential {
  return {
    kind,
    list,
    proofs() {
      return Promise.resolve(this.list);
    },
  };
}

export class MemoryCredentialRecord implements CredentialRecord {
  readonly uses = new Map<string, RememberedUse>();
  readonly warnings: Warning[] = [];
  /** How often it was read as a whole. */
  reads = 0;

  noteUse(use: ProofUse): Promise<void> {
    const { firstUsedAt = use.usedAt } = this.uses.get(use.proofId) ?? {};
    this.uses.set(use.proofId, { ...use, firstUsedAt });
    return Promise.resolve();
  }

  read(): Promise<{ uses: readonly RememberedUse[]; warnings: readonly Warning[] }> {
    this.reads += 1;
    return Promise.resolve({ uses: [...this.uses.values()], warnings: [...this.warnings] });
  }

  firstWarning(warning: Warning): Promise<boolean> {
    const said = this.warnings.some((one) => isDeepStrictEqual(one, warning));
    if (!said) this.warnings.push(warning);
    return Promise.resolve(!said);
  }
}
