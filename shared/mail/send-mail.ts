/** A queue message becomes a delivered mail, or a recorded reason why not. */

import type { Clock } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import { requireHome } from '../home-tenant.ts';
import { type ConsentProof, stopsTenant } from '../tenants/prove-consent.ts';
import { type TenantStore, tenantId as tenantIdSchema } from '../tenants/tenant.ts';
import type { Token } from '../tokens/token.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import { claim } from './claim.ts';
import { idReused, JobLedger, type Subject } from './job-ledger.ts';
import type { JobQueue } from './job-queue.ts';
import { fingerprint, type MailJob, mailJobId, parseMailJob } from './mail-job.ts';
import { type OutcomeStore, type StoredOutcome, unreadableTenant } from './outcome.ts';
import { decodeMessage, type RawMessage, rawMessage } from './raw-message.ts';
import type { SendReceipt, Transport } from './transport.ts';

interface Dependencies {
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly tokens: Pick<TokenSource, 'get' | 'refused'>;
  readonly proof: Pick<ConsentProof, 'stop'>;
  readonly outcomes: OutcomeStore;
  readonly queue: JobQueue;
  readonly transport: Transport;
  readonly now: Clock;
  readonly log: Log;
  /** The only tenant whose mail is sent, when the registration is single-tenant. */
  readonly singleTenantId?: string | undefined;
}

/** A job that is claimed and has its token: all that is left is the one request. */
interface Ready {
  readonly job: MailJob;
  readonly token: Token;
  readonly stored: StoredOutcome;
}

export class SendMail {
  readonly #with: Dependencies;
  readonly #ledger: JobLedger;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
    this.#ledger = new JobLedger(dependencies);
  }

  /**
   * Handles one queue message to its end: when this returns, the message may be deleted.
   *
   * @param item what the Functions host hands over.
   * @throws what nobody foresaw, and storage trouble after a send: the queue then delivers the message again, and the claim
   *   sees to it that it is not sent again.
   */
  async handle(item: unknown): Promise<void> {
    const raw = rawMessage(item);
    const subject = subjectOf(raw);
    let ready: Ready | undefined;
    try {
      ready = await this.#prepare(raw, subject);
    } catch (error) {
      // Nothing has left yet. Five quick tries of the queue would end an hour of storage trouble in poison, without a reason.
      if (!(error instanceof TenantpostError) || error.code !== 'STORAGE_UNAVAILABLE') throw error;
      return this.#ledger.waitForStorage(subject, error);
    }
    if (ready) await this.#transmit(ready, subject);
  }

  /** Everything before the request. Nothing is returned when the job is not to be sent now; its reason is recorded then. */
  async #prepare(raw: RawMessage, subject: Subject): Promise<Ready | undefined> {
    let job: MailJob;
    let token: Token;
    try {
      job = parseMailJob(decodeMessage(raw));
      token = await this.#token(job);
    } catch (error) {
      const known = asTenantpostError(error);
      if (known.code === 'UNEXPECTED' || known.code === 'STORAGE_UNAVAILABLE') throw error;
      const waits = known.meaning.disposition === 'again';
      await (waits ? this.#ledger.wait(subject, known) : this.#ledger.refuse(subject, known));
      return undefined;
    }
    const stored = await this.#claim(subject);
    return stored && { job, token, stored };
  }

  async #token(job: MailJob): Promise<Token> {
    const { tenants, tokens, proof, singleTenantId } = this.#with;
    requireHome(job.tenant, singleTenantId, '/tenant');
    const tenant = await tenants.find(job.tenant);
    if (tenant === undefined || tenant.state === 'revoked') {
      throw new TenantpostError('TENANT_NOT_CONSENTED', `Tenant ${job.tenant} has not consented.`, {
        detail: { field: '/tenant', expected: 'a tenant that consented' },
      });
    }
    if (tenant.state === 'pending') {
      throw new TenantpostError('TENANT_PENDING', `The consent of tenant ${job.tenant} has not taken effect yet.`);
    }
    if (tenant.state === 'degraded') {
      const code = tenant.code ?? 'APP_BLOCKED';
      throw new TenantpostError(code, `Tenant ${job.tenant} has consented, and stops this app's mail (${code}).`);
    }
    try {
      return await tokens.get(job.tenant, 'graph');
    } catch (error) {
      // A tenant that took the app away is no longer active: its next jobs need not ask Entra to be refused.
      const { code } = asTenantpostError(error);
      if (stopsTenant.includes(code)) await proof.stop(tenant, code);
      throw error;
    }
  }

  async #claim(subject: Subject): Promise<StoredOutcome | undefined> {
    const claimed = await claim(this.#with.outcomes, subject, this.#with.now);
    switch (claimed.kind) {
      case 'ours':
        return claimed.stored;
      case 'ended':
        this.#ledger.note('information', 'job.ended-before', subject, { state: claimed.outcome.state });
        return undefined;
      case 'elsewhere':
        await this.#ledger.leaveTo(subject, claimed.retryAfterMilliseconds);
        return undefined;
      case 'other-job':
        await this.#ledger.poison(subject, idReused());
        return undefined;
      case 'abandoned': {
        const message = 'The worker that sent this job died before it could say so.';
        const lost = new TenantpostError('SEND_UNCONFIRMED', message);
        await this.#ledger.finish(subject, claimed.stored, 'unknown', lost);
        return undefined;
      }
    }
  }

  async #transmit({ job, token, stored }: Ready, subject: Subject): Promise<void> {
    let receipt: SendReceipt;
    try {
      receipt = await this.#with.transport.send(job, token);
    } catch (error) {
      return this.#notSent(error, token, subject, stored);
    }
    // Outside of the try: the mail has left, and a row that cannot be written must not look like a failed send.
    await this.#ledger.sent(subject, stored, receipt.requestId);
  }

  async #notSent(error: unknown, token: Token, subject: Subject, stored: StoredOutcome): Promise<void> {
    const known = asTenantpostError(error);
    // Nobody foresaw it, so nobody can say that it did not leave.
    const happened = known.code === 'UNEXPECTED' ? unconfirmed(error) : known;
    const { disposition } = happened.meaning;
    if (disposition === 'unknown') return this.#ledger.finish(subject, stored, 'unknown', happened);
    if (disposition === 'never') return this.#ledger.finish(subject, stored, 'failed', happened);
    if (happened.code === 'SEND_TOKEN_REFUSED') await this.#with.tokens.refused(token);
    return this.#ledger.reschedule(subject, stored, happened);
  }
}

/** Which row a message is about, as far as its tenant and id can be read: a malformed job is found under its own id too. */
function subjectOf(raw: RawMessage): Subject {
  const { value, print } = readable(raw);
  const tenant = tenantIdSchema.safeParse('tenant' in value ? value.tenant : undefined);
  const id = mailJobId.safeParse('id' in value ? value.id : undefined);
  return {
    text: raw.text,
    tenantId: tenant.success ? tenant.data : unreadableTenant,
    id: id.success ? id.data : `message-${raw.digest}`,
    fingerprint: print,
  };
}

function readable(raw: RawMessage): { value: object; print: string } {
  try {
    const value = decodeMessage(raw);
    return { value, print: fingerprint(value) };
  } catch {
    // No JSON, or JSON that is nested too deep to be walked: no job either way.
    return { value: {}, print: raw.digest };
  }
}

function unconfirmed(cause: unknown): TenantpostError {
  return new TenantpostError('SEND_UNCONFIRMED', 'Sending ended in an unforeseen error.', { cause });
}
