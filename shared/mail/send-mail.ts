/** A queue message becomes a delivered mail, or a recorded reason why not. */

import { type Clock, minutes, seconds } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ConsentProof } from '../tenants/prove-consent.ts';
import { type Tenant, type TenantStore, tenantId as tenantIdSchema } from '../tenants/tenant.ts';
import { consentIsGone } from '../tenants/warm-tokens.ts';
import type { Token } from '../tokens/token.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import { claim, workerIsGoneAfter } from './claim.ts';
import type { JobQueue } from './job-queue.ts';
import { fingerprint, type MailJob, mailJobId, parseMailJob } from './mail-job.ts';
import {
  type Outcome,
  type OutcomeState,
  type OutcomeStore,
  standing,
  type StoredOutcome,
  unreadableTenant,
} from './outcome.ts';
import { decodeMessage, type RawMessage, rawMessage } from './raw-message.ts';
import type { SendReceipt, Transport } from './transport.ts';

interface Dependencies {
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly tokens: Pick<TokenSource, 'get' | 'drop'>;
  readonly proof: Pick<ConsentProof, 'revoke'>;
  readonly outcomes: OutcomeStore;
  readonly queue: JobQueue;
  readonly transport: Transport;
  readonly now: Clock;
  readonly log: Log;
}

/** Which row and which message an event is about. */
interface Subject {
  readonly raw: RawMessage;
  readonly tenantId: string;
  readonly id: string;
  readonly fingerprint: string;
}

export class SendMail {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * Handles one queue message to its end: when this returns, the message may be deleted.
   *
   * @param item what the Functions host hands over.
   * @throws only what nobody foresaw, storage trouble above all: the queue then delivers the message again.
   */
  async handle(item: unknown): Promise<void> {
    const raw = rawMessage(item);
    let value: object = {};
    let job: MailJob;
    try {
      value = decodeMessage(raw);
      job = parseMailJob(value);
    } catch (error) {
      await this.#refuse(subjectOf(raw, value), asTenantpostError(error));
      return;
    }
    await this.#sendJob(job, { raw, tenantId: job.tenant, id: job.id, fingerprint: fingerprint(job) });
  }

  async #sendJob(job: MailJob, subject: Subject): Promise<void> {
    let token: Token;
    try {
      token = await this.#token(job);
    } catch (error) {
      const known = asTenantpostError(error);
      if (known.code === 'UNEXPECTED') throw error;
      await (known.meaning.disposition === 'again' ? this.#wait(subject, known) : this.#refuse(subject, known));
      return;
    }

    const claimed = await claim(this.#with.outcomes, job, this.#with.now);
    switch (claimed.kind) {
      case 'ours':
        return this.#transmit(job, token, subject, claimed.stored);
      case 'ended':
        this.#log('information', 'job.ended-before', subject, { state: claimed.outcome.state });
        return undefined;
      case 'elsewhere':
        this.#log('information', 'job.claimed-elsewhere', subject);
        return this.#with.queue.putBack(subject.raw.text, claimed.retryAfterMilliseconds);
      case 'other-job':
        return this.#poison(subject, idReused());
      case 'abandoned': {
        const lost = new TenantpostError(
          'SEND_UNCONFIRMED',
          'The worker that sent this job died before it could say so.',
        );
        return this.#finish('unknown', lost, subject, claimed.stored);
      }
    }
  }

  async #token(job: MailJob): Promise<Token> {
    const tenant = await this.#with.tenants.find(job.tenant);
    if (tenant === undefined || tenant.state === 'revoked') {
      throw new TenantpostError('TENANT_NOT_CONSENTED', `Tenant ${job.tenant} has not consented.`, {
        detail: { field: '/tenant', expected: 'a tenant that consented' },
      });
    }
    if (tenant.state === 'pending') {
      throw new TenantpostError('TENANT_PENDING', `The consent of tenant ${job.tenant} has not taken effect yet.`);
    }
    try {
      return await this.#with.tokens.get(job.tenant, 'graph');
    } catch (error) {
      throw await this.#consentLost(tenant, asTenantpostError(error));
    }
  }

