/**
 * How this installation does: what an operator looks at first. What it reads is bounded, whatever the tables hold, and asked
 * for once in so long, however many look on. A part that cannot be read is told, and does not keep the others back.
 */

import { type Clock, hours, seconds } from '../clock.ts';
import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { Limits } from '../mail/gate/gate-state.ts';
import { shards } from '../shard.ts';
import type { TenantState, TenantStore } from '../tenants/tenant.ts';
import { warningStep } from '../tokens/expiry-warnings.ts';
import type { CredentialReport, ReportedProof } from './credential-report.ts';
import { endsOf, explained, failureGroups, heldOf, iso, jobsOf, sentOf } from './mail-summary.ts';
import type { FailedJob, FailureGroup, OverviewAnswer } from './overview-answer.ts';
import type { MailFigures, QueueDepths } from './overview-sources.ts';
import { type AllMail, readAllMail, type ReadLimits } from './read-all-mail.ts';

export interface OverviewOptions {
  readonly tenants: Pick<TenantStore, 'list'>;
  readonly queues: QueueDepths;
  readonly mail: MailFigures;
  readonly credentials: () => Promise<CredentialReport>;
  /** Of the gates. */
  readonly limits: Limits;
  readonly now: Clock;
  /** How much is read at most. */
  readonly most?: ReadLimits;
}

export interface CauseReport {
  /** When it was read: epoch milliseconds. */
  readonly at: number;
  /** Nothing of this cause lies in poison. */
  readonly group: FailureGroup | undefined;
  readonly jobs: readonly FailedJob[];
  readonly complete: boolean;
}

interface Snapshot {
  readonly answer: OverviewAnswer;
  readonly mail: AllMail;
}

type Part = OverviewAnswer['problems'][number]['part'];

const mostRead: ReadLimits = { tenants: 2000, rowsOfTenant: 1000, rows: 20_000, milliseconds: 8 * seconds };
const mostTenants = 20_000;
const mostHeld = 100;
const mostJobs = 200;

/** All who look on within this time see the same figures. */
const snapshotLives = 5 * seconds;

const noMail: AllMail = { tenants: 0, gates: [], failures: [], complete: true };

export class Overview {
  readonly #with: OverviewOptions;
  #latest: { readonly at: number; readonly snapshot: Promise<Snapshot> } | undefined;

  constructor(options: OverviewOptions) {
    this.#with = options;
  }

  async read(): Promise<OverviewAnswer> {
    return (await this.#snapshot()).answer;
  }

  /** The jobs that one cause has stopped, the newest first. */
  async cause(code: ErrorCode): Promise<CauseReport> {
    const { answer, mail } = await this.#snapshot();
    return {
      at: Date.parse(answer.at),
      group: answer.failures.find((group) => group.code === code),
      jobs: jobsOf(
        mail.failures.filter((failure) => failure.code === code),
        mostJobs,
      ),
      complete: mail.complete,
    };
  }

  /** Whoever has changed something wants to see it. */
  forget(): void {
    this.#latest = undefined;
  }

  #snapshot(): Promise<Snapshot> {
    const at = this.#with.now();
    const age = this.#latest === undefined ? Infinity : at - this.#latest.at;
    // Less than nothing: the clock was set back.
    if (this.#latest === undefined || age >= snapshotLives || age < 0) {
      this.#latest = { at, snapshot: this.#take(at) };
    }
    return this.#latest.snapshot;
  }

  async #take(at: number): Promise<Snapshot> {
    const { queues, credentials, now, limits, most = mostRead } = this.#with;
    const problems: OverviewAnswer['problems'] = [];
    const tried = async <T>(part: Part, read: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await read();
      } catch (error) {
        problems.push({ part, ...explained(asTenantpostError(error).code) });
        return otherwise;
      }
    };
    const [tenants, depths, mail, proofs] = await Promise.all([
      tried('tenants', () => this.#countTenants(), { complete: true, states: noTenants() }),
      tried('queues', () => queues.read(), []),
      tried('mail', () => readAllMail(this.#with.mail, most, now), noMail),
      tried('credentials', async () => (await credentials()).proofs, []),
    ]);
    const held = heldOf(mail.gates, at, limits);
    const lastDay = mail.failures.filter((failure) => failure.at > at - 24 * hours);
    const answer: OverviewAnswer = {
      at: iso(at),
      complete: tenants.complete && mail.complete,
      tenantsWithMail: mail.tenants,
      tenants: tenants.states,
      queues: depths.map(({ name, messages = null }) => ({ name, messages })),
      sent: sentOf(mail.gates, at),
      notSent: { lastDay: endsOf(lastDay), all: endsOf(mail.failures) },
      poison: mail.failures.length,
      held: held.slice(0, mostHeld),
      heldInAll: held.length,
      credentials: proofs.map((proof) => toProof(proof, at)),
      failures: failureGroups(mail.failures, at),
      problems,
    };
    return { answer, mail };
  }

  async #countTenants(): Promise<{ states: Record<TenantState, number>; complete: boolean }> {
    const states = noTenants();
    let seen = 0;
    for (const everything of shards(1)) {
      for await (const { state } of this.#with.tenants.list(everything)) {
        if (seen >= mostTenants) return { states, complete: false };
        states[state] += 1;
        seen += 1;
      }
    }
    return { states, complete: true };
  }
}

/** In the order in which a tenant goes through them. */
function noTenants(): Record<TenantState, number> {
  return { invited: 0, pending: 0, active: 0, degraded: 0, revoked: 0, removed: 0 };
}

function toProof(
  { id, kind, state, expiresAt, daysLeft }: ReportedProof,
  now: number,
): OverviewAnswer['credentials'][number] {
  const expiring = expiresAt !== null && warningStep(Date.parse(expiresAt), now) !== undefined;
  return { id, kind, state, expiresAt, daysLeft, expiring };
}
