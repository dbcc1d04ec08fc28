/** A queue message becomes a delivered mail, or a recorded reason why not. One instance a transport. */

import { type Clock, seconds } from '../../clock.ts';
import { asTenantpostError, TenantpostError } from '../../errors.ts';
import { requireHome } from '../../home-tenant.ts';
import type { Log } from '../../log.ts';
import { type ConsentProof, stopsTenant } from '../../tenants/prove-consent.ts';
import type { Tenant, TenantState, TenantStore } from '../../tenants/tenant.ts';
import type { Token } from '../../tokens/token.ts';
import type { TokenSource } from '../../tokens/token-source.ts';
import { Admission } from './admission.ts';
import type { Carrier } from '../carrier.ts';
import type { ClaimTimes } from './claim.ts';
import type { ContentStore } from '../job/content-store.ts';
import { Dispatch, type Dispatched } from './dispatch.ts';
import type { Events } from '../events.ts';
import type { Limits } from '../gate/gate-state.ts';
import { expired } from './job-errors.ts';
import { JobLedger, type Subject } from './job-ledger.ts';
import type { JobQueue } from '../job-queue.ts';
import { keepContent } from '../job/keep-content.ts';
import type { Mail } from '../job/mail.ts';
import type { DraftProgress } from '../outcome.ts';
import { loadContent } from '../job/load-content.ts';
import { type MailJob, parseMailJob } from '../job/mail-job.ts';
import type { MailStore } from '../mail-store.ts';
import type { MailboxGate } from '../gate/mailbox-gate.ts';
import type { Measuring } from './measure-end.ts';
import { decodeMessage, type RawMessage, rawMessage } from './raw-message.ts';
import { subjectOf } from './subject.ts';

export interface SendMailDependencies extends Measuring {
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly tokens: Pick<TokenSource, 'get' | 'refused'>;
  readonly proof: Pick<ConsentProof, 'stop'>;
  readonly store: Pick<MailStore, 'read' | 'commit'>;
  readonly gate: MailboxGate;
  readonly limits: Limits;
  readonly content: Pick<ContentStore, 'open' | 'touch'>;
  /** Where what cannot leave now waits. */
  readonly queue: JobQueue;
  readonly carrier: Carrier;
  readonly events: Events;
  readonly times: ClaimTimes;
  /** Of a job that says nothing, of a tenant that says nothing. */
  readonly delivery: 'standard' | 'exactly-once';
  readonly now: Clock;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly log: Log;
  /** Of a fault that nobody foresaw: where it happened, without its text. */
  readonly logUnexpected: (error: unknown) => void;
  /** The only tenant whose mail is sent, when the registration is single-tenant. */
  readonly singleTenantId?: string | undefined;
}

/** How often the queue has delivered a message before the Functions host takes it away: maxDequeueCount of host.json. */
export const mostDequeues = 5;

/** Less is a clock that differs, or a message that appears at a whole second. */
const rounding = 1 * seconds;

/** There is no row to count tries in. A row of a newer release waits for that: an update may be half rolled out, or taken back. */
const storageTrouble: readonly string[] = ['STORAGE_UNAVAILABLE', 'ROW_UNREADABLE'];

/** No token of these can be had, or none may be asked for. */
const withoutConsent: readonly TenantState[] = ['invited', 'revoked', 'removed'];

export class SendMail {
  readonly #with: SendMailDependencies;
  readonly #ledger: JobLedger;
  readonly #admission: Admission;
  readonly #dispatch: Dispatch;

  constructor(dependencies: SendMailDependencies) {
    this.#with = dependencies;
    this.#ledger = new JobLedger(dependencies);
    this.#admission = new Admission({ ...dependencies, ledger: this.#ledger });
    this.#dispatch = new Dispatch({ ...dependencies, ledger: this.#ledger });
  }

