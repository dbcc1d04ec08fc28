/**
 * Where each of the app's proofs stands, for everybody who asks what is in use, what will expire and what may be removed
 * from the app registration: put together from what the credential lists and what was remembered of uses.
 */

import { minutes, seconds } from '../clock.ts';
import type { CredentialKind, Proof } from './credential.ts';
import type { RememberedUse } from './credential-record.ts';
import { noteEvery } from './use-notes.ts';

/**
 * - `next`: newer than what is in use, and never accepted by Entra yet.
 * - `in-use`: used lately, or the last that was used at all.
 * - `unused`: not used lately, or never.
 */
export type ProofState = 'next' | 'in-use' | 'unused';

/**
 * Whether a proof may be removed from the app registration without any request failing or falling back.
 * - `now`: yes.
 * - `later`: not before `from`, and then only if it is not used again.
 * - `unknown`: a newer one has been accepted, but no use of it was noted lately: the record may be stuck.
 * - `no`: it is the newest that works, or newer, or nothing is known to work.
 */
type Removal = { readonly allowed: 'now' | 'unknown' | 'no' } | { readonly allowed: 'later'; readonly from: number };

export interface ProofStanding {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly registeredAs?: string | undefined;
  readonly expiresAt?: number | undefined;
  /** Whether the vault (or the settings) still has it enabled and valid. */
  readonly listed: boolean;
  readonly state: ProofState;
  readonly firstUsedAt?: number | undefined;
  readonly usedAt?: number | undefined;
  readonly removal: Removal;
}

/** Of an assertion, from signing to expiry: `assertionSeconds` of the adapter that makes them, which a test holds equal. */
export const assertionLives = 10 * minutes;

/** For clocks of instances that disagree, a write that was slow, and a use that another instance's note stands for. */
const margin = 5 * minutes;

/** The record counts as alive while uses of a newer proof go into it: each process notes one every ten minutes. */
const recordIsAliveFor = 30 * minutes;

/**
 * How long after the last noted use of a proof nobody can be using it any more, if a newer one works: uses are noted
 * every `noteEvery`; a process learns of the newer one within the refresh period; what it signed until then may be shown as
 * long as it is valid.
 */
export function quietFor(refreshSeconds: number): number {
  return noteEvery + refreshSeconds * seconds + assertionLives + margin;
}

export interface CredentialFacts {
  readonly kind: CredentialKind;
  /** Newest first. */
  readonly proofs: readonly Proof[];
  readonly uses: readonly RememberedUse[];
  /** How soon a process sees a new version. */
  readonly refreshSeconds: number;
  readonly now: number;
}

/**
 * Newest first. What was used and is listed no more (disabled, expired, deleted, or of a kind of credential used before)
 * counts as older than all that is: no process takes it any more once it has read the list again.
 */
export function standingOf(facts: CredentialFacts): readonly ProofStanding[] {
  const { kind, proofs, uses, refreshSeconds, now } = facts;
  const gone = uses
    .filter(({ proofId }) => !proofs.some(({ id }) => id === proofId))
    .filter(({ expiresAt = Infinity }) => now < expiresAt)
    .sort((one, other) => other.usedAt - one.usedAt);
  const known = [
    ...proofs.map(({ id, expiresAt, registeredAs }) => {
      const use = uses.find(({ proofId }) => proofId === id);
      return { id, kind, expiresAt, registeredAs, listed: true, usedAt: use?.usedAt, firstUsedAt: use?.firstUsedAt };
    }),
    ...gone.map(({ proofId, usedAt, firstUsedAt, ...use }) => ({
      id: proofId,
      kind: use.kind,
      expiresAt: use.expiresAt,
      registeredAs: use.registeredAs,
      listed: false,
      usedAt,
      firstUsedAt,
    })),
  ];
  const quiet = quietFor(refreshSeconds);
  const lastUse = Math.max(...known.map(({ usedAt = -Infinity }) => usedAt));
  const isInUse = ({ usedAt = -Infinity }): boolean =>
    usedAt > -Infinity && (usedAt === lastUse || now - usedAt < quiet);
  const newestInUse = known.findIndex(isInUse);

  return known.map((one, place) => {
    const isAhead = newestInUse === -1 ? place === 0 : place < newestInUse;
    const state: ProofState = isInUse(one) ? 'in-use' : isAhead && one.usedAt === undefined ? 'next' : 'unused';
    const removal: Removal =
      newestInUse === -1 || place <= newestInUse
        ? { allowed: 'no' }
        : removalOf(one.usedAt, known.slice(0, place), { quiet, now });
    return { ...one, state, removal };
  });
}

interface Used {
  readonly usedAt: number | undefined;
  readonly firstUsedAt: number | undefined;
}

/**
 * A newer proof must be in use, by a record that is alive, for as long as the older one must be quiet: a registration
 * arrives at Entra's data centres one after the other, and where it has not, the older one is needed still.
 */
function removalOf(
  usedAt = -Infinity,
  newer: readonly Used[],
  { quiet, now }: { quiet: number; now: number },
): Removal {
  const alive = newer.filter((one) => one.usedAt !== undefined && now - one.usedAt <= recordIsAliveFor);
  if (alive.length === 0) return { allowed: 'unknown' };
  const newerSince = Math.min(...alive.map(({ firstUsedAt = Infinity }) => firstUsedAt));
  const from = Math.max(usedAt, newerSince) + quiet;
  return now >= from ? { allowed: 'now' } : { allowed: 'later', from };
}

/**
 * Whose expiry would hurt: that of the newest which is in use, since all works by it, and that of the newest, since nothing
 * comes after it. An older one that has a successor in use may expire as it likes.
 */
export function thoseThatMatter(standing: readonly ProofStanding[]): readonly ProofStanding[] {
  const inUse = standing.find(({ state }) => state === 'in-use');
  return standing.filter((one, place) => one.listed && (place === 0 || one === inUse));
}
