/** The folders of a mailbox and the messages in them, as every protocol of the cloud sees them. */

import { createHash } from 'node:crypto';
import type { CloudContext } from '../cloud.ts';
import type { FolderName, StoredMessage } from '../state.ts';
import { contentsOf, forgetContent } from './content.ts';
import { newAttachmentId, newId, newImmutableId } from './ids.ts';

/** Well-known names of https://learn.microsoft.com/graph/api/resources/mailfolder with what mail programs show. */
export const folderTitles: Readonly<Record<FolderName, string>> = {
  inbox: 'Inbox',
  drafts: 'Drafts',
  sentitems: 'Sent Items',
  deleteditems: 'Deleted Items',
  junkemail: 'Junk Email',
  outbox: 'Outbox',
  archive: 'Archive',
};

/** What a message is made of before it lies in a folder. */
export type NewMessage = Omit<
  StoredMessage,
  'id' | 'immutableId' | 'uid' | 'createdAt' | 'modifiedAt' | 'attachments'
> & {
  attachments: readonly Omit<StoredMessage['attachments'][number], 'id'>[];
};

/** Puts a message into the folder that it names. */
export function addMessage(cloud: CloudContext, message: NewMessage): StoredMessage {
  const added: StoredMessage = {
    ...message,
    id: newId(),
    immutableId: newImmutableId(),
    uid: nextUid(cloud),
    createdAt: message.receivedAt,
    modifiedAt: message.receivedAt,
    attachments: message.attachments.map((attachment) => ({ ...attachment, id: newAttachmentId() })),
  };
  cloud.state.messages.push(added);
  return added;
}

/** The messages of a mailbox, or of one of its folders, in the order of their uids. */
export function messagesIn(cloud: CloudContext, address: string, folder?: FolderName): StoredMessage[] {
  settle(cloud);
  const key = address.toLowerCase();
  return cloud.state.messages
    .filter((one) => one.mailbox.toLowerCase() === key && (folder === undefined || one.folder === folder))
    .sort((a, b) => a.uid - b.uid);
}

/** By either id, to the letter. */
export function findMessage(cloud: CloudContext, address: string, id: string): StoredMessage | undefined {
  settle(cloud);
  const key = address.toLowerCase();
  return cloud.state.messages.find(
    (one) => (one.id === id || one.immutableId === id) && one.mailbox.toLowerCase() === key,
  );
}

/** A message that moves gets another id and another uid; its immutable id stays. */
export function moveMessage(cloud: CloudContext, message: StoredMessage, folder: FolderName): void {
  message.folder = folder;
  message.id = newId();
  message.uid = nextUid(cloud);
  message.modifiedAt = cloud.now('graph');
}

/** What a submitted message becomes once transport has taken it. */
export function moveToSentItems(cloud: CloudContext, message: StoredMessage): void {
  moveMessage(cloud, message, 'sentitems');
  message.isDraft = false;
  message.isRead = true;
  if (!cloud.state.sendingKeepsImmutableIds) message.immutableId = newImmutableId();
}

export function removeMessage(cloud: CloudContext, message: StoredMessage): void {
  const index = cloud.state.messages.indexOf(message);
  if (index < 0) return;
  cloud.state.messages.splice(index, 1);
  forgetContent(cloud, contentsOf(message));
}

/** Carries out what has become due since the last look: submitted messages leave Drafts. */
export function settle(cloud: CloudContext): void {
  const { state } = cloud;
  if (state.settlingMessages.length === 0) return;
  const now = cloud.now('graph');
  const due = state.settlingMessages.filter(({ settlesAt }) => settlesAt <= now);
  if (due.length === 0) return;
  state.settlingMessages = state.settlingMessages.filter(({ settlesAt }) => settlesAt > now);
  const messages = new Map(state.messages.map((one) => [one.immutableId, one]));
  for (const { immutableId, saved } of due) {
    const message = messages.get(immutableId);
    // Deleted meanwhile by its owner.
    if (message === undefined || message.folder === 'deleteditems') continue;
    if (saved) moveToSentItems(cloud, message);
    else removeMessage(cloud, message);
  }
}

/** Stays the same for a mailbox and a folder: container ids do not depend on what they hold. */
export function folderId(address: string, folder: FolderName): string {
  const digest = createHash('sha256').update(`${address.toLowerCase()}\n${folder}`).digest();
  return `AQMk${digest.toString('base64url').slice(0, 40)}`;
}

function nextUid(cloud: CloudContext): number {
  const uid = cloud.state.nextUid;
  cloud.state.nextUid += 1;
  return uid;
}