  /**
   * Handles one queue message to its end: when this returns, the message may be deleted.
   *
   * @param item what the Functions host hands over.
   * @param dequeues how often the queue has delivered it, with this time.
   * @throws what nobody foresaw, and storage trouble after a send: the queue then delivers the message again, and its row
   *   sees to it that it is not sent again.
   */
  async handle(item: unknown, dequeues = 1): Promise<void> {
    if (await this.#ledger.ends.takes(item)) return;
    const raw = rawMessage(item);
    const subject = subjectOf(this.#with.carrier.transport, raw);
    const { transport, tenantId, id } = subject;
    const facts = { 'tenantpost.transport': transport, 'tenantpost.tenant.id': tenantId, 'tenantpost.job.id': id };
    const options = { kind: 'consumer', facts, parent: raw.postmark.trace } as const;
    await this.#with.tracing.within('send mail job', options, () => this.#look(raw, subject, dequeues));
  }

  async #look(raw: RawMessage, subject: Subject, dequeues: number): Promise<void> {
    let ready: Dispatched | undefined;
    try {
      ready = await this.#prepare(raw, subject);
    } catch (error) {
      const known = asTenantpostError(error);
      // Nothing has left yet. Five quick tries of the queue would end an hour of storage trouble in poison, without a reason.
      if (storageTrouble.includes(known.code)) return this.#ledger.waitForStorage(subject, raw.postmark, known);
      // The Functions host would take it away after this one, and keep no reason.
      if (dequeues < mostDequeues) throw error;
      this.#with.logUnexpected(error);
      return this.#ledger.giveUp(subject, known);
    }
    if (ready) await this.#dispatch.run(ready);
  }

  /** Everything before the request. Nothing is returned when the job is not to be sent now; its reason is recorded then. */
  async #prepare(raw: RawMessage, subject: Subject): Promise<Dispatched | undefined> {
    let wanted: MailJob | undefined;
    try {
      const { job: parsed, removed } = parseMailJob(decodeMessage(raw));
      wanted = parsed;
      if (removed > 0) this.#ledger.note('information', 'job.duplicates-removed', subject, { removed });
      if (await this.#isOver(parsed, subject)) return undefined;
      const tenant = await this.#tenant(parsed);
      const job = this.#withDefaults(parsed, tenant);
      if (await this.#isEarly(job, subject)) return undefined;
      const token = await this.#token(tenant);
      const mail = await loadContent(job, this.#with.content);
      const claim = await this.#admission.claim(mail, subject, raw.postmark);
      if (claim === undefined) return undefined;
      if ('permit' in claim) return { mail, token, subject, claim };
      if (claim.ended.state === 'cancelled') await this.#discard(mail, token, subject, claim.ended.progress);
      return undefined;
    } catch (error) {
      const known = asTenantpostError(error);
      if (known.code === 'UNEXPECTED' || storageTrouble.includes(known.code)) throw error;
      if (known.meaning.disposition === 'again') {
        const { now, content } = this.#with;
        const until = now() + (await this.#ledger.wait(subject, known));
        if (wanted) await keepContent(wanted, content, now(), until);
      } else {
        await this.#ledger.refuse(subject, known);
      }
      return undefined;
    }
  }

  /** A job that may have left is asked about first, however late it is, and one that was begun is to leave nothing behind. */
  async #isOver({ expiresAt }: MailJob, subject: Subject): Promise<boolean> {
    if (expiresAt === undefined || expiresAt > this.#with.now()) return false;
    const stored = await this.#with.store.read(subject.tenantId, subject.id);
    const isBegun = stored?.outcome.state === 'sending' || stored?.outcome.progress !== undefined;
    if (isBegun && stored?.outcome.fingerprint === subject.fingerprint) return false;
    await this.#ledger.refuse(subject, expired());
    return true;
  }

  /** A draft of a job that is not to be sent any more would lie in the mailbox for somebody to wonder at. */
  async #discard(mail: Mail, token: Token, subject: Subject, progress: DraftProgress | undefined): Promise<void> {
    if (progress === undefined && mail.job.delivery !== 'exactly-once') return;
    try {
      await this.#with.carrier.discard?.({ mail, token, progress });
    } catch (error) {
      this.#ledger.note('warning', 'job.draft-left', subject, { code: asTenantpostError(error).code });
    }
  }

  async #isEarly(job: MailJob, subject: Subject): Promise<boolean> {
    const { notBefore } = job;
    const at = this.#with.now();
    if (notBefore === undefined || notBefore - at <= rounding) return false;
    await keepContent(job, this.#with.content, at, notBefore);
    await this.#ledger.schedule(subject, notBefore);
    return true;
  }

  async #tenant(job: MailJob): Promise<Tenant> {
    requireHome(job.tenant, this.#with.singleTenantId, '/tenant');
    const tenant = await this.#with.tenants.find(job.tenant);
    if (tenant === undefined || withoutConsent.includes(tenant.state)) {
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
    return tenant;
  }

  async #token(tenant: Tenant): Promise<Token> {
    const { tokens, proof, carrier } = this.#with;
    try {
      return await tokens.get(tenant.id, carrier.resource);
    } catch (error) {
      // A tenant that took the app away is no longer active: its next jobs need not ask Entra to be refused.
      const { code } = asTenantpostError(error);
      if (stopsTenant.includes(code)) await proof.stop(tenant, code);
      throw error;
    }
  }

  #withDefaults(job: MailJob, tenant: Tenant): MailJob {
    const { delivery, carrier } = this.#with;
    if (carrier.transport === 'smtp' && job.delivery === 'exactly-once') {
      throw new TenantpostError('TRANSPORT_CANNOT', 'SMTP has no way to ask what became of a mail.', {
        detail: { field: '/delivery', expected: '"standard", or the queue of Graph' },
      });
    }
    const usual = carrier.transport === 'smtp' ? 'standard' : (tenant.delivery ?? delivery);
    return { ...job, delivery: job.delivery ?? usual, onUnknown: job.onUnknown ?? tenant.onUnknown ?? 'hold' };
  }
}
