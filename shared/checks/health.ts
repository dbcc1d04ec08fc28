/** Whether this installation could send now: each part it depends on, asked and reported without a secret. */

import { type Clock, seconds } from '../clock.ts';
import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { CredentialKind } from '../tokens/credential.ts';
import type { WarningStep } from '../tokens/expiry-warnings.ts';
import { checkCredential, type CredentialOptions } from './credential-check.ts';

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

export interface HealthOptions extends CredentialOptions {
  /** One cheap read of each table, queue and container in use. */
  readonly askStorage: () => Promise<void>;
  /** One read of the vault, past every cache. */
  readonly askVault: () => Promise<void>;
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
        tried('credential', () => checkCredential(this.#with, at)),
      ])),
    ];
    const worst = checks.some(({ state }) => state === 'failed')
      ? 'failed'
      : checks.some(({ state }) => state === 'warning')
        ? 'warning'
        : 'ok';
    return { state: worst, checkedAt: new Date(at).toISOString(), checks };
  }
}

async function tried(
  name: HealthCheck['name'],
  check: () => Promise<Partial<HealthCheck> | void>,
): Promise<HealthCheck> {
  try {
    return { name, state: 'ok', ...(await check()) };
  } catch (error) {
    const { code, remedy } = asTenantpostError(error);
    return { name, state: 'failed', code, remedy };
  }
}
