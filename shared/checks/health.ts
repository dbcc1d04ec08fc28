/** Whether this installation could send now: each part it depends on, asked and reported without a secret. */

import { type Clock, hours, seconds } from '../clock.ts';
import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { Credential } from '../tokens/credential.ts';

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
  /** One read of the vault, past the cache of the certificate; the data key is unwrapped once a process. */
  readonly askVault: () => Promise<void>;
  readonly credential: Credential;
  readonly now: Clock;
}

/** The address is open to anybody, so what it costs is bounded: one round of checks in so long, shared by all callers. */
const reportLives = 5 * seconds;

const warnDays = 30;

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

  /** Signs an assertion as every token request does; whether Entra knows the certificate is for a tenant's token to show. */
  async #credential(at: number): Promise<Partial<HealthCheck>> {
    const { credential } = this.#with;
    const { expiresAt } = await credential.describe();
    // For no tenant: it goes nowhere, and would be good nowhere.
    await credential.assertion('organizations');
    const daysLeft = Math.floor((expiresAt - at) / (24 * hours));
    if (expiresAt <= at) {
      const remedy = 'Make a new version of the certificate and upload its public part to the app registration.';
      return { state: 'failed', code: 'CREDENTIAL_REFUSED', remedy, daysLeft };
    }
    return { state: daysLeft <= warnDays ? 'warning' : 'ok', daysLeft };
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
