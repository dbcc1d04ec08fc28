/** Takes one range of an upload; the last one makes the attachment. */

import type { CloudContext } from '../cloud.ts';
import { countRange } from '../graph/limits/limits.ts';
import { GraphRefusal, itemNotFound } from '../graph/refusal.ts';
import { MAX_REQUEST_BYTES } from '../graph/request-body.ts';
import { forgetMime, messageBytes } from '../mail/content.ts';
import { findMessage } from '../mail/folders.ts';
import { newAttachmentId } from '../mail/ids.ts';
import type { Mailbox, StoredMessage, UploadSession } from '../state.ts';
import { readContentRange } from './content-range.ts';
import { malformedRange, wrongRange } from './refusals.ts';
import { appendRange, closeSession } from './sessions.ts';
import { attachmentUrl } from './urls.ts';

interface UploadedRange {
  contentRange: string | undefined;
  contentType: string | undefined;
  hasLength: boolean;
  /** Absent when the request was larger than is taken. */
  bytes: Buffer | undefined;
}

interface RangeAnswer {
  status: 200 | 201;
  json?: object;
  location?: string;
}

/** @throws GraphRefusal when nothing of the range was taken. */
export function appendUploadedRange(cloud: CloudContext, session: UploadSession, range: UploadedRange): RangeAnswer {
  const { mailbox, message } = whereItGoes(cloud, session);
  if (range.bytes !== undefined) countRange(cloud, session.appId, mailbox, range.bytes.length);
  const bytes = checkedBytes(session, range);
  checkMessageSize(cloud, mailbox, message, session.received + bytes.length);
  appendRange(cloud, session, bytes);
  if (session.received < session.size) {
    // Each answer is spelled as Outlook spells it: this one in Pascal case.
    const json = {
      '@odata.context': `${cloud.urls.upload}/api/gv1.0/$metadata#users('${mailbox.id}')/messages('${message.id}')/AttachmentSessions/$entity`,
      ExpirationDateTime: new Date(session.expiresAt).toISOString(),
      NextExpectedRanges: [String(session.received)],
    };
    return { status: 200, json };
  }
  const { name, contentType, isInline, contentId, immutableIds } = session;
  const id = newAttachmentId();
  const content = closeSession(cloud, session);
  message.attachments.push({ id, name, contentType, content, isInline, ...(contentId && { contentId }) });
  message.modifiedAt = cloud.now('upload');
  forgetMime(cloud, message);
  return { status: 201, location: attachmentUrl(cloud, mailbox, message, id, immutableIds) };
}

/** The draft may have been sent or deleted meanwhile. */
function whereItGoes(cloud: CloudContext, session: UploadSession): { mailbox: Mailbox; message: StoredMessage } {
  const mailbox = cloud.state.mailboxes.find(
    ({ tenantId, address }) => tenantId === session.tenantId && address === session.mailbox,
  );
  const message = findMessage(cloud, session.mailbox, session.message);
  if (mailbox === undefined || message === undefined) throw itemNotFound('message');
  return { mailbox, message };
}

function checkedBytes(session: UploadSession, range: UploadedRange): Buffer {
  const { bytes } = range;
  if (bytes === undefined) {
    // "Up to 4 MB each time". What Outlook answers to more is not documented; Graph's own limit and words stand here.
    throw new GraphRefusal({
      status: 413,
      code: 'BadRequest',
      message: 'The maximum request length supported is 4MB.',
      reason: `range over ${MAX_REQUEST_BYTES} bytes`,
    });
  }
  const found = readContentRange(range.contentRange);
  if (found === undefined) throw malformedRange('Content-Range missing or malformed');
  if (!range.hasLength || found.end - found.start + 1 !== bytes.length) throw malformedRange('range of another length');
  if (found.total !== session.size) throw malformedRange('total of another size');
  if (!/^application\/octet-stream\b/i.test(range.contentType ?? '')) {
    throw new GraphRefusal({
      status: 415,
      code: 'UnsupportedMediaType',
      message: 'The content type of a range must be application/octet-stream.',
      reason: 'not an octet stream',
    });
  }
  if (found.start !== session.received) throw wrongRange(found.start, session.received);
  return bytes;
}

/**
 * The mailbox's limit counts with the first range that exceeds it:
 * https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/2561.
 */
function checkMessageSize(cloud: CloudContext, { exchange }: Mailbox, message: StoredMessage, uploaded: number): void {
  const most = exchange?.maxSendSize ?? cloud.state.limits.sending.messageBytes;
  if (messageBytes(message) + uploaded <= most) return;
  throw new GraphRefusal({
    status: 400,
    code: 'ErrorMessageSizeExceeded',
    message: 'The message exceeds the maximum supported size.',
    reason: 'message over the size limit',
  });
}
