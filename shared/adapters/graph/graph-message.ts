/** A mail as Graph's JSON: https://learn.microsoft.com/graph/api/resources/message */

import type { Attachment, Mail } from '../../mail/job/mail.ts';
import type { MailRecipient } from '../../mail/job/mail-job.ts';
import { type GraphMark, markProperty } from './graph-mark.ts';

/** Graph takes five headers of one's own, all with names that begin with x-. */
const mostHeaders = 5;

/**
 * PidTagDeleteAfterSubmit: a draft has no other way to leave nothing in Sent Items, and Exchange removes the message once it
 * has sent it. https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxomsg/9b23dc42-c17b-4944-ba0e-a70ec9f90d64
 */
export const deleteAfterSubmit = { id: 'Boolean 0x0E01', value: 'true' };

/** JSON has one body, five headers, and no field for a calendar object or for List-Unsubscribe. */
export function needsMime({ job, text, html, mime, calendar }: Mail): boolean {
  return (
    mime !== undefined ||
    calendar !== undefined ||
    job.listUnsubscribe !== undefined ||
    job.headers.length > mostHeaders ||
    (text !== undefined && html !== undefined)
  );
}

/**
 * Without attachments.
 *
 * @param isDraft whether Exchange is to keep the Message-ID from the start, and to know what becomes of the sent message.
 */
export function graphMessage({ job, text, html }: Mail, mark: GraphMark, isDraft: boolean): object {
  const { sendAs, headers, saveToSentItems } = job;
  const properties = [markProperty(mark)];
  return {
    subject: job.subject,
    body: html === undefined ? { contentType: 'text', content: text } : { contentType: 'html', content: html },
    importance: job.importance,
    ...(sendAs === undefined ? {} : { from: graphRecipient(sendAs) }),
    toRecipients: job.to.map(graphRecipient),
    ccRecipients: job.cc.map(graphRecipient),
    bccRecipients: job.bcc.map(graphRecipient),
    replyTo: job.replyTo.map(graphRecipient),
    ...(headers.length === 0 ? {} : { internetMessageHeaders: headers.map(({ name, value }) => ({ name, value })) }),
    ...(isDraft ? { internetMessageId: mark.messageId } : {}),
    singleValueExtendedProperties: isDraft && !saveToSentItems ? [...properties, deleteAfterSubmit] : properties,
  };
}

function graphRecipient({ address, name }: MailRecipient): object {
  return { emailAddress: { address, ...(name === undefined ? {} : { name }) } };
}

export async function fileAttachment(attachment: Attachment): Promise<object> {
  const octets = await attachment.content.whole();
  return { ...described(attachment), contentBytes: octets.toString('base64') };
}

/** How long its JSON is, without reading its content. */
export function bytesAsJson(attachment: Attachment): number {
  const base64 = Math.ceil(attachment.content.bytes / 3) * 4;
  return Buffer.byteLength(JSON.stringify({ ...described(attachment), contentBytes: '' })) + base64 + 1;
}

function described({ name, contentType, contentId }: Attachment): object {
  return {
    '@odata.type': '#microsoft.graph.fileAttachment',
    name,
    contentType,
    ...(contentId === undefined ? {} : { contentId, isInline: true }),
  };
}

/** What an upload session is opened with: https://learn.microsoft.com/graph/api/resources/attachmentitem */
export function attachmentItem({ name, contentType, contentId, content }: Attachment): object {
  return {
    attachmentType: 'file',
    name,
    contentType,
    size: content.bytes,
    ...(contentId === undefined ? {} : { contentId, isInline: true }),
  };
}
