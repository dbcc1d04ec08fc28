/** Folders as IMAP names them. Exchange calls them what Outlook shows, but for INBOX, and marks those with a special use. */

import { folderTitles } from '../../mail/folders.ts';
import type { FolderName } from '../../state.ts';

const specialUses: Partial<Record<FolderName, string>> = {
  drafts: '\\Drafts',
  sentitems: '\\Sent',
  deleteditems: '\\Trash',
  junkemail: '\\Junk',
};

export interface ListedFolder {
  folder: FolderName;
  name: string;
  /** As in a LIST response; see https://github.com/jstedfast/MailKit/issues/1282 for a real one. */
  attributes: string;
}

const titles = Object.entries(folderTitles) as [FolderName, string][];

export const folders: readonly ListedFolder[] = titles
  .map(([folder, title]) => {
    const use = specialUses[folder];
    const attributes = `\\HasNoChildren${use === undefined ? '' : ` ${use}`}`;
    return { folder, name: folder === 'inbox' ? 'INBOX' : title, attributes };
  })
  .sort((one, other) => one.name.localeCompare(other.name, 'en'));

/** Names are compared without regard to case, that of INBOX and those of all others. */
export function findFolder(name: string): ListedFolder | undefined {
  return folders.find((one) => one.name.toLowerCase() === name.toLowerCase());
}

/** `*` stands for anything, `%` for anything within one level; there is one level only. */
export function matchesPattern(name: string, pattern: string): boolean {
  // Long runs of wildcards mean no more than one and could make the expression slow.
  const pieces = pattern.replace(/[*%]+/g, '*').split('*');
  const escaped = pieces.slice(0, 20).map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^\\n]*')}$`, 'i').test(name);
}

/** A name as a response carries it: an atom where it can be. */
export const nameInResponse = (name: string): string => (/\s/.test(name) ? `"${name}"` : name);