  /** A tenant that took the app away is no longer active: its next jobs need not ask Entra to be refused. */
  async #consentLost(tenant: Tenant, error: TenantpostError): Promise<TenantpostError> {
    if (consentIsGone.includes(error.code)) await this.#with.proof.revoke(tenant, error);
    return error;
  }

  async #transmit(job: MailJob, token: Token, subject: Subject, stored: StoredOutcome): Promise<void> {
    let receipt: SendReceipt;
    try {
      receipt = await this.#with.transport.send(job, token);
    } catch (error) {
      return this.#notSent(error, subject, stored);
    }
    // Outside of the try: from here on the mail has left, and a row that cannot be written must not look like a failed send.
    const { requestId } = receipt;
    await this.#replace(
      { ...stored.outcome, state: 'sent', ...(requestId === undefined ? {} : { requestId }) },
      stored,
    );
    this.#log('information', 'job.sent', subject, { requestId });
  }

  async #notSent(error: unknown, subject: Subject, stored: StoredOutcome): Promise<void> {
    const known = asTenantpostError(error);
    // Nobody foresaw it, so nobody can say that it did not leave.
    const happened = known.code === 'UNEXPECTED' ? unconfirmed(error) : known;
    const { code, meaning, detail } = happened;
    if (meaning.disposition === 'unknown') return this.#finish('unknown', happened, subject, stored);
    if (meaning.disposition === 'never') return this.#finish('failed', happened, subject, stored);
    if (code === 'SEND_TOKEN_REFUSED') await this.#with.tokens.drop(subject.tenantId, 'graph');
    const delay = delayOf(happened, stored.outcome.tries);
    const notBefore = this.#with.now() + delay;
    await this.#replace({ ...stored.outcome, state: 'scheduled', ...recorded(happened), notBefore }, stored);
    await this.#with.queue.putBack(subject.raw.text, delay);
    this.#log('warning', 'job.put-back', subject, { code, seconds: delay / seconds, ...detail });
  }

  /** Ends a claimed job that did not leave, or may not have. */
  async #finish(state: OutcomeState, error: TenantpostError, subject: Subject, stored: StoredOutcome): Promise<void> {
    // Poison first: a process that dies between the two finds the row open and comes here again, and nothing is lost.
    await this.#poison(subject, error);
    await this.#replace({ ...stored.outcome, state, ...recorded(error) }, stored);
  }

  /** Before any claim: the job waits, and its row says why. */
  async #wait(subject: Subject, error: TenantpostError): Promise<void> {
    const stored = await this.#with.outcomes.read(subject.tenantId, subject.id);
    const stands = standing(stored?.outcome, subject.fingerprint);
    if (stands === 'ended') return;
    if (stands === 'other-job') return this.#poison(subject, idReused());
    const tries = (stored?.outcome.tries ?? 0) + 1;
    const delay = delayOf(error, tries);
    if (stands !== 'sending') {
      const row: Outcome = { ...this.#fresh(subject, stored), tries, state: 'scheduled', ...recorded(error) };
      await this.#write({ ...row, notBefore: this.#with.now() + delay }, stored);
    }
    await this.#with.queue.putBack(subject.raw.text, delay);
    this.#log('warning', 'job.put-back', subject, { code: error.code, seconds: delay / seconds });
  }

  /** Before any claim: the job is not tried. The row of a job that left, or may be leaving, keeps what it says. */
  async #refuse(subject: Subject, error: TenantpostError): Promise<void> {
    const stored = await this.#with.outcomes.read(subject.tenantId, subject.id);
    const stands = standing(stored?.outcome, subject.fingerprint);
    if (stands === 'ended') return;
    if (stands === 'sending') return this.#with.queue.putBack(subject.raw.text, workerIsGoneAfter);
    await this.#poison(subject, error);
    if (stands === 'other-job') return;
    await this.#write({ ...this.#fresh(subject, stored), state: 'refused', ...recorded(error) }, stored);
  }

  async #poison(subject: Subject, error: TenantpostError): Promise<void> {
    const { remedy, owner } = error.meaning;
    const { field, expected } = fieldOf(error);
    const at = new Date(this.#with.now()).toISOString();
    const about = { tenant: subject.tenantId, id: subject.id, at };
    await this.#with.queue.poison({
      reason: { code: error.code, message: error.message, remedy, owner, ...field, ...expected, ...about },
      text: subject.raw.text,
    });
    this.#log('warning', 'job.to-poison', subject, { code: error.code, ...error.detail });
  }

  #fresh(subject: Subject, stored: StoredOutcome | undefined): Outcome {
    const at = this.#with.now();
    return {
      tenantId: subject.tenantId,
      id: subject.id,
      state: 'scheduled',
      fingerprint: subject.fingerprint,
      tries: stored?.outcome.tries ?? 0,
      createdAt: stored?.outcome.createdAt ?? at,
      updatedAt: at,
    };
  }

  async #write(outcome: Outcome, stored: StoredOutcome | undefined): Promise<void> {
    const { outcomes } = this.#with;
    const version =
      stored === undefined ? await outcomes.insert(outcome) : await outcomes.replace(outcome, stored.etag);
    // Another delivery of the same job was quicker; its row is as good as ours.
    if (version === undefined) this.#with.log('information', 'job.row-changed-meanwhile', { id: outcome.id });
  }

  async #replace(outcome: Outcome, stored: StoredOutcome): Promise<void> {
    await this.#write({ ...outcome, updatedAt: this.#with.now() }, stored);
  }

  #log(level: 'information' | 'warning', event: string, subject: Subject, detail = {}): void {
    this.#with.log(level, event, { tenantId: subject.tenantId, id: subject.id, ...detail });
  }
}

