/** APPEND: puts a message into a folder without sending it (RFC 3501 section 6.3.11, RFC 4315). */

import { addMessage } from '../../../mail/folders.ts';
import { readMime } from '../../../mail/mime.ts';
import { setFlags } from '../flags.ts';
import { findFolder } from '../folder-names.ts';
import { badArguments, completed } from '../responses.ts';
import { type ImapCommandHandler, mailboxOf, signedIn } from '../session.ts';
import { atomOf, textOf, type Token } from '../tokens.ts';

export const append: ImapCommandHandler = {
  states: signedIn,
  isJournaled: true,
  async run(session, [folder, ...given]) {
    const message = given.pop();
    const flags = given[0]?.kind === 'list' ? given.shift() : undefined;
    const [date, ...more] = given;
    if (more.length > 0 || message?.kind !== 'string') return badArguments('no message');
    const listed = findFolder(textOf(folder));
    if (listed === undefined) {
      return {
        status: 'NO',
        text: '[TRYCREATE] The destination mailbox could not be found.',
        reason: 'no such folder',
      };
    }
    const { cloud } = session;
    const receivedAt = date === undefined ? cloud.now('imap') : parseDateTime(date);
    if (Number.isNaN(receivedAt)) return badArguments('no date');
    const { address } = mailboxOf(session);
    const content = await readMime(cloud, message.bytes).catch(() => undefined);
    if (content === undefined) return badArguments('a message that cannot be read');
    const named = flags?.kind === 'list' ? flags.items.map(atomOf) : [];
    const added = addMessage(cloud, {
      importance: 'normal',
      internetMessageId: `<${crypto.randomUUID()}@${address.split('@')[1]}>`,
      from: { address },
      extendedProperties: [],
      ...content,
      mailbox: address,
      folder: listed.folder,
      isDraft: named.some((flag) => flag.toLowerCase() === '\\draft'),
      isRead: false,
      flags: [],
      receivedAt,
    });
    setFlags(added, named);
    return completed('APPEND', session.selected?.changes() ?? [], `APPENDUID ${cloud.state.uidValidity} ${added.uid}`);
  },
};

/** `" 7-Jul-2026 02:44:25 +0200"` */
function parseDateTime(token: Token): number {
  const text = textOf(token);
  const isDate = /^[ \d]\d-[A-Za-z]{3}-\d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/.test(text);
  return isDate ? Date.parse(text.replace(/-(?=[A-Za-z])|(?<=[A-Za-z])-/g, ' ')) : NaN;
}
