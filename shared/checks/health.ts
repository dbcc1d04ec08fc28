/** Whether this installation could send now: each part it depends on, asked and reported without a secret. */

import { type Clock, seconds } from '../clock.ts';
import { asTenantpostError, type ErrorCode, errorMeanings, TenantpostError } from '../errors.ts';
import { daysLeft, warningStep } from '../tokens/expiry-warnings.ts';
import type { Rotation } from '../tokens/rotation.ts';

export interface HealthCheck {
  readonly name: 'configuration' | 'storage' | 'vault' | 'credential';
  readonly state: 'ok' | 'warning' | 'failed';
  readonly code?: ErrorCode;
  readonly remedy?: string;
  /** For the credential: whole days until it expires. */
  readonly daysLeft?: number;
}

export interface HealthReport {
  readonly state: HealthCheck['state'];
  readonly checkedAt: string;
  readonly checks: readonly HealthCheck[];
}

interface Dependencies {
  /** One cheap read of each storage service in use. */
  readonly askStorage: () => Promise<void>;
  /** One read of the vault, past every cache. */
  readonly askVault: () => Promise<void>;
  readonly rotation: Pick<Rotation, 'current'>;
  readonly now: Clock;
}

/** The address is open to anybody, so what it costs is bounded: one round of checks in so long, shared by all callers. */
const reportLives = 5 * seconds;

export class Health {
  readonly #with: Dependencies;
  #latest: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  report(): Promise<HealthReport> {
    const at = this.#with.now();
    if (this.#latest === undefined || at - this.#latest.at >= reportLives) {
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

  /** Proves the app as every token request does; whether Entra accepts the proof is for a tenant's token to show. */
  async #credential(at: number): Promise<Partial<HealthCheck>> {
    const proof = await this.#with.rotation.current();
    if (proof === undefined) throw new TenantpostError('CREDENTIAL_REFUSED', 'There is nothing to prove the app with.');
    // For no tenant: it goes nowhere, and would be good nowhere.
    await proof.present('organizations');
    if (proof.expiresAt === undefined) return {};
    const left = daysLeft(proof.expiresAt, at);
    if (proof.expiresAt <= at) {
      const { remedy } = errorMeanings.CREDENTIAL_REFUSED;
      return { state: 'failed', code: 'CREDENTIAL_REFUSED', remedy, daysLeft: left };
    }
    return { state: warningStep(proof.expiresAt, at) === undefined ? 'ok' : 'warning', daysLeft: left };
  }
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
