/**
 * A mail as a MIME message: RFC 5322 with RFC 2045 to 2047, RFC 2231 for file names and RFC 6532 for local parts beyond ASCII.
 * What goes by SMTP, and to Graph where its JSON cannot carry a mail, is made here.
 */

import { createHash } from 'node:crypto';
import MailComposer, { type MailComposerAlternative, type MailComposerOptions } from 'nodemailer/lib/mail-composer';
import { TenantpostError } from '../../errors.ts';
import type { Mail } from '../../mail/job/mail.ts';
import type { MailJob, MailRecipient } from '../../mail/job/mail-job.ts';
import { envelopeAddresses, otherAddresses } from './job-addresses.ts';
import { mimeAttachment } from './mime-attachment.ts';
import { unstructured, withCrlf } from './mime-text.ts';
import { readyMessage } from './ready-message.ts';

export interface MimeOptions {
  /** With its angle brackets. A ready message keeps the one that it has. */
  readonly messageId: string;
  /** For Graph, which knows blind recipients by nothing else. Over SMTP nobody is to read them. */
  readonly withBcc: boolean;
  /** Without them for a draft that gets them one by one. A ready message is never taken apart. */
  readonly withAttachments: boolean;
}

/**
 * @returns lines that end with CRLF and nothing else, none longer than 998 octets (RFC 5322 section 2.1.1) but for what a
 *   ready message has, and octets beyond ASCII only in addresses, in attached messages and in a ready message.
 * @throws TenantpostError `TRANSPORT_CANNOT`, naming the address or the attachment that cannot be written as it is.
 */
export async function composeMime(mail: Mail, { messageId, withBcc, withAttachments }: MimeOptions): Promise<Buffer> {
  const { job, mime } = mail;
  refuseAngles(job);
  const blind = withBcc ? job.bcc : [];
  if (mime !== undefined) return readyMessage(await mime.whole(), blind);
  const attached = withAttachments ? mail.attachments : [];
  const options: MailComposerOptions = {
    // No Sender: who has Send As speaks as the other one, and not on behalf of it (RFC 5322 section 3.6.2 wants a Sender
    // only for the latter). The Date is the time of composing, which section 3.6.1 asks for.
    from: written(job.sendAs ?? { address: job.from }),
    to: job.to.map(written),
    cc: job.cc.map(written),
    bcc: blind.map(written),
    replyTo: job.replyTo.map(written),
    subject: unstructured(job.subject),
    messageId,
    headers: headersOf(job),
    alternatives: bodiesOf(mail),
    attachments: await Promise.all(attached.map(mimeAttachment)),
    // Whatever a job holds is content, and never the name of something to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const message = new MailComposer(options).compile();
  message.keepBcc = withBcc;
  return message.build();
}

/** The same for every try of a job, so that who receives two copies can tell; it tells nothing of tenant and job. */
export function messageIdOf(tenantId: string, jobId: string, mailbox: string): string {
  const digest = createHash('sha256').update(`${tenantId.toLowerCase()}\n${jobId}`).digest('hex');
  return `<${digest.slice(0, 40)}@${mailbox.slice(mailbox.lastIndexOf('@') + 1)}>`;
}

/** nodemailer writes spaces for these, which RFC 5321 allows within quotes: that would be the address of somebody else. */
function refuseAngles(job: MailJob): void {
  const [field] = [...envelopeAddresses(job), ...otherAddresses(job)].find(([, one]) => /[<>]/.test(one)) ?? [];
  if (field === undefined) return;
  throw new TenantpostError('TRANSPORT_CANNOT', `No MIME message can hold ${field} of a mail job as it is.`, {
    detail: { field, expected: 'an address without < and >' },
  });
}

/** nodemailer writes into what it is given. */
function written({ address, name = '' }: MailRecipient): { address: string; name: string } {
  return { address, name };
}

/** From the plainest to the richest: RFC 2046 section 5.1.4. */
function bodiesOf({ text, html, calendar }: Mail): MailComposerAlternative[] {
  return [
    ...(text === undefined ? [] : [bodyOf('text/plain; charset=utf-8', text)]),
    ...(html === undefined ? [] : [bodyOf('text/html; charset=utf-8', html)]),
    // What makes an invitation of it in mail programs: RFC 6047 section 2.4.
    ...(calendar === undefined
      ? []
      : [bodyOf(`text/calendar; charset=utf-8; method=${calendar.method}`, calendar.content)]),
  ];
}

/** Encoded whatever is in it: spaces at the ends of lines, long lines and control characters survive every server. */
function bodyOf(contentType: string, text: string): MailComposerAlternative {
  const octets = Buffer.from(withCrlf(text));
  const encoded = octets.reduce((count, octet) => (octet > 0x7e ? count + 1 : count), 0);
  // Quoted-printable writes three characters for each of those, base64 four for each three octets of all.
  const contentTransferEncoding = encoded * 6 > octets.length ? 'base64' : 'quoted-printable';
  return { contentType, content: octets, contentTransferEncoding };
}

function headersOf({ importance, headers, listUnsubscribe }: MailJob): { key: string; value: string }[] {
  const own = headers.map(({ name, value }) => ({ key: name, value: unstructured(value) }));
  const hasPriority = own.some(({ key }) => key.toLowerCase() === 'x-priority');
  return [
    ...(importance === 'normal' ? [] : importanceHeaders(importance, hasPriority)),
    ...list(listUnsubscribe),
    ...own,
  ];
}

/** RFC 2156 section 5.3.4; many programs know importance by the older X-Priority alone. */
function importanceHeaders(importance: 'low' | 'high', hasPriority: boolean): { key: string; value: string }[] {
  const priority = { key: 'X-Priority', value: importance === 'high' ? '1' : '5' };
  return [{ key: 'Importance', value: importance }, ...(hasPriority ? [] : [priority])];
}

/** RFC 2369 section 3.2 and RFC 8058 section 3.1. */
function list(leave: MailJob['listUnsubscribe']): { key: string; value: string }[] {
  if (leave === undefined) return [];
  const { mailto, url, oneClick } = leave;
  const ways = [...(url === undefined ? [] : [`<${url}>`]), ...(mailto === undefined ? [] : [`<mailto:${mailto}>`])];
  return [
    { key: 'List-Unsubscribe', value: ways.join(', ') },
    ...(oneClick === true ? [{ key: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' }] : []),
  ];
}
