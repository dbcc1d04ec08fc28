/** Messages in MIME (RFC 5322, RFC 2045): read into the parts that mailboxes show, and written for those who ask. */

import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime, { type Address } from 'postal-mime';
import type { CloudContext } from '../cloud.ts';
import type { EmailAddress, StoredMessage } from '../state.ts';
import { contentOf, storeContent } from './content.ts';
import type { OutgoingMessage } from './deliver.ts';

/** Headers that a message shows by its other properties. */
const shownElsewhere =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|importance|mime-version|content-.*|received|return-path)$/i;

/** No public page has the number for Exchange Online: it is this cloud's own bound, so that no header stops it. */
const MOST_HEADER_BYTES = 256 * 1024;

/**
 * Reads what somebody submits. The message is kept as it is but for its Bcc field, which no recipient is to see.
 *
 * @throws Error when it cannot be read: parts nested too deep, more header than Exchange takes.
 */
export async function readMime(cloud: CloudContext, raw: Uint8Array): Promise<OutgoingMessage> {
  const email = await PostalMime.parse(raw, {
    attachmentEncoding: 'arraybuffer',
    forceRfc822Attachments: true,
    maxHeadersSize: MOST_HEADER_BYTES,
  });
  const [from] = addresses(email.from && [email.from]);
  const [sender] = addresses(email.sender && [email.sender]);
  const importance = email.headers.find(({ key }) => key === 'importance')?.value.toLowerCase();
  return {
    ...(from && { from }),
    ...(sender && { sender }),
    to: addresses(email.to),
    cc: addresses(email.cc),
    bcc: addresses(email.bcc),
    replyTo: addresses(email.replyTo),
    subject: email.subject ?? '',
    body:
      email.html === undefined
        ? { contentType: 'text', content: email.text ?? '' }
        : { contentType: 'html', content: email.html },
    ...((importance === 'high' || importance === 'low') && { importance }),
    ...(email.messageId && { internetMessageId: email.messageId }),
    headers: email.headers
      .filter(({ key }) => !shownElsewhere.test(key))
      .map(({ originalKey, value }) => ({ name: originalKey, value })),
    attachments: email.attachments.map(({ filename, mimeType, disposition, contentId, content }) => ({
      name: filename ?? 'attachment',
      contentType: mimeType,
      content: storeContent(cloud, typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)),
      isInline: disposition === 'inline',
      ...(contentId && { contentId: contentId.replace(/^<(.*)>$/, '$1') }),
    })),
    mime: storeContent(cloud, withoutBcc(raw)),
  };
}

/** A message as IMAP, POP and `$value` give it out. What was submitted as MIME comes back byte for byte, without its Bcc. */
export async function composeMime(cloud: CloudContext, message: StoredMessage): Promise<Buffer> {
  if (message.mime !== undefined) return contentOf(cloud, message.mime);
  const { body, importance = 'normal', headers, attachments } = message;
  const node = new MailComposer({
    from: nodemailerAddress(message.from),
    ...(message.sender && { sender: nodemailerAddress(message.sender) }),
    to: message.to.map(nodemailerAddress),
    cc: message.cc.map(nodemailerAddress),
    bcc: message.bcc.map(nodemailerAddress),
    replyTo: message.replyTo.map(nodemailerAddress),
    subject: message.subject,
    messageId: message.internetMessageId,
    date: new Date(message.receivedAt),
    ...(body.contentType === 'html' ? { html: body.content } : { text: body.content }),
    headers: [
      ...headers.map(({ name, value }) => ({ key: name, value })),
      ...(importance === 'normal' ? [] : [{ key: 'Importance', value: importance }]),
    ],
    attachments: attachments.map(({ name, contentType, content, isInline, contentId }) => ({
      filename: name,
      contentType,
      content: contentOf(cloud, content),
      contentDisposition: isInline ? 'inline' : 'attachment',
      ...(contentId && { cid: contentId }),
    })),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  // The copies that may show blind recipients hold only those that they may show.
  node.keepBcc = true;
  return node.build();
}

const nodemailerAddress = ({ address, name = '' }: EmailAddress) => ({ address, name });

/** Members of groups are recipients like any other. */
function addresses(list: readonly Address[] | undefined): EmailAddress[] {
  return (list ?? [])
    .flatMap((one) => one.group ?? [one])
    .map(({ address, name }) => ({ address, ...(name && { name }) }));
}

/** The same bytes but for the field `Bcc` and the lines that continue it. Header fields end at the first empty line. */
function withoutBcc(raw: Uint8Array): Buffer {
  const text = Buffer.from(raw).toString('latin1');
  const lastLineEnd = /\r?\n(?=\r?\n)/.exec(text);
  const end = lastLineEnd === null ? text.length : lastLineEnd.index + lastLineEnd[0].length;
  const head = text.slice(0, end).replace(/^bcc[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)/gim, '');
  return Buffer.from(head + text.slice(end), 'latin1');
}