/** The row of a message that is no mail job: its own tenant and id, as far as they can be read. */
function subjectOf(raw: RawMessage, value: object): Subject {
  const tenant = tenantIdSchema.safeParse('tenant' in value ? value.tenant : undefined);
  const id = mailJobId.safeParse('id' in value ? value.id : undefined);
  return {
    raw,
    tenantId: tenant.success ? tenant.data : unreadableTenant,
    id: id.success ? id.data : `message-${raw.digest}`,
    fingerprint: raw.digest,
  };
}

function idReused(): TenantpostError {
  return new TenantpostError('JOB_ID_REUSED', 'The id belongs to another mail job.', {
    detail: { field: '/id', expected: 'an id of its own' },
  });
}

function unconfirmed(cause: unknown): TenantpostError {
  return new TenantpostError('SEND_UNCONFIRMED', 'Sending ended in an unforeseen error.', { cause });
}

function recorded(error: TenantpostError): Partial<Outcome> {
  const graphCode = error.detail['graphCode'];
  const requestId = error.detail['requestId'];
  return {
    code: error.code,
    ...fieldOf(error).field,
    ...fieldOf(error).expected,
    ...(typeof graphCode === 'string' ? { graphCode } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

function fieldOf(error: TenantpostError): { field: { field?: string }; expected: { expected?: string } } {
  const { field, expected } = error.detail;
  return {
    field: typeof field === 'string' ? { field } : {},
    expected: typeof expected === 'string' ? { expected } : {},
  };
}

/** What the service asked for, else 15 s doubling to 15 min; a fifth more at random, so that a herd spreads out. */
function delayOf(error: TenantpostError, tries: number): number {
  const wanted = (error.retryAfterSeconds ?? 0) * seconds;
  const backoff = Math.min(15 * seconds * 2 ** Math.min(tries - 1, 10), 15 * minutes);
  return Math.round((wanted > 0 ? wanted : backoff) * (1 + Math.random() / 5));
}
