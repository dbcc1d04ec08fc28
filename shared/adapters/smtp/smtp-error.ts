/**
 * What a refusal of Exchange Online's submission server means for the job. Judged by reply code, enhanced status (RFC 3463)
 * and the name of Exchange's exception, never by the sentence around them, which quotes addresses.
 */

import { type ErrorCode, TenantpostError } from '../../errors.ts';
import type { SmtpFailure, SmtpStep } from './smtp-failure.ts';

export interface SmtpRule {
  readonly step?: readonly SmtpStep[];
  /** The beginning of the reply code: `5` is all of the permanent ones. */
  readonly reply?: string;
  readonly enhanced?: string;
  /** After `STOREDRV.Submission.Exception:`, where one enhanced status stands for many things. */
  readonly exception?: string;
  readonly code: ErrorCode;
  readonly retryAfterSeconds?: number;
}

/** Quotas of a day come back little by little, and no reply says when. */
const quotaPause = 3600;

/** The connections of others end within seconds. */
const connectionsPause = 10;

/** The first row that fits decides. */
export const smtpRules: readonly SmtpRule[] = [
  // Whatever is answered before anybody signs in is about the server: https://www.rfc-editor.org/rfc/rfc5321#section-3.1
  { step: ['connect'], code: 'SMTP_UNAVAILABLE' },
  // For the tenant, for the mailbox, by security defaults: https://github.com/simonrob/email-oauth2-proxy/issues/193,
  // https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
  { enhanced: '5.7.139', code: 'SMTP_AUTH_DISABLED' },
  // https://techcommunity.microsoft.com/blog/exchange/exchange-online-to-retire-basic-auth-for-client-submission-smtp-auth/4114750
  { enhanced: '5.7.30', code: 'SMTP_AUTH_REFUSED' },
  // https://learn.microsoft.com/exchange/mail-flow-best-practices/fix-issues-with-printers-scanners-and-lob-applications-that-send-email-using-off
  { enhanced: '5.7.57', code: 'SMTP_AUTH_REFUSED' },
  { enhanced: '5.7.60', code: 'SEND_FORBIDDEN' },
  // 5.7.3, and what else AUTH is refused with for good:
  // https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
  { step: ['AUTH'], reply: '5', code: 'SMTP_AUTH_REFUSED' },
  // From is another one than the mailbox: https://github.com/gophish/gophish/issues/2900, and in older replies
  // https://github.com/MicrosoftDocs/OfficeDocs-Support/issues/1187
  { enhanced: '5.2.252', code: 'SEND_FORBIDDEN' },
  { exception: 'SendAsDeniedException', code: 'SEND_FORBIDDEN' },
  // https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements has these three.
  { exception: 'SubmissionQuotaExceededException', code: 'MAILBOX_QUOTA', retryAfterSeconds: quotaPause },
  { step: ['message'], enhanced: '5.2.2', code: 'MAILBOX_FULL' },
  { reply: '432', code: 'SEND_THROTTLED', retryAfterSeconds: connectionsPause },
  // https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online has these
  // five: the mailbox's recipients of a day, the tenant's external ones (5.7.232 on trial), and senders that are blocked.
  { enhanced: '5.1.90', code: 'MAILBOX_QUOTA', retryAfterSeconds: quotaPause },
  { enhanced: '5.7.232', code: 'MAILBOX_QUOTA', retryAfterSeconds: quotaPause },
  { enhanced: '5.7.233', code: 'MAILBOX_QUOTA', retryAfterSeconds: quotaPause },
  { enhanced: '5.1.8', code: 'MAILBOX_BLOCKED' },
  { enhanced: '5.7.705', code: 'MAILBOX_BLOCKED' },
  // https://www.rfc-editor.org/rfc/rfc3463#section-3.4; 552 is RFC 1870's.
  { step: ['MAIL', 'DATA', 'message'], reply: '552', code: 'JOB_TOO_LARGE' },
  { enhanced: '5.3.4', code: 'JOB_TOO_LARGE' },
  { enhanced: '5.2.3', code: 'JOB_TOO_LARGE' },
  // Letters beyond ASCII before the @, for which a server has no way: https://www.rfc-editor.org/rfc/rfc6531#section-3.5
  { enhanced: '5.6.7', code: 'TRANSPORT_CANNOT' },
  // More recipients than the mailbox may put into one message. 452 asks to send to the others later, and another message
  // than the producer's does not leave: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.10
  { enhanced: '4.5.3', code: 'SEND_REJECTED' },
  { enhanced: '5.5.3', code: 'SEND_REJECTED' },
  // https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 421, 450, 451, 454 and their like may be tried again.
  { reply: '4', code: 'SMTP_UNAVAILABLE' },
  { reply: '5', code: 'SEND_REJECTED' },
];

const form = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})(?!\d))?/;

/** The row for a reply, if it is one. */
export function smtpRule(step: SmtpStep, reply: string): SmtpRule | undefined {
  const [, code, enhanced] = form.exec(reply) ?? [];
  if (code === undefined) return undefined;
  const exception = /\bSTOREDRV\.Submission\.Exception:(\w+)/.exec(reply)?.[1];
  return smtpRules.find(
    (rule) =>
      (rule.step === undefined || rule.step.includes(step)) &&
      (rule.reply === undefined || code.startsWith(rule.reply)) &&
      (rule.enhanced === undefined || rule.enhanced === enhanced) &&
      (rule.exception === undefined || rule.exception === exception),
  );
}

/**
 * @param field JSON pointer of the recipient that was refused.
 * @returns `SEND_UNCONFIRMED` when the whole message had gone out and no reply to it came: RFC 5321 section 6.1 lets the
 *   server have it from then on. Without the final dot there is no message, whatever else has arrived (section 4.1.1.4).
 */
export function smtpError(tenantId: string, failure: SmtpFailure, field?: string): TenantpostError {
  const { step, reply = '', network, isWhole, cause } = failure;
  const isReplyToMessage = step === 'message' && form.test(reply);
  const unconfirmed = isWhole && !isReplyToMessage;
  const rule = unconfirmed ? undefined : smtpRule(step, reply);
  const code = unconfirmed ? 'SEND_UNCONFIRMED' : (rule?.code ?? 'SMTP_UNAVAILABLE');
  const serviceCode = form.exec(reply)?.slice(1).filter(Boolean).join(' ');
  const happened = serviceCode === undefined ? 'ended without a reply' : `was answered with ${serviceCode}`;
  return new TenantpostError(code, `${steps[step]} of tenant ${tenantId} over SMTP ${happened}.`, {
    detail: {
      step,
      serviceCode,
      network,
      ...(field === undefined
        ? {}
        : { field, expected: 'a recipient that Exchange takes; counted without duplicates' }),
    },
    ...(rule?.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: rule.retryAfterSeconds }),
    cause,
  });
}

const steps: Record<SmtpStep, string> = {
  connect: 'The connection for a mail',
  AUTH: 'AUTH for a mail',
  MAIL: 'MAIL FROM for a mail',
  RCPT: 'A recipient of a mail',
  DATA: 'DATA for a mail',
  message: 'A mail',
};
