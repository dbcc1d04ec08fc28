/** Whether this installation could send now: each part it depends on, asked and reported without a secret. */

import { type Clock, seconds } from '../clock.ts';
import { asTenantpostError, type ErrorCode, errorMeanings } from '../errors.ts';
import type { Credential, CredentialKind } from '../tokens/credential.ts';
import type { CredentialRecord, RememberedUse } from '../tokens/credential-record.ts';
import { type ProofStanding, standingOf, thoseThatMatter } from '../tokens/credential-standing.ts';
import { daysLeft, type WarningStep, warningStep } from '../tokens/expiry-warnings.ts';

export interface HealthCheck {
  readonly name: 'configuration' | 'storage' | 'vault' | 'credential';
  readonly state: 'ok' | 'warning' | 'failed';
  readonly code?: ErrorCode;
  readonly remedy?: string;
  /** For the credential. */
  readonly kind?: CredentialKind;
  /** Whole days until the first of the proofs that matter expires. */
  readonly daysLeft?: number;
  /** The step of the warnings that this is: so many days or fewer. */
  readonly warning?: WarningStep;
  /** What an operator may want to do next. */
  readonly hint?: string;
}

export interface HealthReport {
  readonly state: HealthCheck['state'];
  readonly checkedAt: string;
  readonly checks: readonly HealthCheck[];
}

export interface HealthOptions {
  /** One cheap read of each storage service in use. */
  readonly askStorage: () => Promise<void>;
  /** One read of the vault, past every cache. */
  readonly askVault: () => Promise<void>;
  readonly credential: Credential;
  readonly record: Pick<CredentialRecord, 'read'>;
  readonly refreshSeconds: number;
  readonly now: Clock;
}

/** The address is open to anybody, so what it costs is bounded: one round of checks in so long, shared by all callers. */
const reportLives = 5 * seconds;

export class Health {
  readonly #with: HealthOptions;
  #latest: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  constructor(options: HealthOptions) {
    this.#with = options;
  }

  report(): Promise<HealthReport> {
    const at = this.#with.now();
    const age = this.#latest === undefined ? Infinity : at - this.#latest.at;
    // Less than nothing: the clock was set back.
    if (this.#latest === undefined || age >= reportLives || age < 0) {
      this.#latest = { at, report: this.#check(at) };
    }
    return this.#latest.report;
  }

  async #check(at: number): Promise<HealthReport> {
    const { askStorage, askVault } = this.#with;
    const checks: HealthCheck[] = [
      // A wrong configuration does not start, so whoever can ask has a good one.
      { name: 'configuration', state: 'ok' },
      ...(await Promise.all([
        tried('storage', askStorage),
        tried('vault', askVault),
        tried('credential', () => this.#credential(at)),
      ])),
    ];
    const worst = checks.some(({ state }) => state === 'failed')
      ? 'failed'
      : checks.some(({ state }) => state === 'warning')
        ? 'warning'
        : 'ok';
    return { state: worst, checkedAt: new Date(at).toISOString(), checks };
  }

  /**
   * Proves the app as token requests do, by what the record says is in use: this process may never have asked Entra.
   * Whether Entra accepts the proof is for a tenant's token to show.
   */
  async #credential(at: number): Promise<Partial<HealthCheck>> {
    const { credential, refreshSeconds } = this.#with;
    const { kind } = credential;
    const proofs = await credential.proofs();
    const { uses, ...gap } = await this.#uses();
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
  async #uses(): Promise<{ uses: readonly RememberedUse[] } & Partial<HealthCheck>> {
    try {
      const { uses } = await this.#with.record.read();
      return { uses };
    } catch (error) {
      const { code, meaning } = asTenantpostError(error);
      return { uses: [], state: 'warning', code, remedy: meaning.remedy };
    }
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

async function tried(
  name: HealthCheck['name'],
  check: () => Promise<Partial<HealthCheck> | void>,
): Promise<HealthCheck> {
  try {
    return { name, state: 'ok', ...(await check()) };
  } catch (error) {
    const { code, meaning } = asTenantpostError(error);
    return { name, state: 'failed', code, remedy: meaning.remedy };
  }
}
