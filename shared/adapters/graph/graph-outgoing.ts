/** A mail as the bodies of the requests that carry it, none of them larger than Graph takes. */

import { TenantpostError } from '../../errors.ts';
import type { Attachment, Mail } from '../../mail/job/mail.ts';
import type { GraphBody } from './graph-client.ts';
import type { GraphMark } from './graph-mark.ts';
import { bytesAsJson, fileAttachment, graphMessage, needsMime } from './graph-message.ts';
import { messageIdIn, readyForGraph } from './graph-ready-message.ts';
import { composeMime } from '../mime/mime-message.ts';
import { octetsWithCrlf } from '../mime/mime-text.ts';

/** "4 MB", in the smaller of its two meanings: https://learn.microsoft.com/graph/api/user-post-messages */
const mostBytes = 4_000_000;

/** From here on an attachment goes by an upload session: https://learn.microsoft.com/graph/outlook-large-attachments */
const mostAttachedBytes = 3_000_000;

/** "150 MB", which sessions refuse more than. */
const mostUploadedBytes = 150 * 1024 * 1024;

export const isLarge = ({ content }: Attachment): boolean => content.bytes >= mostAttachedBytes;

export interface Outgoing {
  readonly body: GraphBody;
  /** How many of the attachments are in it, from the first on. */
  readonly attached: number;
}

/**
 * Whether sendMail can carry it at all; if so, it may still prove too large. In MIME sendMail has no way to leave no copy in
 * Sent Items: https://learn.microsoft.com/graph/api/user-sendmail
 */
export function mayGoAtOnce(mail: Mail, mark: GraphMark): boolean {
  if (needsMime(mail)) return mail.job.saveToSentItems && fitsMime(mail);
  return fitting(mail, frameOf(mail, mark, false)) === mail.attachments.length;
}

/** @returns nothing when it is larger than a request may be. */
export async function outgoing(mail: Mail, mark: GraphMark): Promise<GraphBody | undefined> {
  if (!mayGoAtOnce(mail, mark)) return undefined;
  if (needsMime(mail)) return mimeBody(mail, mark, true);
  const message = { ...graphMessage(mail, mark, false), ...(await attachmentsOf(mail.attachments)) };
  return json({ message, saveToSentItems: mail.job.saveToSentItems });
}

/**
 * With as many of the attachments as there is room for.
 *
 * @throws TenantpostError `TRANSPORT_CANNOT` or `JOB_TOO_LARGE`, naming the field.
 */
export async function outgoingDraft(mail: Mail, mark: GraphMark): Promise<Outgoing> {
  checkAttachments(mail.attachments);
  if (needsMime(mail)) return mimeDraft(mail, mark);
  const attached = fitting(mail, frameOf(mail, mark, true));
  if (attached < 0) throw tooLarge(mail);
  const some = await attachmentsOf(mail.attachments.slice(0, attached));
  return { body: json({ ...graphMessage(mail, mark, true), ...some }), attached };
}

/** The Message-ID that the producer has given to a ready message. */
export async function ownMessageId({ mime }: Mail): Promise<string | undefined> {
  return mime && messageIdIn(octetsWithCrlf(await mime.whole()));
}

async function mimeDraft(mail: Mail, mark: GraphMark): Promise<Outgoing> {
  const whole = fitsMime(mail) ? await mimeBody(mail, mark, true) : undefined;
  if (whole !== undefined) return { body: whole, attached: mail.attachments.length };
  // A ready message cannot be taken apart, and Exchange makes a meeting request of a calendar object when it reads it.
  if (mail.mime !== undefined) throw cannot('/mime', `a message of less than ${(mostBytes / 4) * 3} octets`);
  if (mail.calendar !== undefined) throw cannot('/calendar', 'no calendar object in a mail of more than 4 MB');
  const bare = mail.attachments.length > 0 ? await mimeBody(mail, mark, false) : undefined;
  if (bare === undefined) throw tooLarge(mail);
  return { body: bare, attached: 0 };
}

async function mimeBody(mail: Mail, mark: GraphMark, withAttachments: boolean): Promise<GraphBody | undefined> {
  const { messageId } = mark;
  const composed = await composeMime(mail, { messageId, withBcc: true, withAttachments });
  const octets = mail.mime === undefined ? composed : readyForGraph(composed, mail.job, mark);
  const text = octets.toString('base64');
  return text.length < mostBytes ? { contentType: 'text/plain', text } : undefined;
}

/** Base64 of base64; what else is in the message is seen when it is made. */
function fitsMime({ mime, attachments }: Mail): boolean {
  const octets = attachments.reduce((sum, { content }) => sum + (content.bytes * 4) / 3, mime?.bytes ?? 0);
  return (octets * 4) / 3 < mostBytes;
}

/** How many octets the request has without attachments. */
function frameOf(mail: Mail, mark: GraphMark, isDraft: boolean): number {
  return Buffer.byteLength(JSON.stringify(graphMessage(mail, mark, isDraft))) + 100;
}

/** How many of the attachments fit beside the rest, from the first on; a negative number when the rest does not fit alone. */
function fitting({ attachments }: Mail, frame: number): number {
  let bytes = frame;
  if (bytes >= mostBytes) return -1;
  for (const [index, attachment] of attachments.entries()) {
    bytes += bytesAsJson(attachment);
    if (bytes >= mostBytes) return index;
  }
  return attachments.length;
}

async function attachmentsOf(some: readonly Attachment[]): Promise<{ attachments?: object[] }> {
  return some.length === 0 ? {} : { attachments: await Promise.all(some.map(fileAttachment)) };
}

export function json(value: object): GraphBody {
  return { contentType: 'application/json', text: JSON.stringify(value) };
}

function checkAttachments(attachments: readonly Attachment[]): void {
  const index = attachments.findIndex(({ content }) => content.bytes > mostUploadedBytes);
  if (index < 0) return;
  throw cannot(`/attachments/${index}/content`, `at most ${mostUploadedBytes} octets`);
}

function cannot(field: string, expected: string): TenantpostError {
  return new TenantpostError('TRANSPORT_CANNOT', `Graph cannot carry ${field} as it is.`, {
    detail: { field, expected },
  });
}

function tooLarge({ html }: Mail): TenantpostError {
  const field = html === undefined ? '/text' : '/html';
  return new TenantpostError('JOB_TOO_LARGE', `A request to Graph cannot hold the ${field.slice(1)} of the mail.`, {
    detail: { field, expected: 'a body that is less than 4 MB in a request' },
  });
}
