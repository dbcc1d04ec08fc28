/** Says in time, and once for each step, that the certificate or the secret will expire. The timer runs it. */

import type { Clock } from '../clock.ts';
import { asTenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Credential } from './credential.ts';
import type { CredentialRecord, Warning } from './credential-record.ts';
import { type ProofStanding, standingOf, thoseThatMatter } from './credential-standing.ts';
import { daysLeft, warningStep } from './expiry-warnings.ts';

export interface CredentialWatchOptions {
  readonly credential: Credential;
  readonly record: Pick<CredentialRecord, 'read' | 'firstWarning'>;
  readonly refreshSeconds: number;
  readonly metrics: Pick<Metrics, 'gauge'>;
  readonly now: Clock;
  readonly log: Log;
}

export class CredentialWatch {
  readonly #with: CredentialWatchOptions;

  constructor(options: CredentialWatchOptions) {
    this.#with = options;
  }

  /** Never throws: what could not be looked at now is looked at by the next run. Costs one read of the table. */
  async run(): Promise<void> {
    const { credential, record, refreshSeconds, now, log } = this.#with;
    try {
      const proofs = await credential.proofs();
      const { uses, warnings } = await record.read();
      const facts = { kind: credential.kind, proofs, uses, refreshSeconds, now: now() };
      for (const one of thoseThatMatter(standingOf(facts))) await this.#look(one, warnings);
    } catch (error) {
      const { code, detail } = asTenantpostError(error);
      log('error', 'credential.not-watched', { ...detail, credential: credential.kind, code });
    }
  }

  async #look(one: ProofStanding, warnings: readonly Warning[]): Promise<void> {
    const { id, kind, expiresAt, registeredAs } = one;
    if (expiresAt === undefined) return;
    const { record, metrics, now, log } = this.#with;
    const left = daysLeft(expiresAt, now());
    metrics.gauge('tenantpost.credential.days_left', left, { proof: id });
    const days = warningStep(expiresAt, now());
    if (days === undefined) return;
    const isThis = (said: Warning): boolean =>
      said.proofId === id && said.expiresAt === expiresAt && said.days === days;
    if (warnings.some(isThis) || !(await record.firstWarning({ proofId: id, expiresAt, days }))) return;
    log(days > 7 ? 'warning' : 'error', 'credential.expires', {
      credential: kind,
      proof: id,
      registeredAs,
      daysLeft: left,
      expiresAt: new Date(expiresAt).toISOString(),
    });
  }
}
