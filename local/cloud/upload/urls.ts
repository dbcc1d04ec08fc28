/** The addresses under which ranges are uploaded: opaque to clients, in the form of https://learn.microsoft.com/graph/outlook-large-attachments. */

import type { CloudContext } from '../cloud.ts';
import type { Mailbox, StoredMessage, UploadSession } from '../state.ts';

function messageUrl({ urls }: CloudContext, { id, tenantId }: Mailbox, messageId: string): string {
  return `${urls.upload}/api/gv1.0/users('${id}@${tenantId}')/messages('${messageId}')`;
}

export function uploadUrl(
  cloud: CloudContext,
  { token, immutableIds }: UploadSession,
  mailbox: Mailbox,
  message: StoredMessage,
): string {
  const base = messageUrl(cloud, mailbox, immutableIds ? message.immutableId : message.id);
  return `${base}/AttachmentSessions('${sessionId(token)}')?authtoken=${token}`;
}

export function attachmentUrl(
  cloud: CloudContext,
  mailbox: Mailbox,
  message: StoredMessage,
  attachmentId: string,
  immutableIds: boolean,
): string {
  const [messageId, id] = immutableIds
    ? [message.immutableId, attachmentId]
    : [message.id, `${message.id}BEgAQ${attachmentId}`];
  return `${messageUrl(cloud, mailbox, messageId)}/Attachments('${id}')`;
}

/** Names the session in the path without giving the token away. */
export const sessionId = (token: string): string => `AAMk${token.slice(0, 12)}`;
