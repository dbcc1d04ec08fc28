/** COPY, MOVE and EXPUNGE: messages that go to another folder or away (RFC 3501 section 6.4, RFC 4315, RFC 6851). */

import { addMessage, moveMessage, removeMessage } from '../../../mail/folders.ts';
import type { StoredMessage } from '../../../state.ts';
import { findFolder } from '../folder-names.ts';
import { hasFlag } from '../flags.ts';
import { badArguments, completed, type Result } from '../responses.ts';
import { formatSequenceSet, parseSequenceSet } from '../sequence-set.ts';
import { type ImapCommandHandler, type ImapSession, selectedOf } from '../session.ts';
import { textOf, type Token } from '../tokens.ts';
import { messagesOf } from './fetch.ts';

const readOnly: Result = { status: 'NO', text: 'Mailbox is read-only.', reason: 'opened with EXAMINE' };

/** @param isMove the messages leave the folder that is open. */
function runTransfer(session: ImapSession, args: Token[], byUid: boolean, isMove: boolean): Result {
  const name = isMove ? 'MOVE' : 'COPY';
  const [set, target, ...more] = args;
  if (more.length > 0) return badArguments('too many arguments');
  const destination = findFolder(textOf(target));
  if (destination === undefined) {
    return { status: 'NO', text: '[TRYCREATE] The destination mailbox could not be found.', reason: 'no such folder' };
  }
  const selected = selectedOf(session);
  if (isMove && selected.isReadOnly) return readOnly;
  const { cloud } = session;
  const from: number[] = [];
  const to: number[] = [];
  for (const { uid, message } of messagesOf(session, set, byUid)) {
    from.push(uid);
    if (isMove) moveMessage(cloud, message, destination.folder);
    to.push(isMove ? message.uid : addMessage(cloud, { ...copyOf(message), folder: destination.folder }).uid);
  }
  const copied = `COPYUID ${cloud.state.uidValidity} ${formatSequenceSet(from)} ${formatSequenceSet(to)}`;
  if (from.length === 0) return completed(name);
  // RFC 6851 section 4.3: that of a MOVE stands in an untagged OK, before the messages are told to be gone.
  return isMove
    ? completed(name, [`OK [${copied}]`, ...selected.changes()])
    : completed(name, selected.changes(), copied);
}

function copyOf(message: StoredMessage) {
  const { id, immutableId, uid, createdAt, modifiedAt, ...content } = message;
  return content;
}

/** @param set with UID EXPUNGE only these, by their unique identifiers. */
export function expungeDeleted(session: ImapSession, set?: Token): void {
  const selected = selectedOf(session);
  const isInSet = set === undefined ? () => true : parseSequenceSet(textOf(set), selected.largestUid);
  for (const { uid, message } of selected.numbered()) {
    if (message !== undefined && hasFlag(message, '\\Deleted') && isInSet(uid)) removeMessage(session.cloud, message);
  }
}

function runExpunge(session: ImapSession, [set]: Token[]): Result {
  const selected = selectedOf(session);
  if (selected.isReadOnly) return readOnly;
  expungeDeleted(session, set);
  return completed('EXPUNGE', selected.changes());
}

const transfer = (byUid: boolean, isMove: boolean): ImapCommandHandler => ({
  states: ['selected'],
  isJournaled: true,
  run: (session, args) => runTransfer(session, args, byUid, isMove),
});

export const copy = transfer(false, false);
export const uidCopy = transfer(true, false);
export const move = transfer(false, true);
export const uidMove = transfer(true, true);
export const expunge: ImapCommandHandler = {
  states: ['selected'],
  isJournaled: true,
  run: (session, args) => (args.length > 0 ? badArguments('too many arguments') : runExpunge(session, [])),
};
export const uidExpunge: ImapCommandHandler = {
  states: ['selected'],
  isJournaled: true,
  run: (session, args) => (args.length === 1 ? runExpunge(session, args) : badArguments('a set is missing')),
};
