/** What an operator asks while a certificate or a secret is being replaced: what is in use, and may the old one go? */

import type { Clock } from '../clock.ts';
import type { Credential, CredentialKind } from '../tokens/credential.ts';
import type { CredentialRecord } from '../tokens/credential-record.ts';
import { type ProofStanding, type ProofState, standingOf } from '../tokens/credential-standing.ts';
import { daysLeft } from '../tokens/expiry-warnings.ts';

/** Times are ISO 8601. */
export interface ReportedProof {
  readonly id: string;
  readonly kind: CredentialKind;
  /** What the app registration calls it; null where it is called by `id`, or by nothing that we know. */
  readonly registeredAs: string | null;
  readonly state: ProofState;
  /** False for one that only the record knows: disabled, expired or deleted in the vault, or of a former kind of credential. */
  readonly listed: boolean;
  readonly expiresAt: string | null;
  readonly daysLeft: number | null;
  readonly firstUsedAt: string | null;
  /** Late by ten minutes at most. */
  readonly lastUsedAt: string | null;
  readonly mayBeRemoved: boolean;
  /** Where it may not yet: from when on, if it is not used again; null where no time can be told. */
  readonly removableFrom: string | null;
  readonly why: string;
}

export interface CredentialReport {
  readonly credential: CredentialKind;
  readonly checkedAt: string;
  /** Whether a proof that is older than the newest may not be removed yet. */
  readonly oldStillNeeded: boolean;
  /** Newest first; what is not listed any more comes last. */
  readonly proofs: readonly ReportedProof[];
}

export interface CredentialReportOptions {
  readonly credential: Credential;
  readonly record: Pick<CredentialRecord, 'read'>;
  readonly refreshSeconds: number;
  readonly now: Clock;
}

/** @throws TenantpostError as `Credential.proofs`, and `STORAGE_UNAVAILABLE`. */
export async function reportCredential(options: CredentialReportOptions): Promise<CredentialReport> {
  const { credential, record, refreshSeconds, now } = options;
  const [proofs, { uses }] = await Promise.all([credential.proofs(), record.read()]);
  const at = now();
  const standing = standingOf({ kind: credential.kind, proofs, uses, refreshSeconds, now: at });
  const reported = standing.map((one) => toReported(one, standing, at));
  return {
    credential: credential.kind,
    checkedAt: new Date(at).toISOString(),
    oldStillNeeded: reported.slice(1).some(({ mayBeRemoved }) => !mayBeRemoved),
    proofs: reported,
  };
}

function toReported(one: ProofStanding, all: readonly ProofStanding[], at: number): ReportedProof {
  const { id, kind, registeredAs = null, state, listed, expiresAt, removal } = one;
  return {
    id,
    kind,
    registeredAs,
    state,
    listed,
    expiresAt: iso(expiresAt),
    daysLeft: expiresAt === undefined ? null : daysLeft(expiresAt, at),
    firstUsedAt: iso(one.firstUsedAt),
    lastUsedAt: iso(one.usedAt),
    mayBeRemoved: removal.allowed === 'now',
    removableFrom: removal.allowed === 'later' ? iso(removal.from) : null,
    why: why(one, all),
  };
}

/** What a new one needs in the app registration before Entra accepts it. */
const wanted: Readonly<Record<CredentialKind, string>> = {
  certificate: 'Register its public part.',
  secret: 'Its value must be that of a client secret of the app registration.',
  'managed-identity': 'Add a federated credential for it to the app registration.',
};

function why({ kind, state, removal, usedAt }: ProofStanding, all: readonly ProofStanding[]): string {
  switch (removal.allowed) {
    case 'now':
      return 'A newer one is in use, and this one has not been used for longer than any process could hold it.';
    case 'later':
      return usedAt === undefined
        ? 'A newer one is in use, but not for long enough: its registration may not have arrived everywhere yet.'
        : 'A newer one is in use, but some process may still hold this one.';
    case 'unknown':
      return 'No use of a newer one was noted in the last half hour, so nobody can tell. Ask again after the next token request.';
    case 'no':
      if (state === 'in-use') return 'It is the newest that Entra accepts.';
      if (state === 'unused' && usedAt !== undefined)
        return 'Entra accepted it once, and an older one is in use now: is it registered still?';
      if (all.some((one) => one.state === 'in-use'))
        return `It is the next one: Entra has not accepted it yet. ${wanted[kind]}`;
      return 'Nothing has been used yet.';
  }
}

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
