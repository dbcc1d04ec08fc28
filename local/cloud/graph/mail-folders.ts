/** The folders of a mailbox: https://learn.microsoft.com/graph/api/resources/mailfolder. Every mailbox has the same ones. */

import { folderId, folderTitles, messagesIn } from '../mail/folders.ts';
import type { FolderName, Mailbox } from '../state.ts';
import { mailboxFor } from './authorize.ts';
import { contextOf, type GraphAnswer, type GraphCall, keyOf } from './call.ts';
import { isId, malformedId } from './ids.ts';
import { readQuery } from './query.ts';
import { itemNotFound, notImplemented } from './refusal.ts';

const names: FolderName[] = ['archive', 'deleteditems', 'drafts', 'inbox', 'junkemail', 'outbox', 'sentitems'];

const type = {
  type: 'microsoft.graph.mailFolder',
  selectable: new Set(['id', 'displayName', 'unreadItemCount', 'totalItemCount']),
};

export function listMailFolders(call: GraphCall): GraphAnswer {
  const mailbox = mailboxFor(call, 'Mail.Read');
  const { select, top, skip } = readQuery(call.url, ['select', 'top', 'skip'], type);
  const value = names.slice(skip, skip + top).map((name) => folderJson(call, mailbox, name, select));
  return { status: 200, json: { '@odata.context': contextOf(call, 'mailFolders'), value } };
}

export function getMailFolder(call: GraphCall): GraphAnswer {
  const mailbox = mailboxFor(call, 'Mail.Read');
  const { select } = readQuery(call.url, ['select'], type);
  const json = folderJson(call, mailbox, folderOf(call, mailbox), select);
  return { status: 200, json: { '@odata.context': contextOf(call, 'mailFolders/$entity'), ...json } };
}

/** Well-known names of folders that this cloud does not have. */
const otherNames =
  `clutter conflicts conversationhistory localfailures msgfolderroot recoverableitemsdeletions scheduled
  searchfolders serverfailures syncissues`.split(/\s+/);

/**
 * The folder that the path names, by its well-known name or its id.
 *
 * @throws GraphRefusal 400 `ErrorInvalidIdMalformed` or 404 `ErrorItemNotFound`.
 */
export function folderOf(call: GraphCall, mailbox: Mailbox): FolderName {
  const wanted = keyOf(call, 'folder');
  const found = names.find((name) => name === wanted.toLowerCase() || folderId(mailbox.address, name) === wanted);
  if (found !== undefined) return found;
  if (otherNames.includes(wanted.toLowerCase())) throw notImplemented(`the folder ${wanted}`);
  if (!isId(wanted)) throw malformedId();
  throw itemNotFound('folder');
}

function folderJson(call: GraphCall, { address }: Mailbox, name: FolderName, select?: readonly string[]): object {
  const messages = messagesIn(call.cloud, address, name);
  const all = {
    id: folderId(address, name),
    displayName: folderTitles[name],
    totalItemCount: messages.length,
    unreadItemCount: messages.filter(({ isRead }) => !isRead).length,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => key === 'id' || select === undefined || select.includes(key)),
  );
}
