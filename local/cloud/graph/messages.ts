/** Messages in the mailbox: https://learn.microsoft.com/graph/api/resources/message#methods. */

import type { OutgoingMessage } from '../mail/deliver.ts';
import { addMessage, messagesIn, moveMessage, removeMessage } from '../mail/folders.ts';
import { newMessageId } from '../mail/ids.ts';
import { composeMime } from '../mail/mime.ts';
import type { FolderName, Mailbox, StoredMessage } from '../state.ts';
import { mailboxFor } from './authorize.ts';
import { contextOf, type GraphAnswer, type GraphCall, jsonBody } from './call.ts';
import { messageOf, prefersImmutable } from './ids.ts';
import { folderOf } from './mail-folders.ts';
import { readMessage } from './message-body.ts';
import { messageJson, selectable } from './message-json.ts';
import { readQuery } from './query.ts';
import { isMime, mimeBody } from './submission.ts';
import { times } from './times.ts';

const type = { type: 'microsoft.graph.message', selectable };

/** https://learn.microsoft.com/graph/api/user-list-messages */
export function listMessages(call: GraphCall): GraphAnswer {
  const mailbox = mailboxFor(call, 'Mail.Read');
  const query = readQuery(call.url, ['select', 'expand', 'filter', 'orderby', 'top', 'skip'], type);
  const { filter, orderBy, top, skip } = query;
  const timeOf = times[orderBy.time];
  const found = messagesIn(call.cloud, mailbox.address, folderOfPath(call, mailbox))
    .filter((message) => filter?.matches(message) ?? true)
    .sort((a, b) => (orderBy.descending ? -1 : 1) * (timeOf(a) - timeOf(b) || a.uid - b.uid));
  const hasMore = found.length > skip + top;
  return {
    status: 200,
    headers: preferenceApplied(call),
    json: {
      '@odata.context': contextOf(call, 'messages'),
      value: found.slice(skip, skip + top).map((message) => messageJson(call, message, query)),
      ...(hasMore && { '@odata.nextLink': nextLink(call, skip + top) }),
    },
  };
}

function nextLink({ cloud, url }: GraphCall, skip: number): string {
  const parameters = new URLSearchParams(url.search);
  parameters.delete('skip');
  parameters.set('$skip', String(skip));
  return `${cloud.urls.graph}${url.pathname}?${parameters.toString()}`;
}

function folderOfPath(call: GraphCall, mailbox: Mailbox): FolderName | undefined {
  return call.target.folder === undefined ? undefined : folderOf(call, mailbox);
}

/** A draft, in JSON or MIME: https://learn.microsoft.com/graph/api/user-post-messages. */
export async function createMessage(call: GraphCall): Promise<GraphAnswer> {
  const mailbox = mailboxFor(call, 'Mail.ReadWrite');
  const folder = folderOfPath(call, mailbox) ?? 'drafts';
  const read: OutgoingMessage = isMime(call) ? await mimeBody(call) : readMessage(call.cloud, jsonBody(call)).message;
  const message = addMessage(call.cloud, {
    ...read,
    mailbox: mailbox.address,
    folder,
    isDraft: true,
    isRead: true,
    flags: [],
    from: read.from ?? { address: mailbox.address, name: mailbox.displayName },
    internetMessageId: read.internetMessageId ?? newMessageId(mailbox.address),
    extendedProperties: read.extendedProperties ?? [],
    receivedAt: call.cloud.now('graph'),
  });
  return { status: 201, headers: preferenceApplied(call), json: entity(call, message, {}) };
}

/** https://learn.microsoft.com/graph/api/message-get */
export function getMessage(call: GraphCall): GraphAnswer {
  const message = messageOf(call, mailboxFor(call, 'Mail.Read'));
  const query = readQuery(call.url, ['select', 'expand'], type);
  return { status: 200, headers: preferenceApplied(call), json: entity(call, message, query) };
}

/** https://learn.microsoft.com/graph/outlook-get-mime-message */
export async function getMessageContent(call: GraphCall): Promise<GraphAnswer> {
  const message = messageOf(call, mailboxFor(call, 'Mail.Read'));
  return { status: 200, bytes: { content: await composeMime(call.cloud, message), contentType: 'text/plain' } };
}

/** Into Deleted Items, and out of there for good: https://learn.microsoft.com/graph/api/message-delete. */
export function deleteMessage(call: GraphCall): GraphAnswer {
  const message = messageOf(call, mailboxFor(call, 'Mail.ReadWrite'));
  if (message.folder === 'deleteditems') removeMessage(call.cloud, message);
  else moveMessage(call.cloud, message, 'deleteditems');
  return { status: 204 };
}

export function entity(call: GraphCall, message: StoredMessage, query: Parameters<typeof messageJson>[2]): object {
  return { '@odata.context': contextOf(call, 'messages/$entity'), ...messageJson(call, message, query) };
}

/** As seen in https://github.com/microsoftgraph/microsoft-graph-docs/issues/6256. */
export function preferenceApplied(call: GraphCall): Record<string, string> {
  return prefersImmutable(call) ? { 'preference-applied': 'IdType=ImmutableId' } : {};
}
