/** Whether what proves the app can do so now, and for how long yet. */

import { asTenantpostError, errorMeanings } from '../errors.ts';
import type { Credential } from '../tokens/credential.ts';
import type { CredentialRecord, RememberedUse } from '../tokens/credential-record.ts';
import { type ProofStanding, standingOf, thoseThatMatter } from '../tokens/credential-standing.ts';
import { daysLeft, warningStep } from '../tokens/expiry-warnings.ts';
import type { HealthCheck } from './health.ts';

export interface CredentialOptions {
  readonly credential: Credential;
  readonly record: Pick<CredentialRecord, 'read'>;
  readonly refreshSeconds: number;
}

/**
 * Proves the app as token requests do, by what the record says is in use: this process may never have asked Entra. Whether
 * Entra accepts the proof is for a tenant's token to show.
 */
export async function checkCredential(options: CredentialOptions, at: number): Promise<Partial<HealthCheck>> {
  const { credential, record, refreshSeconds } = options;
  const { kind } = credential;
  const proofs = await credential.proofs();
  const { uses, ...gap } = await usesIn(record);
  const standing = standingOf({ kind, proofs, uses, refreshSeconds, now: at });
  const inUse = standing.find(({ state, listed }) => listed && state === 'in-use')?.id;
  // For no tenant: it goes nowhere, and would be good nowhere.
  await (proofs.find(({ id }) => id === inUse) ?? proofs[0])?.present('organizations');
  const isAhead = inUse !== undefined && standing[0]?.state === 'next';
  return {
    kind,
    ...gap,
    ...expiryOf(thoseThatMatter(standing), at),
    ...(isAhead && { hint: `A newer ${kind} is known that Entra has not accepted yet: register it.` }),
  };
}

/** Without the record mail goes on; whoever wants to remove an old certificate must know that there is a gap in it. */
async function usesIn(
  record: CredentialOptions['record'],
): Promise<{ uses: readonly RememberedUse[] } & Partial<HealthCheck>> {
  try {
    const { uses } = await record.read();
    return { uses };
  } catch (error) {
    const { code, remedy } = asTenantpostError(error);
    return { uses: [], state: 'warning', code, remedy };
  }
}

function expiryOf(matter: readonly ProofStanding[], at: number): Partial<HealthCheck> {
  const ends = matter.flatMap(({ expiresAt }) => expiresAt ?? []);
  if (ends.length === 0) return {};
  const expiresAt = Math.min(...ends);
  const left = daysLeft(expiresAt, at);
  if (expiresAt <= at) {
    const { remedy } = errorMeanings.CREDENTIAL_UNUSABLE;
    return { state: 'failed', code: 'CREDENTIAL_UNUSABLE', remedy, daysLeft: left };
  }
  const warning = warningStep(expiresAt, at);
  return { daysLeft: left, ...(warning !== undefined && { state: 'warning' as const, warning }) };
}
