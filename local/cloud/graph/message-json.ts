/** A message as Graph gives it out: https://learn.microsoft.com/graph/api/resources/message. */

import { createHash } from 'node:crypto';
import { bytesOf, contentOf } from '../mail/content.ts';
import { folderId } from '../mail/folders.ts';
import type { EmailAddress, StoredAttachment, StoredMessage } from '../state.ts';
import type { GraphCall } from './call.ts';
import { attachmentIdOf, idOf } from './ids.ts';
import type { Expansion, Query } from './query.ts';

/** Every property that can be selected, in the order in which Graph writes them. */
type Properties = Record<string, (message: StoredMessage, call: GraphCall) => unknown>;

const properties: Properties = {
  id: (message, call) => idOf(call, message),
  createdDateTime: ({ createdAt }) => time(createdAt),
  lastModifiedDateTime: ({ modifiedAt }) => time(modifiedAt),
  changeKey,
  categories: () => [],
  receivedDateTime: ({ receivedAt }) => time(receivedAt),
  sentDateTime: ({ receivedAt }) => time(receivedAt),
  hasAttachments: ({ attachments }) => attachments.some(({ isInline }) => !isInline),
  internetMessageId: ({ internetMessageId }) => internetMessageId,
  subject: ({ subject }) => subject,
  bodyPreview,
  importance: ({ importance = 'normal' }) => importance,
  parentFolderId: ({ mailbox, folder }) => folderId(mailbox, folder),
  conversationId: conversationIdOf,
  isDeliveryReceiptRequested: () => false,
  isReadReceiptRequested: () => false,
  isRead: ({ isRead }) => isRead,
  isDraft: ({ isDraft }) => isDraft,
  webLink: ({ id }) =>
    `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(id)}&exvsurl=1&viewmodel=ReadMessageItem`,
  inferenceClassification: () => 'focused',
  body: ({ body }) => body,
  // A draft shows none until it has one of its own: https://learn.microsoft.com/graph/api/user-post-messages.
  sender: (message) => fromOf(message, message.sender ?? message.from),
  from: (message) => fromOf(message, message.from),
  toRecipients: ({ to }) => to.map(recipient),
  ccRecipients: ({ cc }) => cc.map(recipient),
  bccRecipients: ({ bcc }) => bcc.map(recipient),
  replyTo: ({ replyTo }) => replyTo.map(recipient),
  flag: () => ({ flagStatus: 'notFlagged' }),
  // Only when it is asked for.
  internetMessageHeaders: ({ headers }) => headers,
};

export const selectable: ReadonlySet<string> = new Set(Object.keys(properties));

export function messageJson(call: GraphCall, message: StoredMessage, { select, expand }: Partial<Query>): object {
  const wanted = select ?? [...selectable].filter((name) => name !== 'internetMessageHeaders');
  const json: Record<string, unknown> = { '@odata.etag': `W/"${changeKey(message)}"` };
  for (const [name, value] of Object.entries(properties)) {
    if (name !== 'id' && !wanted.includes(name)) continue;
    const found = value(message, call);
    if (found !== undefined) json[name] = found;
  }
  for (const one of expand ?? []) Object.assign(json, expanded(call, message, one));
  return json;
}

function expanded(call: GraphCall, message: StoredMessage, { property, ids }: Expansion): object {
  if (property === 'attachments') {
    return { attachments: message.attachments.map((one) => attachmentJson(call, message, one)) };
  }
  const found = message.extendedProperties.filter(({ id }) => ids.includes(id));
  // Absent when the message has none of them, not empty.
  return found.length === 0 ? {} : { singleValueExtendedProperties: found };
}

export function attachmentJson(
  call: GraphCall,
  message: StoredMessage,
  attachment: StoredAttachment,
  select?: readonly string[],
): object {
  const { name, contentType, content, isInline, contentId } = attachment;
  const all = {
    '@odata.type': '#microsoft.graph.fileAttachment',
    '@odata.mediaContentType': contentType,
    id: attachmentIdOf(call, message, attachment),
    lastModifiedDateTime: time(message.modifiedAt),
    name,
    contentType,
    size: bytesOf(content),
    isInline,
  };
  if (select === undefined) {
    const contentBytes = contentOf(call.cloud, content).toString('base64');
    return { ...all, contentId: contentId ?? null, contentLocation: null, contentBytes };
  }
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => key === 'id' || key.startsWith('@') || select.includes(key)),
  );
}

/** Stays the same for a draft, what is sent of it, and what comes back. */
export function conversationIdOf({ mailbox, internetMessageId }: StoredMessage): string {
  const digest = createHash('sha256').update(`${mailbox.toLowerCase()}\n${internetMessageId}`).digest('base64url');
  return `AAQk${digest.slice(0, 40)}`;
}

function changeKey({ immutableId, modifiedAt, folder }: StoredMessage): string {
  return createHash('sha1').update(`${immutableId}\n${modifiedAt}\n${folder}`).digest('base64');
}

/** https://learn.microsoft.com/graph/api/resources/message: the first 255 characters, as text. */
function bodyPreview({ body: { contentType, content } }: StoredMessage): string {
  const text = contentType === 'html' ? content.slice(0, 2000).replace(/<[^>]*>/g, ' ') : content;
  return text.replace(/\s+/g, ' ').trim().slice(0, 255);
}

/** Without a fraction, in UTC. */
function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

const recipient = ({ address, name }: EmailAddress) => ({ emailAddress: { name: name ?? address, address } });

function fromOf({ isDraft, mailbox }: StoredMessage, from: EmailAddress): object | undefined {
  return isDraft && from.address.toLowerCase() === mailbox.toLowerCase() ? undefined : recipient(from);
}
