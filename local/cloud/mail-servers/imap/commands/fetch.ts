/** FETCH and STORE: what a message holds, and its flags (RFC 3501 sections 6.4.5, 6.4.6, 6.4.8). */

import type { StoredMessage } from '../../../state.ts';
import { fetchItems, marksSeen, parseFetchItems } from '../fetch-items.ts';
import { flagsOf, setFlags } from '../flags.ts';
import { badArguments, completed, type Data, list, type Result } from '../responses.ts';
import type { Numbered } from '../selected-folder.ts';
import { parseSequenceSet, reachesBeyond } from '../sequence-set.ts';
import { type ImapCommandHandler, type ImapSession, selectedOf } from '../session.ts';
import { ArgumentError, atomOf, itemsOf, textOf, type Token } from '../tokens.ts';

type Present = Numbered & { message: StoredMessage };

/** The messages of a set that are still there, by their numbers or their unique identifiers. */
export function messagesOf(session: ImapSession, set: Token | undefined, byUid: boolean): Present[] {
  const selected = selectedOf(session);
  const isInSet = parseSequenceSet(textOf(set), byUid ? selected.largestUid : selected.count);
  return selected
    .numbered()
    .filter((one): one is Present => one.message !== undefined && isInSet(byUid ? one.uid : one.number));
}

async function runFetch(session: ImapSession, [set, what, ...more]: Token[], byUid: boolean): Promise<Result> {
  if (more.length > 0) return badArguments('too many arguments');
  const items = parseFetchItems(what);
  if (byUid && !items.some(({ kind }) => kind === 'UID')) items.unshift({ kind: 'UID' });
  const selected = selectedOf(session);
  const marks = marksSeen(items) && !selected.isReadOnly;
  const untagged: Data[] = [];
  for (const { number, message } of messagesOf(session, set, byUid)) {
    const isNews = marks && !message.isRead;
    if (isNews) {
      message.isRead = true;
      selected.noteFlags([message]);
    }
    const wanted =
      isNews && !items.some(({ kind }) => kind === 'FLAGS') ? [...items, { kind: 'FLAGS' } as const] : items;
    untagged.push([`${number} FETCH `, ...list(await fetchItems(session.cloud, message, wanted))]);
  }
  // What there is is told all the same: https://github.com/jstedfast/MailKit/issues/1652.
  if (!byUid && reachesBeyond(textOf(set), selected.count)) {
    return { status: 'NO', text: 'The specified message set is invalid.', untagged, reason: 'no such number' };
  }
  return completed('FETCH', untagged);
}

function runStore(session: ImapSession, [set, action, ...given]: Token[], byUid: boolean): Result {
  const selected = selectedOf(session);
  if (selected.isReadOnly) return { status: 'NO', text: 'Mailbox is read-only.', reason: 'opened with EXAMINE' };
  const [found, sign, silent] = /^([+-]?)FLAGS(\.SILENT)?$/i.exec(atomOf(action)) ?? [];
  if (found === undefined || given.length === 0) throw new ArgumentError('no such item', 11);
  const named = given.flatMap(itemsOf).map(atomOf);
  const changed = messagesOf(session, set, byUid);
  for (const { message } of changed) {
    const present = flagsOf(message);
    const removed = named.map((flag) => flag.toLowerCase());
    if (sign === '+') setFlags(message, [...present, ...named]);
    else if (sign === '-')
      setFlags(
        message,
        present.filter((flag) => !removed.includes(flag.toLowerCase())),
      );
    else setFlags(message, named);
  }
  selected.noteFlags(changed.map(({ message }) => message));
  if (silent !== undefined) return completed('STORE');
  return completed(
    'STORE',
    changed.map(({ number, uid, message }) => {
      const flags = `FLAGS (${flagsOf(message).join(' ')})`;
      return `${number} FETCH (${byUid ? `UID ${uid} ` : ''}${flags})`;
    }),
  );
}

type Run = (session: ImapSession, args: Token[], byUid: boolean) => Result | Promise<Result>;

const handler = (run: Run, byUid: boolean): ImapCommandHandler => ({
  states: ['selected'],
  isJournaled: true,
  run: (session, args) => run(session, args, byUid),
});

export const fetch = handler(runFetch, false);
export const uidFetch = handler(runFetch, true);
export const store = handler(runStore, false);
export const uidStore = handler(runStore, true);
