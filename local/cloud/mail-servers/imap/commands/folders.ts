/** Folders: which there are, how full they are, and which one is open (RFC 3501 section 6.3). */

import { messagesIn } from '../../../mail/folders.ts';
import { hasFlag, keptFlags } from '../flags.ts';
import { findFolder, folders, matchesPattern, nameInResponse } from '../folder-names.ts';
import { badArguments, completed, type Result } from '../responses.ts';
import { SelectedFolder } from '../selected-folder.ts';
import { type ImapCommandHandler, type ImapSession, mailboxOf, selectedOf, signedIn } from '../session.ts';
import { atomOf, itemsOf, textOf, type Token } from '../tokens.ts';
import { expungeDeleted } from './move.ts';

const noFolder = (name: string): Result => ({
  status: 'NO',
  text: `${name.replace(/[^\x20-\x7e]/g, '?')} doesn't exist.`,
  reason: 'no such folder',
});

function listing(name: 'LIST' | 'LSUB'): ImapCommandHandler {
  return {
    states: signedIn,
    run(_, [reference, pattern, ...more]) {
      if (more.length > 0) return badArguments('too many arguments');
      const wanted = `${textOf(reference)}${textOf(pattern)}`;
      // RFC 3501 section 6.3.8: an empty name asks for the delimiter.
      if (textOf(pattern) === '') return completed(name, [`${name} (\\Noselect) "/" ""`]);
      const found = folders.filter((folder) => matchesPattern(folder.name, wanted));
      return completed(
        name,
        found.map((folder) => `${name} (${folder.attributes}) "/" ${nameInResponse(folder.name)}`),
      );
    },
  };
}

function opening(name: 'SELECT' | 'EXAMINE'): ImapCommandHandler {
  return {
    states: signedIn,
    isJournaled: true,
    run(session, [wanted, ...more]) {
      if (more.length > 0) return badArguments('too many arguments');
      const { cloud } = session;
      // RFC 3501 section 6.3.1: what was open is closed even if nothing can be opened.
      delete session.selected;
      session.state = 'authenticated';
      const listed = findFolder(textOf(wanted));
      if (listed === undefined) return noFolder(textOf(wanted));
      const selected = new SelectedFolder(cloud, mailboxOf(session).address, listed.folder, name === 'EXAMINE');
      session.selected = selected;
      session.state = 'selected';
      const unseen = selected.numbered().find(({ message }) => message && !message.isRead)?.number;
      const flags = keptFlags.join(' ');
      return completed(
        name,
        [
          `${selected.count} EXISTS`,
          '0 RECENT',
          `FLAGS (${flags})`,
          `OK [PERMANENTFLAGS (${selected.isReadOnly ? '' : flags})] Permanent flags`,
          ...(unseen === undefined ? [] : [`OK [UNSEEN ${unseen}] Is the first unseen message`]),
          `OK [UIDVALIDITY ${cloud.state.uidValidity}] UIDVALIDITY value`,
          `OK [UIDNEXT ${cloud.state.nextUid}] The next unique identifier value`,
        ],
        selected.isReadOnly ? 'READ-ONLY' : 'READ-WRITE',
      );
    },
  };
}

export const status: ImapCommandHandler = {
  states: signedIn,
  run(session, [wanted, what, ...more]) {
    if (more.length > 0) return badArguments('too many arguments');
    const listed = findFolder(textOf(wanted));
    if (listed === undefined) return noFolder(textOf(wanted));
    const { cloud } = session;
    const messages = messagesIn(cloud, mailboxOf(session).address, listed.folder);
    const values: Record<string, number> = {
      MESSAGES: messages.length,
      RECENT: 0,
      UIDNEXT: cloud.state.nextUid,
      UIDVALIDITY: cloud.state.uidValidity,
      UNSEEN: messages.filter((message) => !hasFlag(message, '\\Seen')).length,
    };
    const items = itemsOf(what).map((item) => atomOf(item).toUpperCase());
    if (items.length === 0 || items.some((item) => values[item] === undefined)) return badArguments('no such item', 11);
    const told = items.map((item) => `${item} ${values[item]}`).join(' ');
    // With a space at its end, as clients have recorded it of Exchange.
    return completed('STATUS', [`STATUS ${nameInResponse(listed.name)} (${told}) `]);
  },
};

/** @param expunges CLOSE removes what is marked as deleted; UNSELECT (RFC 3691) does not. */
function closing(name: 'CLOSE' | 'UNSELECT', expunges: boolean): ImapCommandHandler {
  return {
    states: ['selected'],
    run(session: ImapSession, args: Token[]) {
      if (args.length > 0) return badArguments('too many arguments');
      if (expunges && !selectedOf(session).isReadOnly) expungeDeleted(session);
      delete session.selected;
      session.state = 'authenticated';
      return completed(name);
    },
  };
}

export const list = listing('LIST');
export const lsub = listing('LSUB');
export const select = opening('SELECT');
export const examine = opening('EXAMINE');
export const close = closing('CLOSE', true);
export const unselect = closing('UNSELECT', false);
