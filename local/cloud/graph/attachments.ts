/** The attachments of a message: https://learn.microsoft.com/graph/api/resources/attachment. */

import { contentOf, forgetContent, forgetMime } from '../mail/content.ts';
import { newAttachmentId } from '../mail/ids.ts';
import { mailboxFor } from './authorize.ts';
import { readAttachment } from './attachment-body.ts';
import { contextOf, type GraphAnswer, type GraphCall, jsonBody } from './call.ts';
import { attachmentOf, messageOf } from './ids.ts';
import { attachmentJson } from './message-json.ts';
import { preferenceApplied } from './messages.ts';
import { readQuery } from './query.ts';

/** Of the base type, which has no content: https://github.com/microsoftgraph/microsoft-graph-explorer-v4/issues/3916. */
const type = {
  type: 'microsoft.graph.attachment',
  selectable: new Set(['id', 'lastModifiedDateTime', 'name', 'contentType', 'size', 'isInline']),
};

const context = (call: GraphCall): string => contextOf(call, 'messages/attachments');

export function listAttachments(call: GraphCall): GraphAnswer {
  const message = messageOf(call, mailboxFor(call, 'Mail.Read'));
  const { select } = readQuery(call.url, ['select'], type);
  const value = message.attachments.map((one) => attachmentJson(call, message, one, select));
  return { status: 200, headers: preferenceApplied(call), json: { '@odata.context': context(call), value } };
}

/**
 * For files under 3 MB: a larger one does not fit into a request of 4 MB once it is base64.
 * https://learn.microsoft.com/graph/api/message-post-attachments
 */
export function addAttachment(call: GraphCall): GraphAnswer {
  const message = messageOf(call, mailboxFor(call, 'Mail.ReadWrite'));
  const attachment = { ...readAttachment(call.cloud, jsonBody(call)), id: newAttachmentId() };
  message.attachments.push(attachment);
  message.modifiedAt = call.cloud.now('graph');
  forgetMime(call.cloud, message);
  const json = { '@odata.context': `${context(call)}/$entity`, ...attachmentJson(call, message, attachment) };
  return { status: 201, headers: preferenceApplied(call), json };
}

export function getAttachment(call: GraphCall): GraphAnswer {
  const message = messageOf(call, mailboxFor(call, 'Mail.Read'));
  const { select } = readQuery(call.url, ['select'], type);
  const json = attachmentJson(call, message, attachmentOf(call, message), select);
  return {
    status: 200,
    headers: preferenceApplied(call),
    json: { '@odata.context': `${context(call)}/$entity`, ...json },
  };
}

export function getAttachmentContent(call: GraphCall): GraphAnswer {
  const { content, contentType } = attachmentOf(call, messageOf(call, mailboxFor(call, 'Mail.Read')));
  // Whoever wrote the attachment chose its type: not every text can be a header.
  const isHeader = /^[!-~][ -~]*$/.test(contentType);
  return {
    status: 200,
    bytes: {
      content: contentOf(call.cloud, content),
      contentType: isHeader ? contentType : 'application/octet-stream',
    },
  };
}

export function deleteAttachment(call: GraphCall): GraphAnswer {
  const message = messageOf(call, mailboxFor(call, 'Mail.ReadWrite'));
  const attachment = attachmentOf(call, message);
  message.attachments = message.attachments.filter((one) => one !== attachment);
  forgetContent(call.cloud, [attachment.content]);
  message.modifiedAt = call.cloud.now('graph');
  forgetMime(call.cloud, message);
  return { status: 204 };
}
