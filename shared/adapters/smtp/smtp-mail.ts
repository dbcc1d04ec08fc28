/** A mail as SMTP sees it, and what SMTP, or the server at hand, cannot carry of it. */

import { isAscii } from 'node:buffer';
import { TenantpostError } from '../../errors.ts';
import type { MailJob } from '../../mail/job/mail-job.ts';
import { envelopeAddresses, otherAddresses } from '../mime/job-addresses.ts';
import { hasLongLine } from '../mime/mime-text.ts';
import { endOfHeader } from '../mime/ready-message.ts';
import type { SmtpEnvelope, SmtpSession } from './smtp-session.ts';

export interface SmtpMail {
  readonly envelope: SmtpEnvelope;
  readonly message: Buffer;
  /** JSON pointer of what needs SMTPUTF8 (RFC 6531), if anything does. */
  readonly international: string | undefined;
  /** JSON pointer of what has made the message what it is. */
  readonly field: string;
}

const beyondAscii = /[\u0080-\u{10ffff}]/u;

/** @throws TenantpostError `TRANSPORT_CANNOT` */
export function refuseWhatSmtpCannotSay(job: MailJob): void {
  // Exchange puts what is submitted into Sent Items, and SMTP has no word for another wish:
  // https://techcommunity.microsoft.com/t5/exchange-team-blog/changes-coming-to-the-smtp-authenticated-submission-client/ba-p/607825
  if (!job.saveToSentItems) throw cannot('/saveToSentItems', 'true: Exchange keeps a copy of what comes by SMTP');
}

/** @throws TenantpostError `TRANSPORT_CANNOT` */
export function smtpMail(job: MailJob, message: Buffer): SmtpMail {
  const field = job.mime === undefined ? '/attachments' : '/mime';
  // RFC 5321 section 4.5.3.1.6 and RFC 6152 section 2. What composeMime makes has neither; a ready message is not changed.
  if (message.includes(0) || hasLongLine(message)) throw cannot(field, 'no NUL, and lines of at most 998 octets');
  const isEightBit = !isAscii(message);
  const international = firstBeyondAscii(envelopeAddresses(job));
  // SMTPUTF8 is asked for by an address of the envelope (nodemailer), and the header alone may need it: RFC 6532.
  if (international === undefined && !isAscii(message.subarray(0, endOfHeader(message)))) {
    const other = job.mime === undefined ? firstBeyondAscii(otherAddresses(job)) : field;
    throw cannot(other ?? field, 'ASCII, unless a recipient needs more as well');
  }
  const to = [...job.to, ...job.cc, ...job.bcc].map(({ address }) => address);
  return { envelope: { from: job.from, to, isEightBit }, message, international, field };
}

/** @throws TenantpostError `TRANSPORT_CANNOT` or `JOB_TOO_LARGE` */
export function refuseWhatServerCannotTake(
  { message, envelope, international, field }: SmtpMail,
  session: SmtpSession,
): void {
  if (international !== undefined && !session.offers('SMTPUTF8')) {
    throw cannot(international, 'an ASCII address: the server has no SMTPUTF8');
  }
  if (envelope.isEightBit && !session.offers('8BITMIME')) {
    throw cannot(field, 'ASCII: the server has no 8BITMIME');
  }
  if (message.length > session.maxSize) {
    throw new TenantpostError('JOB_TOO_LARGE', 'A mail is larger than the SMTP server takes.', {
      detail: { field, expected: `at most ${session.maxSize} bytes with their encoding`, bytes: message.length },
    });
  }
}

function firstBeyondAscii(addresses: ReturnType<typeof otherAddresses>): string | undefined {
  return addresses.find(([, address]) => beyondAscii.test(address))?.[0];
}

function cannot(field: string, expected: string): TenantpostError {
  return new TenantpostError('TRANSPORT_CANNOT', `SMTP cannot carry ${field} of a mail job as it is.`, {
    detail: { field, expected },
  });
}
