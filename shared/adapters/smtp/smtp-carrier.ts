/** Mail by Exchange's submission server: STARTTLS and XOAUTH2, one message to all of its recipients or to none. */

import type { Clock } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import type { Carrier, Claimed, Finding, SendReceipt } from '../../mail/carrier.ts';
import type { MailJob } from '../../mail/job/mail-job.ts';
import { isYoung } from '../../tokens/renewal-time.ts';
import type { Token } from '../../tokens/token.ts';
import type { SpanName } from '../../tracing.ts';
import { ByteLimit } from './byte-limit.ts';
import { composeMime, messageIdOf } from '../mime/mime-message.ts';
import { openTelemetryTracing } from '../opentelemetry-tracing.ts';
import { smtpError } from './smtp-error.ts';
import { refuseWhatSmtpCannotSay, type SmtpMail, smtpMail, refuseWhatServerCannotTake } from './smtp-mail.ts';
import { SmtpSession, SmtpSessionError } from './smtp-session.ts';
import { SmtpSessions } from './smtp-sessions.ts';

/**
 * How long a mail may take in all, in milliseconds. Its mailbox's gate takes a permit back after three minutes (`longestPermit`
 * in admission.ts), and this ends before. RFC 5321 section 4.5.3.2.6 would wait for ten at the end of a message: what is cut
 * short there is `SEND_UNCONFIRMED`.
 */
export const usualTime = 165_000;

/**
 * Of all mails at once, before any encoding. Seven times this is what an instance of Flex Consumption with its usual 2 GB can
 * spare: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#instance-sizes
 */
const mostBytes = 64 * 1024 * 1024;

/** Mails of this size are few megabytes altogether, as many as one process sends at once. */
const smallBytes = 1024 * 1024;

const tracing = openTelemetryTracing();

export class SmtpCarrier implements Carrier {
  readonly transport = 'smtp';
  readonly resource = 'outlook';
  readonly #host: string;
  readonly #port: number;
  readonly #now: Clock;
  readonly #within: number;
  readonly #mailboxes = new Map<string, SmtpSessions>();
  readonly #memory = new ByteLimit(mostBytes, smallBytes);

  /**
   * @param server `smtp.office365.com:587`
   * @param within how long a mail may take, in milliseconds.
   */
  constructor(server: string, now: Clock, within: number = usualTime) {
    const [host = '', port] = server.split(':');
    this.#host = host;
    this.#port = Number(port);
    this.#now = now;
    this.#within = within;
  }

  async send({ mail, token }: Claimed): Promise<SendReceipt> {
    const { job } = mail;
    // The last look before a mail leaves: whatever went wrong before, no tenant's token sends another tenant's mail.
    if (token.tenantId !== job.tenant || token.resource !== this.resource) {
      throw new TenantpostError('TOKEN_WRONG', `A mail of tenant ${job.tenant} came with another token.`);
    }
    refuseWhatSmtpCannotSay(job);
    const signal = AbortSignal.timeout(this.#within);
    const messageId = messageIdOf(job.tenant, job.id, job.from);
    const leave = await this.#memory.enter(mail.bytes, signal).catch(paced);
    try {
      const message = await composeMime(mail, { messageId, withBcc: false, withAttachments: true });
      await this.#submit(smtpMail(job, message), job, token, signal);
    } finally {
      leave();
    }
    return { requestId: undefined };
  }

  /** Sent Items would tell, over Graph or IMAP; the right to send by SMTP is none to read them. */
  find(): Promise<Finding> {
    return Promise.resolve({ kind: 'unsure' });
  }

  async #submit(mail: SmtpMail, job: MailJob, token: Token, signal: AbortSignal): Promise<void> {
    const key = `${job.tenant}\n${job.from.toLowerCase()}`;
    const sessions = this.#mailboxes.get(key) ?? new SmtpSessions();
    this.#mailboxes.set(key, sessions);
    const left = await sessions.enter(signal).catch(paced);
    let session: SmtpSession | undefined;
    try {
      session = await this.#sessionFor(left, job, token, signal);
      refuseWhatServerCannotTake(mail, session);
      const { envelope, message } = mail;
      const opened = session;
      await this.#traced('smtp send', job, token, () => opened.send(envelope, message, signal));
    } catch (error) {
      throw this.#meaningOf(error, job, token);
    } finally {
      sessions.leave(session);
      if (sessions.isEmpty) this.#mailboxes.delete(key);
    }
  }

  /** @param left by the job before. It is signed in with that one's token, which may have been replaced for a reason. */
  async #sessionFor(
    left: SmtpSession | undefined,
    job: MailJob,
    token: Token,
    signal: AbortSignal,
  ): Promise<SmtpSession> {
    if (left?.isFor(token.value)) return left;
    left?.quit();
    const server = { host: this.#host, port: this.#port };
    const credentials = { mailbox: job.from, accessToken: token.value };
    return this.#traced('smtp connect', job, token, () => SmtpSession.open(server, credentials, signal));
  }

  /** With what an error means, for the span to say it. */
  #traced<T>(name: SpanName, job: MailJob, token: Token, work: () => Promise<T>): Promise<T> {
    const facts = { 'server.address': this.#host, 'tenantpost.tenant.id': job.tenant };
    return tracing.within(name, { kind: 'client', facts }, async () => {
      try {
        return await work();
      } catch (error) {
        throw this.#meaningOf(error, job, token);
      }
    });
  }

  #meaningOf(error: unknown, job: MailJob, token: Token): unknown {
    if (!(error instanceof SmtpSessionError)) return error;
    const { failure } = error;
    const known = smtpError(job.tenant, failure, recipientField(job, failure.recipient));
    // Exchange has one answer for a token that expired, was revoked or is older than its permissions, and for rights that are
    // missing. The next token is refused as well only if it is the rights.
    if (known.code !== 'SMTP_AUTH_REFUSED' || isYoung(token, this.#now())) return known;
    const { detail, message } = known;
    return new TenantpostError('SEND_TOKEN_REFUSED', message, { detail, cause: error });
  }
}

function paced(cause: unknown): never {
  throw new TenantpostError('MAILBOX_PACED', 'Other mail took the connections or the memory that there are.', {
    cause,
  });
}

/** By its place in the envelope. */
function recipientField({ to, cc }: MailJob, index: number | undefined): string | undefined {
  if (index === undefined) return undefined;
  if (index < to.length) return `/to/${index}`;
  const afterTo = index - to.length;
  return afterTo < cc.length ? `/cc/${afterTo}` : `/bcc/${afterTo - cc.length}`;
}
