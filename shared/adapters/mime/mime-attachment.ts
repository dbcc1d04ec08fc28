/** An attachment as a part of a MIME message. */

import { isAscii } from 'node:buffer';
import type { MailComposerAttachment } from 'nodemailer/lib/mail-composer';
import { TenantpostError } from '../../errors.ts';
import type { Attachment } from '../../mail/job/mail.ts';
import { hasLongLine, octetsWithCrlf } from './mime-text.ts';

/**
 * @param index its place among the job's attachments.
 * @throws TenantpostError `TRANSPORT_CANNOT`.
 */
export async function mimeAttachment(
  { name, contentType, contentId, content }: Attachment,
  index: number,
): Promise<MailComposerAttachment> {
  // A multipart is made of parts, which an attachment has none of: its octets would be lost.
  if (/^multipart\//i.test(contentType)) {
    throw cannot(index, 'contentType', 'the media type of a file: a multipart is no attachment');
  }
  const isMessage = /^message\//i.test(contentType);
  const octets = await content.whole();
  return {
    filename: name,
    contentType,
    contentDisposition: contentId === undefined ? 'attachment' : 'inline',
    ...(contentId === undefined ? {} : { cid: contentId }),
    ...(isMessage ? messageWithin(octets, index) : { content: octets, contentTransferEncoding: 'base64' }),
  };
}

/** RFC 2046 section 5.2.1: a message within a message is not encoded, so it must be one as it is. */
function messageWithin(octets: Buffer, index: number): MailComposerAttachment {
  const content = octetsWithCrlf(octets);
  if (content.includes(0) || hasLongLine(content)) {
    throw cannot(index, 'content', 'a message without NUL and without lines of more than 998 octets: RFC 5322');
  }
  return { content, contentTransferEncoding: isAscii(content) ? '7bit' : '8bit' };
}

function cannot(index: number, property: string, expected: string): TenantpostError {
  const field = `/attachments/${index}/${property}`;
  return new TenantpostError('TRANSPORT_CANNOT', `No MIME message can hold ${field}.`, { detail: { field, expected } });
}
